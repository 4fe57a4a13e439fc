"""A plain PyTorch loop of the quick start's rounds: what one would write by hand, to be timed beside the engine.

Started by `deploy/benchmark loop`. Reads commands from standard input and answers each with a line:
  round N   trains round N of the plan; answers its wall seconds, and those of growing, scoring and learning
Processes share a round's trees and sum their gradients with gloo.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

import trees
from network import load_policy
from ocr import Likelihood, to_images

LEARNING_RATE, WARM_UP, ROUNDS = 2e-4, 5, 90
EMA_DECAY = 0.9


class Trainer:
    def __init__(self, arguments: argparse.Namespace, rank: int):
        torch.set_num_threads(arguments.threads)
        self.rank, self.processes = rank, arguments.processes
        self.network, self.alphabet = load_policy(arguments.policy)
        self.reward = Likelihood(arguments.ocr / "model.onnx", arguments.ocr / "keys.txt", arguments.threads)
        self.plan = json.loads(arguments.plan.read_text())
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=LEARNING_RATE, weight_decay=0.01, fused=True)
        self.ema = [parameter.detach().clone() for parameter in self.network.parameters()]
        self.noise = torch.Generator().manual_seed(rank)

    def round(self, number: int) -> tuple[float, float, float, float]:
        """Wall seconds of the round, and of its growing, scoring and learning."""
        start = time.perf_counter()
        planned = self.plan[number - 1]
        words = planned["words"][self.rank :: self.processes]
        shape = (self.network.channels, self.network.height, self.network.width_pixels)
        letters = torch.tensor([[self.alphabet.index(c) + 1 for c in word] for word in words])
        roots = torch.randn(len(words), *shape, generator=self.noise)
        leaves, depths = trees.grow(
            self.network, roots, letters, planned["window"], lambda depth, rows: torch.randn(rows, *shape, generator=self.noise)
        )
        grown = time.perf_counter()
        per_tree = len(leaves) // len(words)
        rewards = torch.from_numpy(self.reward(to_images(leaves), [word for word in words for _ in range(per_tree)]))
        scored = time.perf_counter()
        edge_advantages = trees.advantages(rewards, depths, len(words))
        trees.learn(self.network, depths, edge_advantages, len(planned["words"]), len(words))
        self.update(number)
        end = time.perf_counter()
        return end - start, grown - start, scored - grown, end - scored

    def update(self, number: int) -> None:
        parameters = list(self.network.parameters())
        if self.processes > 1:
            flat = torch.cat([parameter.grad.flatten() for parameter in parameters])
            dist.all_reduce(flat)
            for parameter, gradient in zip(parameters, flat.split([p.numel() for p in parameters])):
                parameter.grad.copy_(gradient.view_as(parameter))
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1, number / WARM_UP) * (1 - (number - 1) / ROUNDS)
        self.optimizer.step()
        self.optimizer.zero_grad()
        torch._foreach_lerp_(self.ema, [parameter.detach() for parameter in parameters], 1 - EMA_DECAY)


def serve(rank: int, arguments: argparse.Namespace) -> None:
    if arguments.processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(arguments.port))
        dist.init_process_group("gloo", rank=rank, world_size=arguments.processes)
    trainer = Trainer(arguments, rank)
    if rank == 0:
        print("ready", flush=True)
    number = torch.zeros((), dtype=torch.int64)
    while True:
        if rank == 0:
            words = (sys.stdin.readline() or "end").split()
            number.fill_(int(words[1]) if words[0] == "round" else 0)
        if arguments.processes > 1:
            dist.broadcast(number, 0)
        if number == 0:
            break
        seconds = trainer.round(int(number))
        if rank == 0:
            print(*seconds, flush=True)
    if arguments.processes > 1:
        dist.destroy_process_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policy", type=Path, required=True, help="policy directory")
    parser.add_argument("--ocr", type=Path, required=True, help="folder with model.onnx and keys.txt")
    parser.add_argument("--plan", type=Path, required=True, help="JSON: words and window of each round")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--port", type=int, default=29511)
    arguments = parser.parse_args()
    if arguments.processes == 1:
        serve(0, arguments)
        return
    others = [mp.get_context("spawn").Process(target=serve, args=(rank, arguments), daemon=True) for rank in range(1, arguments.processes)]
    for process in others:
        process.start()
    serve(0, arguments)
    for process in others:
        process.join()


if __name__ == "__main__":
    main()
