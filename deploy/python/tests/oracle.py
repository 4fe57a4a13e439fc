"""A round of a flow policy, recomputed with PyTorch's own autograd: log-probabilities of all edges and the gradient of the trained tensors."""

from __future__ import annotations

import json
import math

import numpy as np
import pyarrow.parquet
import torch
from harness import GUIDANCE, STEPS, check
from safetensors.torch import load_file

import noise
import trees

LOG_PROB_TOLERANCE = 1e-5


def path(leaf, depth):
    return tuple(leaf // trees.BRANCHING ** (depth - 1 - i) % trees.BRANCHING for i in range(depth))


def round_one(run, network, conditioning, null, guidance, shape, steps, shift, start, seed, max_norm=1.0):
    """The greatest difference of a log-probability, and the engine's gradient by tensor; the gradient of autograd is left in the network.

    network: callable of latents, timesteps and conditionings; conditioning: by prompt id, a list of tensors
    """
    trees.SHIFT = shift
    trees.STEPS, trees.BRANCHING, trees.DEPTHS, trees.MICRO_BATCH = steps, 2, 2, 4
    trees.SIGMAS = trees.sigmas()
    edges = {}
    prompts = []
    for row in pyarrow.parquet.read_table(run / "audit" / "round=000001" / "edges.parquet").to_pylist():
        edges[row["prompt_id"], row["path"]] = row
        if row["prompt_id"] not in prompts:
            prompts.append(row["prompt_id"])
    held = [torch.stack(part) for part in zip(*(conditioning[prompt] for prompt in prompts))]

    def guided(latents, times, which):
        with torch.no_grad():
            free = network(latents, times, *(part.expand(len(latents), *part.shape[1:]) for part in null))
        return free + guidance * (network(latents, times, *(part[which] for part in held)) - free)

    elements = int(np.prod(shape))

    def drawn(keys):
        return torch.from_numpy(noise.normal(keys, elements)).view(len(keys), *shape)

    def step_noise(depth, rows):
        paths = [path(leaf, depth + 1) for leaf in range(trees.BRANCHING ** (depth + 1))]
        return drawn([noise.step_key(seed, 1, prompt, 0, one) for prompt in prompts for one in paths])

    roots = drawn([noise.root_key(seed, 1, prompt) for prompt in prompts])
    _, depths = trees.grow(guided, roots, torch.arange(len(prompts)), start, step_noise)
    worst = 0.0
    advantages = []
    for number, depth in enumerate(depths, start=1):
        rows = [edges[prompt, ".".join(map(str, path(leaf, number)))] for prompt in prompts for leaf in range(trees.BRANCHING**number)]
        std = trees.sde(depth.step)[2]
        expected = depth.log_probs - math.log(std) - 0.5 * math.log(2 * math.pi)
        worst = max(worst, float((expected - torch.tensor([row["log_prob_old"] for row in rows])).abs().max()))
        advantages.append(torch.tensor([row["advantage"] for row in rows], dtype=torch.float64))
    trees.learn(guided, depths, advantages, len(prompts), len(prompts))
    return worst, gradients(run, max_norm)


def gradients(run, max_norm):
    """The clipped gradient of round 1 by tensor, from Adam's first moment."""
    beta1 = 0.9
    state = load_file(run / "checkpoints" / "round-000001" / "optimizer.safetensors")
    norm = json.loads((run / "metrics.jsonl").read_text().splitlines()[0])["gradient_norm"]
    undo = max(1.0, norm / max_norm) / (1 - beta1)
    return {name.removesuffix("/exp_avg"): value * undo for name, value in state.items() if name.endswith("/exp_avg")}


def tensors(conditionings, identity, spec):
    """The conditionings of a prompt, each of one row."""
    values = {}
    for file in sorted(conditionings.glob("*.safetensors")):
        values.update(load_file(file))
    return [values[f"{identity}/{one['name']}"][None] for one in spec["conditioning"]]


def run(what, directory, spec, conditionings, network, trained, shift, tolerance):
    """Log-probabilities and gradients of round 1 of a run with seed 5 are those of PyTorch.

    network: callable of latents, timesteps and conditionings; trained: its tensors that require a gradient, by the engine's names
    """
    prompts = [json.loads(line)["id"] for line in (conditionings / "prompts.jsonl").read_text().splitlines()]
    values = {prompt: [one[0] for one in tensors(conditionings, prompt, spec)] for prompt in prompts}
    worst, engines = round_one(directory, network, values, tensors(conditionings, "null", spec), GUIDANCE, tuple(spec["latentShape"]), STEPS, shift, 1, 5)
    check(worst <= LOG_PROB_TOLERANCE, f"{what}: log-probabilities of a round's edges and PyTorch's: greatest difference {worst:.1e}, at most {LOG_PROB_TOLERANCE:.0e}")
    mine = {name: parameter.grad for name, parameter in trained.items()}
    check(engines.keys() == mine.keys(), f"{what}: {len(mine)} tensors have gradients in both")
    largest = max(float(value.abs().max()) for value in mine.values())
    difference = max(float((engines[name] - mine[name]).abs().max()) for name in mine) / largest
    check(difference <= tolerance, f"{what}: gradients of a round and autograd's: greatest difference {difference:.1e} of the greatest element, at most {tolerance:.0e}")
