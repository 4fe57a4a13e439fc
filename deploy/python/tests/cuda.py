"""The CUDA build of libtorch without a GPU: a driver library whose functions all fail lets it load, and training goes on on the CPU."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import torch

SITE = Path(torch.__file__).parent.parent
NO_DEVICE = 100


def driver(folder):
    """libcuda.so.1 with what the CUDA build asks of it; none where there is no C compiler."""
    folder.mkdir()
    symbols = subprocess.run(["nm", "-D", "--undefined-only", SITE / "torch/lib/libcaffe2_nvrtc.so"], capture_output=True, text=True, check=False)
    names = [line.split()[-1] for line in symbols.stdout.splitlines() if line.split()[-1].startswith("cu")]
    (folder / "driver.c").write_text("".join(f"int {name}(void) {{ return {NO_DEVICE}; }}\n" for name in names))
    command = ["cc", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o", folder / "libcuda.so.1", folder / "driver.c"]
    compiled = subprocess.run(command, capture_output=True, check=False)
    return folder if names and compiled.returncode == 0 else None


def environment(driver_folder=None):
    """Of a process that takes PyTorch's own CUDA build from this Python environment."""
    libraries = [str(folder) for folder in sorted(SITE.glob("nvidia/*/lib"))]
    return {
        **os.environ,
        "PYTORCH_LIBRARY_PATH": str(SITE / "torch/lib"),
        "PYTORCH_VERSION": torch.__version__.split("+")[0],
        "PYTORCH_FLAVOR": "cu128",
        "LD_LIBRARY_PATH": os.pathsep.join(libraries if driver_folder is None else [str(driver_folder), *libraries]),
    }
