"""LoRA files of diffusers."""

from __future__ import annotations

import json
from pathlib import Path

from treegrpo.errors import UserError


def lora_file(file, component):
    """The tensors of a LoRA file of diffusers, without the component in their names, and its metadata."""
    from safetensors import safe_open

    path = Path(file)
    if path.is_dir():
        path = path / "pytorch_lora_weights.safetensors"
    if not path.is_file():
        raise UserError(f"--lora: {path} must be a LoRA file of diffusers")
    with safe_open(path, "pt") as tensors:
        metadata = json.loads((tensors.metadata() or {}).get("lora_adapter_metadata", "{}"))
        weights = {name: tensors.get_tensor(name) for name in tensors.keys()}
    for name in weights:
        if not name.startswith(component + ".") or not name.endswith((".lora_A.weight", ".lora_B.weight")):
            raise UserError(f"--lora: {path} must hold {component}.<module>.lora_A.weight and lora_B.weight only; it holds {name}")
    return weights, metadata


def load_adapter(network, component, file):
    """Puts the adapters of a file where they belong; refuses a file of which some belong nowhere, which loaders pass over."""
    weights, metadata = lora_file(file, component)
    of_component = any(key.startswith(component + ".") for key in metadata)
    network.load_lora_adapter(weights, prefix=component, adapter_name="default", metadata=metadata if of_component else None)
    adapted = sum(bool(getattr(module, "lora_A", None)) for module in network.modules())
    if 2 * adapted != len(weights):
        raise UserError(f"--lora: {file} holds {len(weights)} tensors, of which {2 * adapted} belong to modules of the {component}; all must")


def fill_adapter(network, component, file):
    """Gives adapters, float32 by now, the file's values: on the way there they were rounded to the frozen weights' type."""
    from peft import set_peft_model_state_dict

    weights, _ = lora_file(file, component)
    set_peft_model_state_dict(network, {name.removeprefix(component + "."): value for name, value in weights.items()}, "default")
