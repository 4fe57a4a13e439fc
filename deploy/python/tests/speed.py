"""A training round of a small SD3 by the engine and by a plain PyTorch loop, in turns: one process of one thread each, the same trees, guidance and gradients.

Usage: speed.py CHECKOUT WORK [TURNS]. Needs a quiet machine and what `mvn package` built. Prints the seconds of a round and their ratio.
"""

from __future__ import annotations

import io
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

CHECKOUT, WORK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
TURNS = int(sys.argv[3]) if len(sys.argv) > 3 else 3
sys.path.insert(0, str(CHECKOUT / "docs/benchmarks/pytorch-loop"))
sys.path.insert(0, str(CHECKOUT / "deploy/python/src"))

import sizes  # noqa: E402
import tiny  # noqa: E402
import trees  # noqa: E402

torch.set_num_threads(1)
STEPS, GUIDANCE, RANK, ROUNDS, WARM = 6, 2.0, 4, 8, 3
PROMPTS = 2
trees.SHIFT, trees.STEPS, trees.BRANCHING, trees.DEPTHS, trees.MICRO_BATCH = 3.0, STEPS, 2, 2, 4
trees.SIGMAS = trees.sigmas()


def prepared():
    """The policy directory, conditionings and configuration of the engine, and the pipeline that it came from."""
    folder, policy = tiny.save("wide", WORK / "wide"), WORK / "policy"
    words = [sys.executable, "-m", "treegrpo.cli", "export", "--pipeline", folder, "--out", policy, "--rank", str(RANK), "--text-tokens", "64"]
    subprocess.run(words, cwd=CHECKOUT / "deploy/python/src", check=True, capture_output=True)
    conditionings = sizes.conditionings(WORK / "conditionings", policy)
    config = WORK / "speed.conf"
    config.write_text(
        f"""
include "{policy}/policy.conf"
treegrpo {{
  rounds = {ROUNDS}
  policy {{ path = "{policy}", conditioning-file = "{conditionings}", guidance.scale = {GUIDANCE} }}
  prompts {{ train = "{conditionings}/prompts.jsonl", evaluation = "{conditionings}/prompts.jsonl" }}
  rewards = [ {{ name = jpeg, type = jpeg-compressibility }} ]
  sampler.steps = {STEPS}
  tree {{ branching = 2, width = 2, prompts-per-round = {PROMPTS}, trees-per-prompt = 1, window {{ strategy = fixed, start = 1 }} }}
  update.micro-batch = 4
  evaluation {{ every = 0, prompts = 1, steps = 1 }}
  report.prompts = 1
  audit.every = 0
  checkpoint.every = 0
  self-check.parents = 1
}}
"""
    )
    return folder, conditionings, config


def engine(config, turn):
    """Seconds of the rounds after the first ones."""
    directory = WORK / f"run-{turn}"
    words = [CHECKOUT / "deploy/treegrpo", "--master", "local[1]", "train", "--config", config, "--set", f"treegrpo.run-dir={directory}"]
    subprocess.run(words, check=True, capture_output=True)
    rounds = [json.loads(line)["seconds"] for line in (directory / "metrics.jsonl").read_text().splitlines()]
    return [one["total"] for one in rounds[WARM:]]


def loop(folder, conditionings):
    """The same rounds as a generator of their seconds: eager network, autograd, AdamW."""
    from diffusers import AutoencoderKL, SD3Transformer2DModel
    from peft import LoraConfig
    from PIL import Image

    network = SD3Transformer2DModel.from_pretrained(folder / "transformer").requires_grad_(False)
    decoder = AutoencoderKL.from_pretrained(folder / "vae")
    network.add_adapter(LoraConfig(r=RANK, target_modules=tiny.LORA_TARGETS, init_lora_weights="gaussian"))
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5)
    values = load_file(conditionings / "conditioning-00000.safetensors")
    held = [torch.stack([values[f"{prompt}/{name}"] for prompt in sizes.PROMPTS[:PROMPTS]]) for name in ("prompt_embeds", "pooled_prompt_embeds")]
    null = [values[f"null/{name}"][None] for name in ("prompt_embeds", "pooled_prompt_embeds")]
    generator = torch.Generator().manual_seed(1)
    shape = (network.config.in_channels, network.config.sample_size, network.config.sample_size)

    def velocity(latents, times, embeds, pooled):
        return network(latents, timestep=times, encoder_hidden_states=embeds, pooled_projections=pooled, return_dict=False)[0]

    def guided(latents, times, which):
        with torch.no_grad():
            free = velocity(latents, times, *(part.expand(len(latents), *part.shape[1:]) for part in null))
        return free + GUIDANCE * (velocity(latents, times, *(part[which] for part in held)) - free)

    def size(pixels):
        target = io.BytesIO()
        Image.fromarray(pixels).save(target, "JPEG", quality=95)
        return -len(target.getvalue()) / 1000

    while True:
        start = time.perf_counter()
        roots = torch.randn(PROMPTS, *shape, generator=generator)
        leaves, depths = trees.grow(guided, roots, torch.arange(PROMPTS), 1, lambda depth, rows: torch.randn(rows, *shape, generator=generator))
        with torch.no_grad():
            config = decoder.config
            images = decoder.decode(leaves / config.scaling_factor + config.shift_factor, return_dict=False)[0]
        pixels = ((images / 2 + 0.5).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
        rewards = torch.tensor([size(np.ascontiguousarray(one)) for one in pixels])
        trees.learn(guided, depths, trees.advantages(rewards, depths, PROMPTS), PROMPTS, PROMPTS)
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        yield time.perf_counter() - start


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    folder, conditionings, config = prepared()
    rounds = loop(folder, conditionings)
    for _ in range(WARM):
        next(rounds)
    ratios = []
    for turn in range(TURNS):
        ours = statistics.median(engine(config, turn))
        theirs = statistics.median(next(rounds) for _ in range(ROUNDS - WARM))
        ratios.append(theirs / ours)
        print(f"turn {turn + 1}: loop {theirs:.3f} s, engine {ours:.3f} s a round: {theirs / ours:.2f}x", flush=True)
    print(f"loop / engine: {statistics.median(ratios):.2f}x ({min(ratios):.2f}x to {max(ratios):.2f}x)")


main()
