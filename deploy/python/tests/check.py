"""Diffusers in, LoRA out, on small random models of the real classes: what must hold between the pipeline, the archive and the engine.

Usage: check.py CHECKOUT WORK. Prints a line for each thing that holds; ends with 1 at the first that does not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import numpy as np
from harness import CHECKOUT, GUIDANCE, NEGATIVE, PROMPTS, STEPS, WORK, check, configuration, digest, digests, engine, near, package

import cuda
import lora
import notebook
import oracle
import pictures
import prompt_files
import refusals
import sizes
import tiny
import torch
from safetensors.torch import load_file
from treegrpo import Run


def installed():
    """The package as pip installs it, away from the checkout."""
    source, target = WORK / "package", WORK / "installed"
    shutil.copytree(CHECKOUT / "deploy/python", source, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation", "--target", target, source], check=True)
    done = subprocess.run([target / "bin/treegrpo", "--help"], cwd=WORK, env={**os.environ, "PYTHONPATH": str(target)}, capture_output=True, text=True)
    check(done.returncode == 0 and "export,encode,merge" in done.stdout.replace(" ", ""), "package: installed by pip, treegrpo --help names its commands")


def encoded(name, folder):
    """Conditionings by the pipeline's own text encoders."""
    prompts = WORK / "prompts.txt"
    prompts.write_text("\n".join(PROMPTS) + "\n")
    conditionings = WORK / f"{name}-conditionings"
    words = ("encode", "--pipeline", folder, "--prompts", prompts, "--out", conditionings, "--negative", NEGATIVE, "--shard-size", 3, "--max-sequence-length", pictures.TOKENS)
    package(*words)
    shards = sorted(conditionings.glob("*.safetensors"))
    before = [digest(shard) for shard in shards]
    missing = int(name == "sd3")
    for shard in shards[:missing]:
        shard.rename(shard.with_suffix(".partial"))  # as an end before its last step leaves it
    check(f"2 shards, {missing} of them made now" in package(*words), f"{name}: an encoding that goes on makes {missing} shards that are missing")
    check([digest(shard) for shard in shards] == before, f"{name}: all shards have the same bytes as before")
    return conditionings


def all_parameters(conditionings):
    """All parameters of a network in channels_last: it trains, and its weights go back by name."""
    policy = WORK / "sd15-full"
    package("export", "--pipeline", WORK / "sd15", "--out", policy, "--full", "--channels-last")
    directory = WORK / "sd15-full-run"
    overrides = [f"treegrpo.run-dir={directory}", "treegrpo.rounds=2", "treegrpo.update.checkpointing=blocks", "treegrpo.optimizer.learning-rate=1e-3"]
    overrides += ["treegrpo.guards.patience=1", "treegrpo.guards.gradient-rms.threshold=1e12"]
    run = Run.train(CHECKOUT, configuration("sd15-full", policy, conditionings), overrides)
    metrics = run.metrics()
    count = len(list(torch.jit.load(policy / "network.pt").parameters()))
    check(min(metrics["tensors_with_gradient"].to_pylist()) == count, f"sd15: in channels_last all {count} parameters get a gradient")
    acted = run.guards().to_pylist()
    check([row["round"] for row in acted if row["guard"] == "gradient-rms"], f"sd15: a guard with a threshold that nothing passes has acted: {acted[0]['text'] if acted else 'none'}")
    folder = WORK / "sd15-full-merged"
    package("merge", "--pipeline", WORK / "sd15", "--weights", directory / "checkpoints/round-000002/policy.safetensors", "--out", folder)
    from diffusers import DiffusionPipeline

    spec = json.loads((policy / "policy.json").read_text())
    found = pictures.by_engine("sd15-full", "--run-dir", directory)
    expected = pictures.by_pipeline("sd15", DiffusionPipeline.from_pretrained(folder), spec)
    near(found.latent, expected.latent, pictures.TOLERANCE, "sd15: all parameters trained: the engine's latent, and that of the merged pipeline")


def cuda_build(config):
    """The CUDA build of libtorch loads where there is no GPU, and gives the same weights."""
    stub = cuda.driver(WORK / "driver")
    if stub is None:
        print("models: no C compiler (cc, nm), so that the CUDA build is not loaded", flush=True)
        return
    settings = ["--config", config, "--set", "treegrpo.rounds=2", "--set", "treegrpo.audit.every=0"]
    engine("train", *settings, "--set", f"treegrpo.run-dir={WORK / 'cpu-build'}")
    engine("train", *settings, "--set", f"treegrpo.run-dir={WORK / 'cuda-build'}", environment=cuda.environment(stub))
    check(digests(Run(WORK / "cuda-build")) == digests(Run(WORK / "cpu-build")), "cuda: the CUDA build on the CPU gives the weights of the CPU build in every round")
    refused = engine("train", *settings, "--set", f"treegrpo.run-dir={WORK / 'none'}", "--set", "treegrpo.policy.device=gpu", environment=cuda.environment(stub), code=2)
    check("must have a GPU" in refused, "cuda: device = gpu without one is refused")
    without = engine("train", *settings, "--set", f"treegrpo.run-dir={WORK / 'none'}", environment=cuda.environment(), code=1)
    check("install NVIDIA's driver" in without, "cuda: without the driver's library it says what to install")


