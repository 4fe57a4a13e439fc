"""What a training run allocates in libtorch, against what `plan` says of it."""

from __future__ import annotations

import json
import os
import re
import subprocess

import torch
from safetensors.torch import save_file

UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
PROMPTS = ("one", "two", "three")


def conditionings(folder, policy):
    """Random ones of three prompts and of the negative, by the policy's own shapes."""
    folder.mkdir()
    spec = json.loads((policy / "policy.json").read_text())
    generator = torch.Generator().manual_seed(1)
    names = [(identity, one) for identity in (*PROMPTS, "null") for one in spec["conditioning"]]
    tensors = {f"{identity}/{one['name']}": torch.randn(one["shape"], generator=generator) for identity, one in names}
    save_file(tensors, folder / "conditioning-00000.safetensors")
    (folder / "prompts.jsonl").write_text("".join(json.dumps({"id": prompt, "text": prompt}) + "\n" for prompt in PROMPTS))
    return folder


def counter(checkout, work):
    """The library that counts; none where there is no C compiler."""
    library = work / "allocated.so"
    source = checkout / "deploy/python/tests/allocated.c"
    compiled = subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread"], check=False)
    return library if compiled.returncode == 0 else None


def planned(checkout, settings):
    """Bytes on the device by `plan`."""
    plan = subprocess.run([checkout / "deploy/treegrpo", "plan", *settings], capture_output=True, text=True, check=True).stdout
    number, unit = re.search(r"together +([\d.]+) (\w+): about", plan).groups()
    return float(number) * UNITS[unit]


def allocated(checkout, library, settings, peak):
    """The most that a run with one task slot has allocated at once, in bytes."""
    environment = {**os.environ, "LD_PRELOAD": str(library), "ALLOCATED_PEAK": str(peak)}
    words = [checkout / "deploy/treegrpo", "--master", "local[1]", "train", *settings]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return max(map(int, peak.read_text().split()))
