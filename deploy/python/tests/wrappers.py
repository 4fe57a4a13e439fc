"""The archives of FLUX and Qwen-Image against the pipelines themselves: packing, positions, mask, guidance and noise levels are theirs."""

from __future__ import annotations

import json
import re

import diffusers
import numpy as np
import torch

STEPS, HEIGHT, WIDTH, TEXT_TOKENS, GUIDANCE = 3, 32, 48, 9, 3.5
TOLERANCE = 1e-4
ENCODERS = {"flux": ("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2"), "qwen": ("text_encoder", "tokenizer")}  # that the small ones have not


def inputs(spec):
    """A latent and conditionings, each of one row."""
    generator = torch.Generator().manual_seed(17)
    latent = torch.randn(1, *spec["latentShape"], generator=generator)
    values = {one["name"]: torch.randn(1, *one["shape"], generator=generator) for one in spec["conditioning"]}
    if "prompt_embeds_mask" in values:
        values["prompt_embeds_mask"] = (torch.arange(TEXT_TOKENS) < TEXT_TOKENS - 3).float()[None]
    return latent, values


@torch.no_grad()
def by_archive(policy, spec, latent, values):
    """Euler's method on the noise levels of policy.conf."""
    archive = torch.jit.load(policy / "network.pt")
    settings = (policy / "policy.conf").read_text()
    shift = float(re.search(r"sampler\.shift = (.*)", settings)[1])
    line = np.linspace(1, 1 / STEPS, STEPS)
    levels = [*(shift * line / (1 + (shift - 1) * line)), 0.0]
    for level, after in zip(levels, levels[1:]):
        velocity = archive(latent, torch.tensor([1000 * level], dtype=torch.float32), *(values[one["name"]] for one in spec["conditioning"]))
        latent = latent + (after - level) * velocity
    return latent


def by_pipeline(pipeline, latent, values):
    """What the pipeline's own call returns."""
    mask = values.get("prompt_embeds_mask")
    options = {"true_cfg_scale": 1.0, "prompt_embeds_mask": mask.long()} if mask is not None else {"guidance_scale": GUIDANCE, "pooled_prompt_embeds": values["pooled_prompt_embeds"]}
    pipeline.set_progress_bar_config(disable=True)
    tokens = pipeline(
        prompt_embeds=values["prompt_embeds"],
        latents=pipeline._pack_latents(latent, *latent.shape),
        height=HEIGHT,
        width=WIDTH,
        num_inference_steps=STEPS,
        output_type="latent",
        return_dict=False,
        **options,
    )[0]
    return pipeline._unpack_latents(tokens, HEIGHT, WIDTH, pipeline.vae_scale_factor).reshape(latent.shape)


def run(near, name, folder, policy):
    """folder: the pipeline; policy: what was exported of it for a picture of HEIGHT x WIDTH and TEXT_TOKENS."""
    spec = json.loads((policy / "policy.json").read_text())
    latent, values = inputs(spec)
    pipeline = diffusers.DiffusionPipeline.from_pretrained(folder, **dict.fromkeys(ENCODERS[name]))
    expected = by_pipeline(pipeline, latent, values)
    near(by_archive(policy, spec, latent, values), expected, TOLERANCE, f"{name}: a latent sampled by the archive and by the pipeline's own call")
