"""A pipeline with what was learned in its own weights: for whoever cannot load a LoRA, and for all parameters trained."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import torch

from treegrpo.adapters import load_adapter
from treegrpo.errors import UserError
from treegrpo.pipelines import DTYPES, Pipeline


def merge(options):
    """Writes the pipeline `options.out`; returns the part that was changed. Nothing is left there where it fails."""
    out = Path(options.out)
    if out.exists():
        raise UserError(f"--out: {out} must be a new directory")
    pipeline = Pipeline(options.pipeline)
    part = pipeline.denoiser
    network = pipeline.load(part, torch_dtype=torch.float32)
    if options.lora:
        load_adapter(network, part, options.lora)
        network.fuse_lora()
        network.unload_lora()
    else:
        load_weights(network, part, options.weights)
    network.to(DTYPES[options.dtype])
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder = Path(scratch) / "pipeline"
        shutil.copytree(pipeline.directory, folder, ignore=lambda directory, _: [part] if Path(directory) == pipeline.directory else [])
        network.save_pretrained(folder / part)
        folder.rename(out)
    return part


def load_weights(network, part, file):
    """Takes over the parameters of a checkpoint's policy.safetensors or ema.safetensors, all of which must be there."""
    from safetensors.torch import load_file

    if not Path(file).is_file():
        raise UserError(f"--weights: {file} must be policy.safetensors or ema.safetensors of a checkpoint")
    found = {name.removeprefix(part + "."): value for name, value in load_file(file).items()}
    expected = {name for name, _ in network.named_parameters()}
    if set(found) != expected:
        odd = sorted(set(found) ^ expected)[0]
        raise UserError(f"--weights: {file} must hold all {len(expected)} parameters of the {part}; {odd} is in one of them only (a LoRA is merged by --lora)")
    try:
        network.load_state_dict(found, strict=False)
    except RuntimeError as error:
        raise UserError(f"--weights: {file} must be of this pipeline's {part}; {error}") from None
