"""The Python side of treegrpo-spark: pipelines in, LoRA out, run directories as tables."""

from treegrpo.runs import Run

__all__ = ["Run"]
