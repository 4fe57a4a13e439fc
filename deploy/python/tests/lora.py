"""A LoRA that is trained, given to diffusers, merged, and gone on from."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time

import torch
from harness import CHECKOUT, WORK, check, command, configuration, digest, digests, engine, near, package
from pictures import TOKENS, TOLERANCE, by_engine, by_pipeline
from safetensors import safe_open
from safetensors.torch import load_file
from treegrpo import Run

TEXT_TOKENS = 77 + TOKENS  # of an SD3's prompt
# A latent in bfloat16: PyTorch itself moves it by 3.2e-3 when its noise moves by 1e-7 of itself. Without the LoRA it is 3.2e-2 away.
ROUNDING = 1e-2
NAME = "pytorch_lora_weights.safetensors"


def adapters(policy, spec):
    return [key for key, parameter in torch.jit.load(policy / spec["file"]).named_parameters() if parameter.requires_grad]


def untouched(policy, spec):
    return {file: digest(policy / file) for file in spec["sha256"]} == spec["sha256"]


def frozen_difference(policy, spec, pipeline):
    """Between the archive's frozen parameters and the pipeline's own, by name."""
    own = dict(getattr(pipeline, spec["lora"]["component"]).named_parameters())
    differences = []
    for parameter_name, parameter in torch.jit.load(policy / spec["file"]).named_parameters():
        if "lora_" not in parameter_name:
            name = parameter_name.split(".", 1)[1].replace(".base_layer.", ".")
            differences.append(float((own[name] - parameter).abs().max()))
    return max(differences)


def trained(name, pipeline, policy, config, base):
    """Five rounds, exported, loaded by diffusers: the same picture as the engine's, and not the base's."""
    spec = json.loads((policy / "policy.json").read_text())
    check(frozen_difference(policy, spec, pipeline) == 0, f"{name}: the archive's frozen parameters are the pipeline's, bit for bit")
    decodes = [parameter for parameter, _ in torch.jit.load(policy / spec["decoder"]["file"]).named_parameters()]
    check(decodes and not [parameter for parameter in decodes if ".encoder." in parameter or ".quant_conv." in parameter], f"{name}: of the VAE there is what decodes only")
    directory = WORK / f"{name}-run"
    run = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={directory}", "treegrpo.rounds=5", "treegrpo.audit.every=1"])
    metrics = run.metrics()
    check(metrics.num_rows == 5 and min(metrics["tensors_with_gradient"].to_pylist()[1:]) == len(adapters(policy, spec)), f"{name}: every adapter gets a gradient")
    ratio = max(metrics["ratio_max_deviation"].to_pylist())
    check(ratio <= 1e-6, f"{name}: the ratio of rollout and replay is 1 within {ratio:.1e}")
    again = WORK / f"{name}-blocks"
    blocks = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={again}", "treegrpo.rounds=5", "treegrpo.audit.every=0", "treegrpo.update.checkpointing=blocks"])
    check(digests(blocks) == digests(run), f"{name}: {spec['segments']} segments, computed again in the backward pass, give the same weights in every round")
    check(untouched(policy, spec), f"{name}: two runs leave the archives as they were exported, by SHA-256")
    out = WORK / f"{name}-lora"
    engine("export-lora", "--run-dir", directory, "--out", out)
    found = by_engine(f"{name}-trained", "--run-dir", directory)
    merged(name, spec, out, found)
    pipeline.load_lora_weights(out)
    near(found.latent, by_pipeline(name, pipeline, spec).latent, TOLERANCE, f"{name}: after training, the engine's latent and that of diffusers with the exported LoRA")
    moved = float((found.latent - base.latent).abs().max())
    check(moved > 100 * TOLERANCE, f"{name}: the LoRA changes the picture, by {moved:.2f}")
    with safe_open(out / NAME, "pt") as file:
        metadata = json.loads(file.metadata()["lora_adapter_metadata"])
        component = spec["lora"]["component"]
        check(metadata[f"{component}.r"] == metadata[f"{component}.lora_alpha"], f"{name}: the file declares alpha = r")
    check((out / "README.md").is_file(), f"{name}: there is a model card")
    return out, found


def merged(name, spec, out, found):
    """A pipeline that needs no LoRA draws what the engine draws."""
    from diffusers import DiffusionPipeline

    folder = WORK / f"{name}-merged"
    package("merge", "--pipeline", WORK / name, "--lora", out, "--out", folder)
    latent = by_pipeline(name, DiffusionPipeline.from_pretrained(folder), spec).latent
    near(found.latent, latent, TOLERANCE, f"{name}: the engine's latent, and that of the pipeline with merged weights")


def scaled(weights, spec):
    """What a LoRA file has of a checkpoint's adapters: alpha / r is in lora_B."""
    component, scales = spec["lora"]["component"], spec["lora"]["scale"]
    expected = {}
    for name, value in load_file(weights).items():
        module, part = name.removeprefix(component + ".").removesuffix(".default.weight").rsplit(".", 1)
        expected[f"{component}.{module}.{part}.weight"] = value * scales[module] if part == "lora_B" else value
    return expected


