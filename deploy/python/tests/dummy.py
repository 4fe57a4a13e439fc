"""Policies of the size of real ones whose forward pass is small: what loading, planning, sending and keeping cost.

Usage: dummy.py frozen DIRECTORY BILLIONS | dummy.py trained DIRECTORY MEGABYTES
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

LATENT = (4, 16, 16)
INNER = 4096


class Adapted(torch.nn.Module):
    """A frozen bfloat16 layer with an adapter of rank 16, as PEFT names it."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.base_layer = torch.nn.Linear(inputs, outputs, bias=False, dtype=torch.bfloat16).requires_grad_(False)
        self.lora_A = torch.nn.ModuleDict({"default": torch.nn.Linear(inputs, 16, bias=False)})
        self.lora_B = torch.nn.ModuleDict({"default": torch.nn.Linear(16, outputs, bias=False)})
        torch.nn.init.zeros_(self.lora_B["default"].weight)

    def forward(self, x):
        change = self.lora_B["default"](self.lora_A["default"](x))
        return self.base_layer(x.to(torch.bfloat16)).to(torch.float32) + change


class Frozen(torch.nn.Module):
    """Two layers that run and as many that do not as are asked for."""

    def __init__(self, parameters):
        super().__init__()
        elements = LATENT[0] * LATENT[1] * LATENT[2]
        self.into, self.out = Adapted(elements, INNER), Adapted(INNER, elements)
        idle = int((parameters - 2 * elements * INNER) // INNER**2)
        self.idle = torch.nn.ModuleList()
        for _ in range(idle):
            layer = torch.nn.Linear(1, 1, bias=False)
            layer.weight = torch.nn.Parameter(torch.full((INNER, INNER), 0.01, dtype=torch.bfloat16), requires_grad=False)
            self.idle.append(layer)

    def forward(self, latent, timestep):
        hidden = torch.tanh(self.into(latent.flatten(1)) + timestep[:, None] / 1000)
        return self.out(hidden).reshape(-1, *LATENT)


class Trained(torch.nn.Module):
    """All of it is trained."""

    def __init__(self, elements):
        super().__init__()
        inputs = LATENT[0] * LATENT[1] * LATENT[2]
        width = elements // (2 * inputs)
        self.into, self.out = torch.nn.Linear(inputs, width, bias=False), torch.nn.Linear(width, inputs, bias=False)

    def forward(self, latent, timestep):
        hidden = torch.tanh(self.into(latent.flatten(1)) + timestep[:, None] / 1000)
        return self.out(hidden).reshape(-1, *LATENT)


class Wrapper(torch.nn.Module):
    def __init__(self, transformer):
        super().__init__()
        self.transformer = transformer

    def forward(self, latent, timestep):
        return self.transformer(latent, timestep)


class Decoder(torch.nn.Module):
    def forward(self, latent):
        return torch.tanh(latent[:, :3])


def main(kind, directory, size):
    torch.manual_seed(1)
    network = Frozen(float(size) * 1e9) if kind == "frozen" else Trained(int(float(size) * 1e6 / 4))
    out = Path(directory)
    out.mkdir(parents=True)
    inputs = torch.randn(2, *LATENT), torch.tensor([500.0, 100.0])
    with torch.no_grad():
        torch.jit.save(torch.jit.trace(Wrapper(network).eval(), inputs, check_trace=False), out / "network.pt")
        torch.jit.save(torch.jit.trace(Decoder(), inputs[:1]), out / "decoder.pt")
    policy = {
        "type": "torchscript",
        "file": "network.pt",
        "latentShape": list(LATENT),
        "prediction": "flow-velocity",
        "conditioning": [],
        "decoder": {"file": "decoder.pt", "scale": 1, "shift": 0},
    }
    if kind == "frozen":
        policy["lora"] = {"component": "transformer", "scale": {"into": 1, "out": 1}}
    (out / "policy.json").write_text(json.dumps(policy))


main(*sys.argv[1:])
