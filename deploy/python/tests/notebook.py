"""Runs the notebook as a reader would, with a pipeline and figures of the caller's."""

from __future__ import annotations

import base64
import io

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image


def run(file, parameters):
    """Executes all cells, with the values of `parameters` set behind the cell that is tagged so; returns the two pictures that it ends with."""
    notebook = nbformat.read(file, as_version=4)
    tagged = next(number for number, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    lines = [f"{name} = Path({str(value)!r})" if hasattr(value, "parts") else f"{name} = {value!r}" for name, value in parameters.items()]
    notebook.cells.insert(tagged + 1, nbformat.v4.new_code_cell("\n".join(lines)))
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    shown = [output.data["image/png"] for output in notebook.cells[-1].outputs if output.output_type == "display_data"]
    both = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown[-1]))), dtype=float)
    width = both.shape[1] // 2
    return both[:, :width], both[:, width:]