def same(found, expected):
    return found.keys() == expected.keys() and all(torch.equal(found[name], expected[name]) for name in expected)


def latest(name, spec, average):
    """`export-lora` takes the moving average, and with `--latest` the weights after the last update."""
    out = WORK / f"{name}-latest"
    engine("export-lora", "--run-dir", WORK / f"{name}-run", "--out", out, "--latest")
    checkpoint = WORK / f"{name}-run/checkpoints/round-000005"
    files = {"ema": load_file(average / NAME), "policy": load_file(out / NAME)}
    for weights, file in files.items():
        check(same(file, scaled(checkpoint / f"{weights}.safetensors", spec)), f"{name}: the LoRA {'by --latest' if weights == 'policy' else 'of the average'} is {weights}.safetensors, scaled")
    check(not same(*files.values()), f"{name}: the two differ")


def going_on(folder, first, drawn, conditionings):
    """An exported LoRA is exported into a policy again, and trains on. Returns the policy, and a run of which each round is kept."""
    policy = WORK / "sd3-again"
    package("export", "--pipeline", folder, "--out", policy, "--lora", first, "--text-tokens", TEXT_TOKENS, "--dtype", "float32")
    spec = json.loads((policy / "policy.json").read_text())
    config = configuration("sd3-again", policy, conditionings, "seed = 5, audit.every = 1, checkpoint { every = 2, keep = 100 }")
    near(by_engine("sd3-again", "--config", config).latent, drawn.latent, TOLERANCE, "sd3: going on from the exported LoRA")
    directory, rounds = killed(config)
    whole = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={WORK / 'sd3-again-whole'}", f"treegrpo.rounds={rounds}"], master="local[2]")
    stopped = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={WORK / 'sd3-again-stopped'}", "treegrpo.rounds=1"], master="local[1]")
    resumed(config, stopped.directory, rounds)
    check(digests(stopped) == digests(whole), f"sd3: from a LoRA, {rounds} rounds on one core, ended after the first and resumed, have the weights of two cores in every round")
    check(digests(Run(directory)) == digests(whole), "sd3: and so has a run that was killed on two cores and resumed on one")
    check(untouched(policy, spec), "sd3: these runs leave the archives as they were exported, by SHA-256")
    back(folder, spec, stopped)
    return policy, stopped.directory


def resumed(config, directory, rounds):
    engine("--master", "local[1]", "resume", "--config", config, "--set", f"treegrpo.run-dir={directory}", "--set", f"treegrpo.rounds={rounds}")


def rounds_done(directory):
    file = directory / "metrics.jsonl"
    return file.read_text().count("\n") if file.is_file() else 0