def memory():
    """What `plan` expects on a device is what a round allocates, with and without checkpointing."""
    library = sizes.counter(CHECKOUT, WORK)
    if library is None:
        print("models: no C compiler (cc), so that allocated bytes are not counted", flush=True)
        return
    folder, policy = tiny.save("wide", WORK / "wide"), WORK / "wide-policy"
    package("export", "--pipeline", folder, "--out", policy, "--rank", 4, "--text-tokens", 64)
    config = configuration("wide", policy, sizes.conditionings(WORK / "wide-conditionings", policy))
    for checkpointing in ("off", "blocks"):
        settings = ["--config", config, "--set", "treegrpo.rounds=1", "--set", f"treegrpo.update.checkpointing={checkpointing}"]
        settings += ["--set", f"treegrpo.run-dir={WORK / ('wide-' + checkpointing)}", "--set", "treegrpo.report.prompts=1"]
        plan = sizes.planned(CHECKOUT, settings)
        found = sizes.allocated(CHECKOUT, library, settings, WORK / f"peak-{checkpointing}")
        check(abs(found - plan) <= 0.15 * plan, f"wide: a round with checkpointing {checkpointing} allocates {found / 2**20:.0f} MiB, and plan says {plan / 2**20:.0f} MiB: within 15 %")


def read_and_run():
    """The notebook of the documentation, on the small SD3."""
    parameters = dict(checkout=CHECKOUT, pipeline=WORK / "sd3", work=WORK / "notebook", rank=4, text_tokens=16, device="cpu", dtype="float32")
    before, after = notebook.run(CHECKOUT / "deploy/python/notebooks/lora.ipynb", parameters | dict(steps=STEPS, guidance=GUIDANCE, learning_rate=1e-2))
    moved = np.abs(before - after).mean()
    check(moved > 0.1, f"notebook: export, five rounds, LoRA, and diffusers draws another picture; its pixels moved by {moved:.2f} of 255")


def with_engine(name):
    """A pipeline becomes a policy, draws its picture, trains, and gives its LoRA back."""
    from diffusers import DiffusionPipeline

    family = pictures.FAMILIES[name]
    folder = tiny.save(name, WORK / name)
    pipeline = DiffusionPipeline.from_pretrained(folder)
    conditionings = encoded(name, folder)
    length = [value.shape[0] for key, value in load_file(conditionings / "conditioning-00000.safetensors").items() if key.endswith("/prompt_embeds")][0]
    policy = WORK / f"{name}-policy"
    print(package("export", "--pipeline", folder, "--out", policy, "--rank", family.rank, "--alpha", family.alpha, "--text-tokens", length, *family.export), end="")
    spec = json.loads((policy / "policy.json").read_text())
    config = configuration(name, policy, conditionings, family.settings)
    base = pictures.parity(name, pipeline, spec, config)
    out, drawn = lora.trained(name, pipeline, policy, config, base)
    return folder, conditionings, spec, out, drawn


def from_a_lora(folder, conditionings, first, drawn):
    """Going on from an exported LoRA: in every way in which a run may end, and by the gradients of PyTorch."""
    from diffusers import DiffusionPipeline

    policy, run = lora.going_on(folder, first, drawn, conditionings)
    spec = json.loads((policy / "policy.json").read_text())
    pipeline = DiffusionPipeline.from_pretrained(folder)
    pipeline.load_lora_weights(first)
    transformer, shift = pipeline.transformer, pipeline.scheduler.config.shift
    for key, parameter in transformer.named_parameters():
        parameter.requires_grad_("lora_" in key)
    trained = {f"transformer.{key.replace('.default_0.', '.default.')}": parameter for key, parameter in transformer.named_parameters() if parameter.requires_grad}

    def network(x, t, e, p):
        return transformer(x, timestep=t, encoder_hidden_states=e, pooled_projections=p, return_dict=False)[0]

    oracle.run("sd3", run, spec, conditionings, network, trained, shift, 1e-4)
    policy, run = lora.bfloat16(folder, first, conditionings)
    archive = torch.jit.load(policy / "network.pt")
    trained = {key: parameter for key, parameter in archive.named_parameters() if parameter.requires_grad}
    oracle.run("sd3 with bfloat16 weights", run, spec, conditionings, archive, trained, shift, 2e-2)


def main():
    installed()
    prompt_files.run(WORK / "prompt-files")
    folder, conditionings, spec, first, drawn = with_engine("sd3")
    lora.latest("sd3", spec, first)
    from_a_lora(folder, conditionings, first, drawn)
    for name in ("sd15", "sdxl", "flux", "qwen"):
        with_engine(name)
    all_parameters(WORK / "sd15-conditionings")
    cuda_build(WORK / "sd3.conf")
    memory()
    read_and_run()
    refusals.run(WORK / "refusals", folder, WORK / "sd15")
    for words, message in (
        (("export", "--pipeline", WORK, "--out", WORK / "none"), "holds no model_index.json"),
        (("export", "--pipeline", folder, "--out", WORK / "sd3-policy"), "must be a new or empty directory"),
    ):
        check(message in package(*words, code=2), f"refused: {message}")


main()
