"""TreeGRPO's round on a flow model: trees of an SDE window grown by depth, advantages backed up to their edges, one backward a parent."""

from dataclasses import dataclass
from typing import Callable

import torch
from torch import Tensor

STEPS, SHIFT, ETA = 10, 3.0, 0.7
BRANCHING, DEPTHS = 3, 3
MICRO_BATCH = 27
EPSILON, CLAMP, CLIP = 1e-4, 5.0, 1e-4


def sigmas() -> list[float]:
    """diffusers' flow-match Euler schedule with 1,000 training steps, then 0."""

    def shifted(sigma: float) -> float:
        return SHIFT * sigma / (1 + (SHIFT - 1) * sigma)

    lowest = shifted(1 / 1000)
    return [shifted(1 + t * (lowest - 1) / (STEPS - 1)) for t in range(STEPS)] + [0.0]


SIGMAS = sigmas()


def sde(t: int) -> tuple[float, float, float]:
    """Flow-GRPO's step t: mu = a x + b v and the noise's standard deviation s."""
    sigma, following = SIGMAS[t], SIGMAS[t + 1]
    g = ETA * (sigma / (1 - (following if sigma == 1 else sigma))) ** 0.5
    d = following - sigma
    drift = g * g / (2 * sigma)
    return 1 + drift * d, (1 + drift * (1 - sigma)) * d, g * (-d) ** 0.5


@dataclass
class Depth:
    """The parents of a window step and their children; child i belongs to parent i // BRANCHING."""

    step: int
    latents: Tensor
    letters: Tensor
    children: Tensor
    log_probs: Tensor


Velocity = Callable[[Tensor, Tensor, Tensor], Tensor]


def velocity(network: Velocity, latents: Tensor, t: int, letters: Tensor) -> Tensor:
    times = torch.full((MICRO_BATCH,), SIGMAS[t] * 1000)
    parts = zip(latents.split(MICRO_BATCH), letters.split(MICRO_BATCH))
    return torch.cat([network(x, times[: len(x)], c) for x, c in parts])


def ode(network: Velocity, latents: Tensor, letters: Tensor, first: int, end: int) -> Tensor:
    for t in range(first, end):
        latents = latents + (SIGMAS[t + 1] - SIGMAS[t]) * velocity(network, latents, t, letters)
    return latents


def log_prob(children: Tensor, means: Tensor, s: float) -> Tensor:
    """Log-probability, the mean over the elements, without its constant."""
    return -(children - means).flatten(1).square().mean(dim=1) / (2 * s * s)


@torch.no_grad()
def grow(network: Velocity, roots: Tensor, letters: Tensor, start: int, noise: Callable[[int, int], Tensor]) -> tuple[Tensor, list[Depth]]:
    """Leaves [trees * 27, C, H, W], tree by tree, and the depths of the window.

    noise(depth, rows) gives z of all children of a depth, tree by tree.
    """
    latents = ode(network, roots, letters, 0, start)
    depths = []
    for depth in range(DEPTHS):
        t = start + depth
        a, b, s = sde(t)
        means = a * latents + b * velocity(network, latents, t, letters)
        means = means.repeat_interleave(BRANCHING, dim=0)
        children = means + s * noise(depth, len(means))
        depths.append(Depth(t, latents, letters, children, log_prob(children, means, s)))
        latents, letters = children, letters.repeat_interleave(BRANCHING, dim=0)
    return ode(network, latents, letters, start + DEPTHS, STEPS), depths


def advantages(rewards: Tensor, depths: list[Depth], trees: int) -> list[Tensor]:
    """Of every edge, by depth: leaves normalised within their tree, parents weighted by softmax of the siblings' log-probability."""
    grouped = rewards.view(trees, -1).double()
    spread = grouped.std(dim=1, correction=0, keepdim=True) + EPSILON
    value = ((grouped - grouped.mean(dim=1, keepdim=True)) / spread).clamp(-CLAMP, CLAMP).flatten()
    backed_up = [value]
    for depth in reversed(depths[1:]):
        weights = depth.log_probs.double().view(-1, BRANCHING).softmax(dim=1)
        value = (weights * value.view(-1, BRANCHING)).sum(dim=1)
        backed_up.insert(0, value)
    return backed_up


def learn(network: Velocity, depths: list[Depth], edge_advantages: list[Tensor], trees_of_round: int, trees: int) -> None:
    """Accumulates the gradient of PPO's surrogate, the mean over a tree's edges and the round's trees: one forward a parent."""
    edges = sum(len(depth.children) for depth in depths) // trees
    for depth, advantage in zip(depths, edge_advantages):
        a, b, s = sde(depth.step)
        time = SIGMAS[depth.step] * 1000
        weighted = (advantage / (edges * trees_of_round)).float()
        for first in range(0, len(depth.latents), MICRO_BATCH):
            parents = slice(first, first + MICRO_BATCH)
            edge = slice(first * BRANCHING, (first + MICRO_BATCH) * BRANCHING)
            latents = depth.latents[parents]
            output = network(latents, torch.full((len(latents),), time), depth.letters[parents])
            means = (a * latents + b * output).repeat_interleave(BRANCHING, dim=0)
            ratio = (log_prob(depth.children[edge], means, s) - depth.log_probs[edge]).exp()
            loss = -torch.minimum(weighted[edge] * ratio, weighted[edge] * ratio.clamp(1 - CLIP, 1 + CLIP)).sum()
            loss.backward()
