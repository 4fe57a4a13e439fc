"""One picture by the engine and by the pipelines' own calls, from the prompt's text on and from the same noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from harness import EVALUATION_SEED, GUIDANCE, NEGATIVE, PROMPTS, STEPS, WORK, engine, near
from safetensors.torch import load_file

import noise  # the engine's generator

PROMPT, TEXT = "prompts-000002", PROMPTS[1]
TOLERANCE = 1e-4
TOKENS, HEIGHT, WIDTH = 24, 32, 48


@dataclass(frozen=True)
class Family:
    """A kind of pipeline.

    call: options of the pipeline's own call; export: words of `treegrpo export`; settings: lines of a run's configuration
    """

    call: dict
    export: tuple = ()
    settings: str = ""
    rank: int = 2
    alpha: int = 2


def guided(**options):
    return {"guidance_scale": GUIDANCE, "negative_prompt": NEGATIVE, **options}


SIZE = {"height": HEIGHT, "width": WIDTH, "max_sequence_length": TOKENS}
SIZED = ("--height", HEIGHT, "--width", WIDTH)
FAMILIES = {
    "sd3": Family(guided(max_sequence_length=TOKENS), settings="ema { enabled = true, decay = 0.5 }", rank=4, alpha=8),
    "sd15": Family(guided()),
    "sdxl": Family(guided()),
    "flux": Family({"true_cfg_scale": GUIDANCE, "negative_prompt": NEGATIVE, "guidance_scale": 2.5, **SIZE}, export=(*SIZED, "--embedded-guidance", 2.5)),
    # its pipeline rescales guidance, the engine does not
    "qwen": Family({"true_cfg_scale": 1.0, **SIZE}, export=SIZED, settings="policy.guidance.scale = 1"),
}


@dataclass
class Drawn:
    """A latent and its picture with values in 0..1, each of one row."""

    latent: torch.Tensor
    image: torch.Tensor


def root_noise(shape):
    """What the engine starts the picture of an evaluation from."""
    key = noise.combine_all(noise.combine(noise.round_key(EVALUATION_SEED, 0), noise.ROOT), PROMPT.encode())
    return torch.from_numpy(noise.normal([noise.combine(key, 0)], int(np.prod(shape)))).reshape(1, *shape)


def by_pipeline(name, pipeline, spec):
    """What the pipeline's own call draws of the prompt's text."""
    latent = root_noise(spec["latentShape"])
    packed = hasattr(pipeline, "_pack_latents")
    last = {}

    def keep(_pipeline, _step, _time, values):
        last.update(values)
        return {}

    pipeline.set_progress_bar_config(disable=True)
    image = pipeline(
        prompt=TEXT,
        num_inference_steps=STEPS,
        latents=pipeline._pack_latents(latent, *latent.shape) if packed else latent,
        output_type="pt",
        return_dict=False,
        callback_on_step_end=keep,
        **FAMILIES[name].call,
    )[0]
    drawn = last["latents"]
    return Drawn(pipeline._unpack_latents(drawn, HEIGHT, WIDTH, pipeline.vae_scale_factor).reshape(latent.shape) if packed else drawn, image)


def by_engine(name, *words):
    """What `deploy/treegrpo sample` draws, kept under the name."""
    file = WORK / f"{name}.safetensors"
    engine("sample", *words, "--prompt", PROMPT, "--out", file)
    found = load_file(file)
    return Drawn(found["latent"][None], found["image"][None])


def parity(name, pipeline, spec, config):
    """A picture of the untrained policy by the engine is the pipeline's own."""
    found = by_engine(f"{name}-base", "--config", config)
    expected = by_pipeline(name, pipeline, spec)
    near(found.latent, expected.latent, TOLERANCE, f"{name}: a latent sampled by the engine and by the pipeline's own call, from the text on")
    near(found.image, expected.image, TOLERANCE, f"{name}: its picture")
    return found
