"""What the parts of the check share: where things are, how something is found to hold, and the two command lines.

The script that imports it has the arguments CHECKOUT WORK.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import torch

CHECKOUT, WORK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(CHECKOUT / "docs/benchmarks/pytorch-loop"))
sys.path.insert(0, str(CHECKOUT / "deploy/python/src"))
os.environ["PYTHONPATH"] = str(CHECKOUT / "deploy/python/src")  # of the notebook's kernel

from treegrpo import cli  # noqa: E402

torch.set_num_threads(1)
STEPS, GUIDANCE, EVALUATION_SEED = 6, 2.0, 1_000_003
PROMPTS = ["a cat", "two red dogs", "a tall house", "rain"]
NEGATIVE = "blurry"


def check(holds, what):
    if not holds:
        sys.exit(f"models: this does not hold: {what}")
    print(f"models: {what}", flush=True)


def near(found, expected, tolerance, what):
    found, expected = torch.as_tensor(found).double(), torch.as_tensor(expected).double()
    difference = float((found - expected).abs().max()) / max(1.0, float(expected.abs().max()))
    check(difference <= tolerance, f"{what}: greatest difference {difference:.1e} of the greatest value, at most {tolerance:.0e}")


def package(*words, code=0):
    """The package's command line, in this process, which has PyTorch and diffusers already."""
    told, ended = io.StringIO(), 0
    try:
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            cli.main([*map(str, words)])
    except SystemExit as end:
        ended = end.code
    if ended != code:
        sys.exit(f"models: treegrpo {' '.join(map(str, words))} ended with {ended}, not {code}:\n{told.getvalue()}")
    return told.getvalue()


def command(*words):
    return [CHECKOUT / "deploy/treegrpo", *map(str, words)]


def engine(*words, code=0, environment=None):
    done = subprocess.run(command(*words), capture_output=True, text=True, env=environment)
    if done.returncode != code:
        sys.exit(f"models: deploy/treegrpo {' '.join(map(str, words))} ended with {done.returncode}, not {code}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def digests(run):
    """Of the weights after each round."""
    return run.metrics()["weights_sha256"].to_pylist()


def configuration(name, policy, conditionings, text=""):
    """A small run of the policy: trees of four leaves, judged by how well their pictures compress."""
    file = WORK / f"{name}.conf"
    file.write_text(
        f"""
include "{policy}/policy.conf"
treegrpo {{
  policy {{ path = "{policy}", conditioning-file = "{conditionings}", guidance.scale = {GUIDANCE} }}
  prompts {{ train = "{conditionings}/prompts.jsonl", evaluation = "{conditionings}/prompts.jsonl" }}
  rewards = [ {{ name = jpeg, type = jpeg-compressibility }} ]
  sampler.steps = {STEPS}
  tree {{ branching = 2, width = 2, prompts-per-round = 2, trees-per-prompt = 1, window {{ strategy = fixed, start = 1 }} }}
  update.micro-batch = 4
  optimizer {{ learning-rate = 1e-2, warm-up-steps = 0 }}
  update.kl = 0
  evaluation {{ steps = {STEPS}, prompts = 2, images-per-prompt = 1, seed = {EVALUATION_SEED} }}
  report.prompts = 2
  {text}
}}
"""
    )
    return file
