"""The quick start's network: a diffusion transformer over image patches and letters (policy.json of conf/spelling/policy)."""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

FREQUENCIES = 64


class Block(nn.Module):
    """One transformer block with adaLN-zero."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.modulation = nn.Linear(width, 6 * width)
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        b, n, width = x.shape
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.modulation(c).unsqueeze(1).chunk(6, dim=-1)
        h = torch.addcmul(shift_a, F.layer_norm(x, (width,)), 1 + scale_a)
        q, k, v = self.qkv(h).view(b, n, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, width)
        x = torch.addcmul(x, gate_a, self.projection(a))
        h = torch.addcmul(shift_m, F.layer_norm(x, (width,)), 1 + scale_m)
        return torch.addcmul(x, gate_m, self.contract(F.gelu(self.expand(h), approximate="tanh")))


class Network(nn.Module):
    """Velocity [B, C, H, W] of latents [B, C, H, W] at model times [B] (0..1000) for letters [B, L] (0 pads)."""

    def __init__(self, spec: dict):
        super().__init__()
        size = spec["network"]
        self.channels, self.height, self.width_pixels = spec["latentShape"]
        self.patch = size["patch"]
        self.rows, self.columns = self.height // self.patch, self.width_pixels // self.patch
        self.tokens = self.rows * self.columns
        width = size["width"]
        letters = spec["conditioning"][0]["shape"][0]
        elements = self.channels * self.patch**2
        self.patch_in = nn.Linear(elements, width)
        self.character = nn.Embedding(len(size["alphabet"]) + 1, width)
        self.position = nn.Parameter(torch.zeros(1, self.tokens + letters, width))
        self.time_in = nn.Linear(2 * FREQUENCIES, width)
        self.time_out = nn.Linear(width, width)
        self.blocks = nn.ModuleList(Block(width, size["heads"]) for _ in range(size["layers"]))
        self.final_modulation = nn.Linear(width, 2 * width)
        self.final = nn.Linear(width, elements)
        self.register_buffer("frequencies", torch.exp(-math.log(10_000) * torch.arange(FREQUENCIES, dtype=torch.float64) / FREQUENCIES).float())
        self.register_buffer("cells", (torch.arange(self.columns) * self.patch // size["cell"]).clamp(max=letters - 1))

    def forward(self, latents: Tensor, times: Tensor, characters: Tensor) -> Tensor:
        b = latents.shape[0]
        p = self.patch
        letters = self.character(characters)
        flat = latents.view(b, self.channels, self.rows, p, self.columns, p).permute(0, 2, 4, 1, 3, 5).reshape(b, self.tokens, -1)
        under = letters[:, self.cells].unsqueeze(1).expand(-1, self.rows, -1, -1).reshape(b, self.tokens, -1)
        x = torch.cat([self.patch_in(flat) + under, letters], dim=1) + self.position
        angles = times.unsqueeze(1) * self.frequencies
        time = self.time_out(F.silu(self.time_in(torch.cat([angles.cos(), angles.sin()], dim=1))))
        c = F.silu(time + letters.mean(dim=1))
        for block in self.blocks:
            x = block(x, c)
        shift, scale = self.final_modulation(c).unsqueeze(1).chunk(2, dim=-1)
        x = x[:, : self.tokens]
        out = self.final(torch.addcmul(shift, F.layer_norm(x, x.shape[-1:]), 1 + scale))
        out = out.view(b, self.rows, self.columns, self.channels, p, p)
        return out.permute(0, 3, 1, 4, 2, 5).reshape(latents.shape)


def file_name(parameter: str) -> str:
    """What the policy directory's safetensors file calls a parameter of Network."""
    name = parameter.replace("blocks.", "block").replace("patch_in.", "patch.")
    head, _, tail = name.rpartition(".")
    if parameter == "position":
        return "position_weight"
    return f"{head}_{tail}"


def load_weights(network: Network, weights: dict[str, Tensor]) -> None:
    for name, parameter in network.named_parameters():
        parameter.data.copy_(weights[file_name(name)])


def load_policy(directory: Path) -> tuple[Network, str]:
    """The network of a policy directory, and its alphabet."""
    spec = json.loads((directory / "policy.json").read_text())
    network = Network(spec)
    load_weights(network, load_file(directory / spec["file"]))
    return network, spec["network"]["alphabet"]
