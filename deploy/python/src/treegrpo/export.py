"""A policy directory from a diffusers pipeline: policy.json, the denoiser's archive, the decoder's, the settings that go with them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import torch

from treegrpo import memory, trace
from treegrpo.adapters import fill_adapter, load_adapter
from treegrpo.errors import UserError
from treegrpo.families import family
from treegrpo.pipelines import DTYPES, Pipeline

LORA_TARGETS = ("to_q", "to_k", "to_v", "to_out.0")
SEED = 7


def export(options):
    """Writes the directory `options.out`; nothing is left there where it fails."""
    out = Path(options.out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"--out: {out} must be a new or empty directory")
    if options.full and options.dtype != "float32":
        raise UserError("--dtype: must be float32 where all parameters are trained (--full)")
    if options.rank < 1 or (options.height or 1) < 1 or (options.width or 1) < 1:
        raise UserError("--rank, --height and --width: must be at least 1")
    pipeline = Pipeline(options.pipeline)
    dtype = DTYPES[options.dtype]
    network = pipeline.load(pipeline.denoiser, torch_dtype=dtype).requires_grad_(False)
    lora = adapters(pipeline, network, options)
    vae_scale = vae_scale_of(pipeline)
    height, width = picture_size(network, vae_scale, options)
    chosen = family(
        pipeline.kind,
        network,
        pipeline.config("scheduler"),
        vae_scale,
        dtype,
        height,
        width,
        options.text_tokens or text_tokens(type(network).__name__),
        options.embedded_guidance,
    )
    denoiser = chosen.denoiser.to(options.device).eval()
    if options.channels_last:
        denoiser = denoiser.to(memory_format=torch.channels_last)
    names = [name for name, parameter in denoiser.named_parameters() if parameter.requires_grad]

    def inputs(rows):
        generator = torch.Generator().manual_seed(SEED + rows)
        shapes = [(rows, *chosen.latent_shape), *((rows, *one.shape) for one in chosen.conditioning)]
        latent, *conditioning = (torch.randn(shape, generator=generator) for shape in shapes)
        for tensor, one in zip(conditioning, chosen.conditioning):
            if one.name.endswith("_mask"):
                tensor.fill_(1)
                tensor[0, tensor.shape[1] // 2 :] = 0
        timestep = torch.linspace(900, 100, rows)
        return [tensor.to(options.device) for tensor in (latent, timestep, *conditioning)]

    script, count = trace.network(denoiser, inputs(2), dtype)
    archive, loaded, differences = trace.checked(denoiser, script, inputs, dtype, names, count)
    try:
        used = memory.of_network(options.device, loaded, count, inputs)
    except torch.OutOfMemoryError:
        used = {}
    decoder, decoder_archive, decoding = decoder_of(pipeline, chosen.latent_shape, options.device)

    policy = {
        "type": "torchscript",
        "file": "network.pt",
        "latentShape": list(chosen.latent_shape),
        "prediction": chosen.prediction,
        "conditioning": [{"name": one.name, "shape": list(one.shape)} for one in chosen.conditioning],
        "decoder": decoder,
    }
    if chosen.scheduler is not None:
        policy["scheduler"] = chosen.scheduler
    if lora is not None:
        policy["lora"] = lora
    if count:
        policy["segments"] = count
    if used:
        policy["memory"] = used | decoding
    write(out, policy, {"network.pt": archive, **({"decoder.pt": decoder_archive} if decoder else {})}, chosen, options)
    unmeasured = () if used else (f"{options.device} is too small for three rows of a training pass: policy.json says nothing of memory",)
    return (*chosen.warnings, *unmeasured), differences, names


def adapters(pipeline, network, options):
    """Adds a new LoRA or the user's own; returns what `export-lora` needs, none where all parameters are trained."""
    if options.full:
        network.requires_grad_(True)
        return None
    if options.lora:
        load_adapter(network, pipeline.denoiser, options.lora)
    else:
        new_adapter(network, options)
    scales = {}
    for name, module in network.named_modules():
        if hasattr(module, "lora_A") and module.lora_A:
            (adapter,) = module.lora_A
            scales[name] = float(module.scaling[adapter])
            for part in (module.lora_A[adapter], module.lora_B[adapter]):
                part.weight.data = part.weight.data.to(torch.float32)
                part.weight.requires_grad_(True)
    if options.lora:
        fill_adapter(network, pipeline.denoiser, options.lora)
    else:
        unbound = [target for target in options.lora_targets or () if not any(f".{name}".endswith("." + target) for name in scales)]
        if unbound:
            raise UserError(f"--lora-targets: '{unbound[0]}' must name modules of the {pipeline.denoiser}; none is called so")
    return {"component": pipeline.denoiser, "scale": scales}


