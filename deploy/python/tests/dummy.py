"""Policies of the size of real ones whose forward pass is small: what loading, planning, sending and keeping cost.

Usage: dummy.py frozen DIRECTORY BILLIONS | dummy.py trained DIRECTORY MEGABYTES | dummy.py sd35 DIRECTORY
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

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


def saved(module, inputs, file):
    """inputs: of each method, by its name."""
    with torch.no_grad():
        torch.jit.save(torch.jit.trace_module(module.eval(), inputs, check_trace=False), file)


def written(out, policy):
    policy = {"type": "torchscript", "file": "network.pt", "prediction": "flow-velocity"} | policy
    (out / "policy.json").write_text(json.dumps(policy))


def small_pass(kind, out, size):
    network = Frozen(float(size) * 1e9) if kind == "frozen" else Trained(int(float(size) * 1e6 / 4))
    inputs = torch.randn(2, *LATENT), torch.tensor([500.0, 100.0])
    saved(Wrapper(network), {"forward": inputs}, out / "network.pt")
    saved(Decoder(), {"forward": inputs[:1]}, out / "decoder.pt")
    policy = {"latentShape": list(LATENT), "conditioning": [], "decoder": {"file": "decoder.pt", "scale": 1, "shift": 0}}
    if kind == "frozen":
        policy["lora"] = {"component": "transformer", "scale": {"into": 1, "out": 1}}
    written(out, policy)


class Touched(torch.nn.Module):
    """A network of real size, of whose parameters a pass uses those that are named."""

    def __init__(self, component, network, names):
        super().__init__()
        setattr(self, component, network)
        self.names = [f"{component}.{name}" for name in names]

    def touch(self, latent):
        return latent + sum(self.get_parameter(name).float().sum() for name in self.names)

    def forward(self, latent, timestep, prompt_embeds, pooled_prompt_embeds):
        return self.touch(latent) + (timestep[:, None] + prompt_embeds.sum(dim=(1, 2))[:, None] + pooled_prompt_embeds)[:, :1, None, None]


class Brightness(torch.nn.Module):
    """In the place of a reward model."""

    def forward(self, images, prompt_embeds, pooled_prompt_embeds):
        return images.mean(dim=(1, 2, 3))


class TouchedDecoder(Touched):
    def forward(self, latent):
        return torch.tanh(torch.nn.functional.interpolate(self.touch(latent)[:, :3], scale_factor=8))


def zeros(network, dtype):
    """Of the shapes of a network on the meta device; adapters are float32."""
    for module in network.modules():
        for name, tensor in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            of = torch.float32 if tensor.requires_grad else dtype
            value = torch.zeros(tensor.shape, dtype=of)
            setattr(module, name, torch.nn.Parameter(value, requires_grad=tensor.requires_grad) if isinstance(tensor, torch.nn.Parameter) else value)
    return network


def sd35(out):
    """SD3.5 medium with a LoRA as `treegrpo export --rank 32 --alpha 64 --dtype bfloat16 --height 512 --width 512` makes it, by names, shapes and types."""
    import diffusers
    import footprint
    from peft import LoraConfig

    from treegrpo.export import without_encoder

    with torch.device("meta"):
        network = footprint.sd35_medium().requires_grad_(False)
        network.add_adapter(LoraConfig(r=32, lora_alpha=64, target_modules=footprint.TARGETS))
        vae = diffusers.AutoencoderKL(
            latent_channels=16, block_out_channels=(128, 256, 512, 512), down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2, use_quant_conv=False, use_post_quant_conv=False,
        )  # fmt: skip
        without_encoder(vae.requires_grad_(False))
    scales = {name: float(module.scaling["default"]) for name, module in network.named_modules() if getattr(module, "lora_A", None)}
    count = len(network.transformer_blocks)
    denoiser = Touched("transformer", zeros(network, torch.bfloat16), ["proj_out.bias", "transformer_blocks.0.attn.to_q.lora_B.default.weight"])

    def first(self, latent, timestep, prompt_embeds, pooled_prompt_embeds):
        return (latent,)

    def between(self, latent):
        return (latent + 0,)

    def last(self, latent):
        return self.touch(latent)

    methods = {"segment_0": first, **{f"segment_{number}": between for number in range(1, count - 1)}, f"segment_{count - 1}": last}
    conditioning = {"prompt_embeds": (333, 4096), "pooled_prompt_embeds": (2048,)}
    inputs = [torch.zeros(2, 16, 64, 64), torch.zeros(2), *(torch.zeros(2, *shape) for shape in conditioning.values())]
    denoiser.__class__ = type("Segmented", (Touched,), methods)
    arguments = {name: tuple(inputs if name == "segment_0" else inputs[:1]) for name in methods}
    saved(denoiser, {"forward": tuple(inputs), **arguments}, out / "network.pt")
    saved(TouchedDecoder("vae", zeros(vae, torch.float32), ["decoder.conv_out.bias"]), {"forward": (inputs[0],)}, out / "decoder.pt")
    beside(out, conditioning)
    # Arithmetic, where the exporter measures: what autograd keeps of a row. A pass without gradients keeps no more than one with checkpointing; the decoder's is left out.
    _, _, whole, blocks = footprint.footprint("sd35-medium", 512)
    memory = {kind: {"fixed": 0, "row": row} for kind, row in (("predict", blocks), ("train", whole), ("trainBlocks", blocks))}
    written(
        out,
        {
            "latentShape": [16, 64, 64],
            "conditioning": [{"name": name, "shape": list(shape)} for name, shape in conditioning.items()],
            "decoder": {"file": "decoder.pt", "scale": 1.5305, "shift": 0.0609},
            "lora": {"component": "transformer", "scale": scales},
            "segments": count,
            "memory": memory,
        },
    )


def beside(out, conditioning):
    """What a run of the policy needs: prompts with conditionings of zeros, and a reward."""
    prompts = [f"prompt-{number:03d}" for number in range(64)]
    (out / "prompts.jsonl").write_text("".join(json.dumps({"id": prompt, "text": prompt}) + "\n" for prompt in prompts))
    save_file({f"{one}/{name}": torch.zeros(shape, dtype=torch.bfloat16) for one in (*prompts, "null") for name, shape in conditioning.items()}, out / "conditionings.safetensors")
    torch.jit.save(torch.jit.script(Brightness()), out / "reward.pt")


def main(kind, directory, *size):
    torch.manual_seed(1)
    out = Path(directory)
    out.mkdir(parents=True)
    if kind == "sd35":
        sd35(out)
    else:
        small_pass(kind, out, *size)


main(*sys.argv[1:])
