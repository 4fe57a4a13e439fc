"""Whether the loop computes what the engine computes: two rounds of a run, from the same weights and the same noise.

The run trained with a checkpoint and an audit a round; its leaves were grown again into leaves-N.safetensors.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from safetensors.numpy import load_file

import noise
import trees
from network import file_name, load_policy, load_weights
from ocr import Likelihood, to_images

LATENTS, REWARDS, ADVANTAGES, COSINE = 1e-4, 1e-3, 1e-2, 0.9999
BETA1 = 0.9


def check(condition: bool, message: str) -> None:
    if not condition:
        sys.exit(f"pytorch-loop: {message}")


def audited(run: Path, table: str, number: int) -> dict[tuple[str, str], dict]:
    rows = pq.ParquetFile(run / "audit" / f"round={number:06d}" / f"{table}.parquet").read().to_pylist()
    return {(row["prompt_id"], row["path"]): row for row in rows}


def clipped_gradient(run: Path, number: int) -> dict[str, np.ndarray]:
    """From Adam's first moment before and after the round."""
    after = load_file(run / "checkpoints" / f"round-{number:06d}" / "optimizer.safetensors")
    before = load_file(run / "checkpoints" / f"round-{number - 1:06d}" / "optimizer.safetensors") if number > 1 else {}
    moments = {name: value for name, value in after.items() if name.endswith("/exp_avg")}
    return {name.removesuffix("/exp_avg"): (value - BETA1 * before.get(name, 0)) / (1 - BETA1) for name, value in moments.items()}


def path(leaf: int, depth: int) -> tuple[int, ...]:
    return tuple(leaf // trees.BRANCHING ** (depth - 1 - i) % trees.BRANCHING for i in range(depth))


def check_round(arguments: argparse.Namespace, number: int) -> None:
    run, reference = arguments.run, arguments.reference
    network, alphabet = load_policy(arguments.policy)
    if number > 1:
        weights = load_file(run / "checkpoints" / f"round-{number - 1:06d}" / "policy.safetensors")
        load_weights(network, {name: torch.from_numpy(value) for name, value in weights.items()})
    plan = json.loads((reference / "plan.json").read_text())[number - 1]
    prompts, words = plan["prompts"], plan["words"]
    shape = (network.channels, network.height, network.width_pixels)
    elements = int(np.prod(shape))

    def drawn(keys: list[int]) -> torch.Tensor:
        return torch.from_numpy(noise.normal(keys, elements)).view(len(keys), *shape)

    def step_noise(depth: int, rows: int) -> torch.Tensor:
        paths = [path(leaf, depth + 1) for leaf in range(trees.BRANCHING ** (depth + 1))]
        return drawn([noise.step_key(arguments.seed, number, prompt, 0, p) for prompt in prompts for p in paths])

    letters = torch.tensor([[alphabet.index(c) + 1 for c in word] for word in words])
    roots = drawn([noise.root_key(arguments.seed, number, prompt) for prompt in prompts])
    leaves, depths = trees.grow(network, roots, letters, plan["window"], step_noise)
    engine = load_file(reference / f"leaves-{number}.safetensors")["leaves"]
    latents = float(np.abs(leaves.numpy().ravel() - engine).max())
    check(latents <= LATENTS, f"round {number}: leaves differ by {latents:.2e}, more than {LATENTS}")

    per_tree = len(leaves) // len(prompts)
    reward = Likelihood(reference / "ocr" / "model.onnx", reference / "ocr" / "keys.txt", 1)
    scores = reward(to_images(leaves), [word for word in words for _ in range(per_tree)])
    rows = audited(run, "leaves", number)
    expected = np.array([rows[prompt, ".".join(map(str, path(leaf, trees.DEPTHS)))]["reward_total"] for prompt in prompts for leaf in range(per_tree)])
    rewards = float(np.abs(scores - expected).max())
    check(rewards <= REWARDS, f"round {number}: rewards differ by {rewards:.2e}, more than {REWARDS}")

    backed_up = trees.advantages(torch.from_numpy(scores), depths, len(prompts))
    edges = audited(run, "edges", number)
    difference = 0.0
    for depth, values in enumerate(backed_up, start=1):
        paths = [path(leaf, depth) for leaf in range(trees.BRANCHING**depth)]
        known = [edges[prompt, ".".join(map(str, p))]["advantage"] for prompt in prompts for p in paths]
        difference = max(difference, float(np.abs(values.numpy() - known).max()))
    check(difference <= ADVANTAGES, f"round {number}: advantages differ by {difference:.2e}, more than {ADVANTAGES}")

    trees.learn(network, depths, backed_up, len(prompts), len(prompts))
    ours = {file_name(name): parameter.grad.numpy() for name, parameter in network.named_parameters()}
    theirs = clipped_gradient(run, number)
    check(sorted(ours) == sorted(theirs), f"round {number}: parameters are {sorted(theirs)}, not {sorted(ours)}")
    a, b = (np.concatenate([part[name].ravel().astype(np.float64) for name in sorted(ours)]) for part in (ours, theirs))
    cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    check(cosine > COSINE, f"round {number}: cosine of the gradients {cosine:.6f}, not above {COSINE}")
    norm = np.linalg.norm(a)
    print(
        f"pytorch-loop: round {number}, window {plan['window']}: leaves within {latents:.1e}, rewards {rewards:.1e}, "
        f"advantages {difference:.1e}, cosine of the gradients 1 - {1 - cosine:.1e}, norm {norm:.4f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path, required=True, help="policy directory that the run started from")
    parser.add_argument("--run", type=Path, required=True, help="run directory")
    parser.add_argument("--reference", type=Path, required=True, help="what LoopReferenceMain wrote")
    parser.add_argument("--seed", type=int, required=True, help="the run's")
    parser.add_argument("--rounds", type=int, required=True)
    arguments = parser.parse_args()
    for number in range(1, arguments.rounds + 1):
        check_round(arguments, number)


if __name__ == "__main__":
    main()