def new_adapter(network, options):
    from peft import LoraConfig

    targets = list(options.lora_targets or LORA_TARGETS)
    torch.manual_seed(options.seed)
    config = LoraConfig(r=options.rank, lora_alpha=options.alpha or options.rank, init_lora_weights="gaussian", target_modules=targets)
    try:
        network.add_adapter(config)
    except ValueError as error:
        raise UserError(f"--lora-targets: {targets} must name modules of the network; {error}") from None


def vae_scale_of(pipeline):
    """Pixels a latent's side."""
    config = pipeline.config("vae") if pipeline.has("vae") else {}
    if "block_out_channels" in config:
        return 2 ** (len(config["block_out_channels"]) - 1)
    if "temperal_downsample" in config:  # diffusers spells it so
        return 2 ** len(config["temperal_downsample"])
    return 8


def picture_size(network, vae_scale, options):
    sample = getattr(network.config, "sample_size", None)
    usual = sample * vae_scale if isinstance(sample, int) else 1024
    return options.height or usual, options.width or usual


def text_tokens(kind):
    """Tokens of a prompt's embedding as the pipelines encode it."""
    return {"SD3Transformer2DModel": 333, "FluxTransformer2DModel": 512, "QwenImageTransformer2DModel": 256}.get(kind, 77)


class Decoder(torch.nn.Module):
    """A VAE's decoder: latent [B, C, H, W] to picture [B, 3, H', W'] in [-1, 1]."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent):
        return self.vae.decode(latent, return_dict=False)[0]


class VideoDecoder(torch.nn.Module):
    """A decoder of videos, for one frame; the latent's statistics are undone here."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae
        self.register_buffer("mean", torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1))
        self.register_buffer("std", torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1))

    def forward(self, latent):
        return self.vae.decode(latent.unsqueeze(2) * self.std + self.mean, return_dict=False)[0][:, :, 0]


def without_encoder(vae):
    """A policy draws pictures and reads none: what only encodes would lie on every device for nothing."""
    for part in ("encoder", "quant_conv"):
        if isinstance(getattr(vae, part, None), torch.nn.Module):
            setattr(vae, part, torch.nn.Identity())
    return vae


def decoder_of(pipeline, latent_shape, device):
    """The `decoder` of policy.json, its archive and its part of `memory`; none where the pipeline has no VAE."""
    if not pipeline.has("vae"):
        return None, b"", {}
    vae = without_encoder(pipeline.load("vae", torch_dtype=torch.float32).requires_grad_(False))
    config = vae.config
    shift = getattr(config, "shift_factor", None) or 0.0
    if type(vae).__name__ == "AutoencoderKLQwenImage":
        module, scale, shift = VideoDecoder(vae), 1.0, 0.0
    elif getattr(config, "latents_mean", None) is not None:
        raise UserError("--pipeline: a VAE with latents_mean and latents_std of its own cannot be exported")
    else:
        module, scale = Decoder(vae), config.scaling_factor
    module = module.to(device).eval()

    def inputs(rows):
        generator = torch.Generator().manual_seed(SEED + rows)
        return [torch.randn((rows, *latent_shape), generator=generator).to(device)]

    script = trace.traced(module, {"forward": tuple(inputs(2))}, torch.float32)
    archive, loaded, _ = trace.checked(module, script, inputs, torch.float32, [])
    return {"file": "decoder.pt", "scale": scale, "shift": shift}, archive, {"decode": memory.of_forward(device, loaded, inputs)}


def write(out, policy, archives, chosen, options):
    """The whole directory at once: written beside its place, then moved there."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder = Path(scratch) / "policy"
        folder.mkdir()
        for name, content in archives.items():
            (folder / name).write_bytes(content)
        policy["sha256"] = {name: hashlib.sha256(content).hexdigest() for name, content in archives.items()}
        (folder / "policy.json").write_text(json.dumps(policy, indent=2) + "\n")
        (folder / "policy.conf").write_text(settings(chosen))
        if out.exists():
            out.rmdir()
        folder.rename(out)


def settings(chosen):
    """What a run's configuration includes to sample as the pipeline does."""
    lines = ["# Made by treegrpo export: include it, and add prompts, rewards and guidance. policy.path is this directory.", "treegrpo {"]
    lines += ["  policy.path = \".\""]
    lines += [f"  sampler.{key} = {value}" for key, value in chosen.sampler.items()]
    return "\n".join([*lines, "}", ""])
