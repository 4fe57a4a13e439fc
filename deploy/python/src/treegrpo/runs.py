"""A run directory of treegrpo-spark as tables, and a run as a subprocess."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pyarrow
import pyarrow.parquet


class Run:
    """A run directory on a local file system."""

    def __init__(self, directory):
        self.directory = Path(directory)

    @staticmethod
    def train(checkout, config, overrides=(), master="local[*]"):
        """Trains with the launcher of a checkout; returns the run. Fails with the launcher's last lines."""
        command = [str(Path(checkout) / "deploy" / "treegrpo"), "--master", master, "train", "--config", str(config)]
        directory = dict(override.split("=", 1) for override in overrides).get("treegrpo.run-dir")
        if directory is None:
            raise ValueError("treegrpo.run-dir must be among the overrides")
        for override in overrides:
            command += ["--set", override]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"the run ended with exit code {done.returncode}:\n" + done.stderr[-2000:])
        return Run(directory)

    def lines(self, name):
        """The objects of a file of JSON lines."""
        return [json.loads(line) for line in (self.directory / name).read_text().splitlines()]

    def metrics(self):
        """A row a round; nested figures as columns such as `seconds.grow`."""
        return table(self.lines("metrics.jsonl"))

    def evaluations(self):
        """A row an evaluation on held-out prompts; round 0 is the base."""
        return table(self.lines("evaluations.jsonl"))

    def guards(self):
        """A row a guard that acted; none where none has."""
        return table(self.lines("guards.jsonl") if (self.directory / "guards.jsonl").exists() else [])

    def audit(self, kind, round_number=None):
        """Edges or leaves: of a round, or of all that were written."""
        folders = sorted((self.directory / "audit").glob("round=*" if round_number is None else f"round={round_number:06d}"))
        return pyarrow.concat_tables(pyarrow.parquet.read_table(folder / f"{kind}.parquet") for folder in folders)

    def samples(self):
        """Pictures of held-out prompts, by round."""
        return {int(file.stem.split("-")[1]): file for file in sorted((self.directory / "samples").glob("round-*.png"))}

    def result(self):
        return json.loads((self.directory / "result.json").read_text())


def table(objects):
    rows = [dict(flat("", one)) for one in objects]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pyarrow.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])


def flat(prefix, value):
    for key, item in value.items():
        if isinstance(item, dict):
            yield from flat(f"{prefix}{key}.", item)
        else:
            yield prefix + key, item