def killed(config):
    """A run of more rounds than it gets, killed when its third is done, and resumed; its directory and the rounds that it has then."""
    directory = WORK / "sd3-again-killed"
    words = ["--master", "local[2]", "train", "--config", config, "--set", f"treegrpo.run-dir={directory}", "--set", "treegrpo.rounds=1000"]
    with subprocess.Popen(command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and rounds_done(directory) < 3:
            time.sleep(0.02)
        process.kill()
    check(process.returncode == -signal.SIGKILL, f"sd3: a run that goes on from a LoRA is killed after {rounds_done(directory)} rounds")
    rounds = 2 + max(int(folder.name.split("-")[1]) for folder in (directory / "checkpoints").glob("round-*"))
    resumed(config, directory, rounds)
    return directory, rounds


def back(folder, spec, run):
    """What went on from a LoRA comes out as a LoRA of the pipeline."""
    from diffusers import DiffusionPipeline

    out = WORK / "sd3-again-lora"
    engine("export-lora", "--run-dir", run.directory, "--out", out)
    pipeline = DiffusionPipeline.from_pretrained(folder)
    pipeline.load_lora_weights(out)
    found = by_engine("sd3-again-trained", "--run-dir", run.directory)
    near(found.latent, by_pipeline("sd3", pipeline, spec).latent, TOLERANCE, "sd3: gone on from a LoRA, the engine's latent and that of diffusers with the LoRA that comes out")


def bfloat16(folder, first, conditionings):
    """The exported LoRA on frozen bfloat16 weights. Returns the policy and a run of one round."""
    from diffusers import DiffusionPipeline

    policy, directory, out = WORK / "sd3-bf16", WORK / "sd3-bf16-run", WORK / "sd3-bf16-lora"
    print(package("export", "--pipeline", folder, "--out", policy, "--lora", first, "--dtype", "bfloat16", "--text-tokens", TEXT_TOKENS), end="")
    spec = json.loads((policy / "policy.json").read_text())
    config = configuration("sd3-bf16", policy, conditionings, "seed = 5")
    check("bfloat16" in engine("plan", "--config", config), "sd3: bfloat16 weights are planned")
    run = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={directory}", "treegrpo.rounds=1"])
    weights = directory / "checkpoints/round-000001/policy.safetensors"
    start = dict(torch.jit.load(policy / spec["file"]).named_parameters())
    moved = [not torch.equal(value, start[name]) for name, value in load_file(weights).items()]
    check(all(moved) and run.metrics()["tensors_with_gradient"].to_pylist() == [len(moved)], f"sd3: a round with frozen bfloat16 weights moves all {len(moved)} tensors of the LoRA")
    found = by_engine("sd3-bf16-trained", "--run-dir", directory)
    pipeline = DiffusionPipeline.from_pretrained(folder)
    with archive_in(pipeline, policy / spec["file"], weights):
        near(found.latent, by_pipeline("sd3", pipeline, spec).latent, ROUNDING, "sd3: with bfloat16 weights, the engine's latent and that of the pipeline around the archive")
    engine("export-lora", "--run-dir", directory, "--out", out)
    file = load_file(out / NAME)
    check({value.dtype for value in file.values()} == {torch.float32} and same(file, scaled(weights, spec)), "sd3: the LoRA of that run is float32, and the checkpoint's, scaled")
    pipeline.load_lora_weights(out)
    near(found.latent, by_pipeline("sd3", pipeline, spec).latent, ROUNDING, "sd3: with bfloat16 weights, the engine's latent and that of diffusers with that LoRA on float32 weights")
    return policy, directory


@contextlib.contextmanager
def archive_in(pipeline, file, weights):
    """The pipeline with an archive in the place of its network, and a checkpoint's adapters in that."""
    archive = torch.jit.load(file)
    archive.load_state_dict(load_file(weights), strict=False)
    kept = pipeline.transformer.forward

    def forward(hidden_states, timestep, encoder_hidden_states, pooled_projections, **_):
        return (archive(hidden_states, timestep, encoder_hidden_states, pooled_projections),)

    pipeline.transformer.forward = forward
    try:
        yield
    finally:
        pipeline.transformer.forward = kept
