"""Diffusers in, LoRA out, on small random models of the real classes: what must hold between the pipeline, the archive and the engine.

Usage: check.py CHECKOUT WORK. Prints a line for each thing that holds; ends with 1 at the first that does not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

CHECKOUT, WORK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(CHECKOUT / "docs/benchmarks/pytorch-loop"))
sys.path.insert(0, str(CHECKOUT / "deploy/python/src"))
os.environ["PYTHONPATH"] = str(CHECKOUT / "deploy/python/src")  # of the notebook's kernel

import cuda  # noqa: E402
import noise  # noqa: E402  the engine's generator
import notebook  # noqa: E402
import oracle  # noqa: E402
import prompt_files  # noqa: E402
import refusals  # noqa: E402
import sizes  # noqa: E402
import tiny  # noqa: E402
import wrappers  # noqa: E402
from treegrpo import Run  # noqa: E402

torch.set_num_threads(1)
STEPS, GUIDANCE, EVALUATION_SEED = 6, 2.0, 1_000_003
PROMPTS = ["a cat", "two red dogs", "a tall house", "rain"]
PROMPT = "prompts-000002"
LATENT_TOLERANCE = 1e-4


def check(holds, what):
    if not holds:
        sys.exit(f"models: {what}")
    print(f"models: {what}", flush=True)


def near(found, expected, tolerance, what):
    found, expected = torch.as_tensor(found).double(), torch.as_tensor(expected).double()
    difference = float((found - expected).abs().max()) / max(1.0, float(expected.abs().max()))
    check(difference <= tolerance, f"{what}: greatest difference {difference:.1e} of the greatest value, at most {tolerance:.0e}")


def python(*words, code=0):
    """The package's command line, as a user calls it."""
    done = subprocess.run([sys.executable, "-m", "treegrpo.cli", *map(str, words)], cwd=CHECKOUT / "deploy/python/src", capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(f"models: treegrpo {' '.join(map(str, words))} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def engine(*words, code=0, environment=None):
    done = subprocess.run([CHECKOUT / "deploy/treegrpo", *map(str, words)], capture_output=True, text=True, env=environment)
    if done.returncode != code:
        sys.exit(f"models: deploy/treegrpo {' '.join(map(str, words))} ended with {done.returncode}, not {code}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


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


def root_noise(prompt, shape):
    """What the engine starts a picture of an evaluation from."""
    key = noise.combine_all(noise.combine(noise.round_key(EVALUATION_SEED, 0), noise.ROOT), prompt.encode())
    return torch.from_numpy(noise.normal([noise.combine(key, 0)], int(np.prod(shape)))).reshape(1, *shape)


@torch.no_grad()
def diffusers_sample(predict, scheduler, latent, conditioning, null):
    """The pipeline's own loop: its scheduler, its network, classifier-free guidance."""
    scheduler.set_timesteps(STEPS)
    for t in scheduler.timesteps:
        time = t.reshape(1).float()
        free, bound = predict(latent, time, *null), predict(latent, time, *conditioning)
        latent = scheduler.step(free + GUIDANCE * (bound - free), t, latent, return_dict=False)[0]
    return latent


def tensors(conditionings, identity, spec):
    values = {}
    for file in sorted(conditionings.glob("*.safetensors")):
        values.update(load_file(file))
    return [values[f"{identity}/{one['name']}"][None] for one in spec["conditioning"]]


def picture(pipeline, latent):
    config = pipeline.vae.config
    image = pipeline.vae.decode(latent / config.scaling_factor + (getattr(config, "shift_factor", None) or 0), return_dict=False)[0]
    return (image / 2 + 0.5).clamp(0, 1)


def wrapped(name, pipeline):
    """The network as the exporter calls it, but of the pipeline in memory."""
    if name == "sd3":
        return lambda x, t, e, p: pipeline.transformer(x, timestep=t, encoder_hidden_states=e, pooled_projections=p, return_dict=False)[0]
    if name == "sd15":
        return lambda x, t, e: pipeline.unet(x, t, encoder_hidden_states=e, return_dict=False)[0]
    side = float(pipeline.unet.config.sample_size * 2)
    ids = torch.tensor([[side, side, 0, 0, side, side]])
    return lambda x, t, e, p: pipeline.unet(
        x, t, encoder_hidden_states=e, added_cond_kwargs={"text_embeds": p, "time_ids": ids.expand(len(x), -1)}, return_dict=False
    )[0]


def sampled(name, pipeline, spec, conditionings):
    """The latent of the second prompt, by diffusers from the engine's noise."""
    return diffusers_sample(
        wrapped(name, pipeline),
        pipeline.scheduler,
        root_noise(PROMPT, spec["latentShape"]),
        tensors(conditionings, PROMPT, spec),
        tensors(conditionings, "null", spec),
    )


def parity(name, pipeline, policy, conditionings, config):
    """A picture of the untrained policy by the engine is the pipeline's own."""
    spec = json.loads((policy / "policy.json").read_text())
    drawn = WORK / f"{name}-base.safetensors"
    engine("sample", "--config", config, "--prompt", PROMPT, "--out", drawn)
    found = load_file(drawn)
    latent = sampled(name, pipeline, spec, conditionings)
    near(found["latent"], latent[0], LATENT_TOLERANCE, f"{name}: a latent sampled by the engine and by diffusers")
    with torch.no_grad():
        near(found["image"], picture(pipeline, latent)[0], LATENT_TOLERANCE, f"{name}: its picture")
    return found


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def installed():
    """The package as pip installs it, away from the checkout."""
    source, target = WORK / "package", WORK / "installed"
    shutil.copytree(CHECKOUT / "deploy/python", source, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation", "--target", target, source], check=True)
    done = subprocess.run([target / "bin/treegrpo", "--help"], cwd=WORK, env={**os.environ, "PYTHONPATH": str(target)}, capture_output=True, text=True)
    check(done.returncode == 0 and "export,encode,merge" in done.stdout.replace(" ", ""), "package: installed by pip, treegrpo --help names its commands")


def encoded(name, folder):
    prompts = WORK / "prompts.txt"
    prompts.write_text("\n".join(PROMPTS) + "\n")
    conditionings = WORK / f"{name}-conditionings"
    words = ("encode", "--pipeline", folder, "--prompts", prompts, "--out", conditionings, "--negative", "blurry", "--shard-size", 3, "--max-sequence-length", 16)
    python(*words)
    shards = sorted(conditionings.glob("*.safetensors"))
    before = [digest(shard) for shard in shards]
    missing = int(name == "sd3")
    for shard in shards[:missing]:
        shard.rename(shard.with_suffix(".partial"))  # as an end before its last step leaves it
    check(f"2 shards, {missing} of them made now" in python(*words), f"{name}: an encoding that goes on makes {missing} shards that are missing")
    check([digest(shard) for shard in shards] == before, f"{name}: all shards have the same bytes as before")
    return conditionings


def frozen_difference(policy, spec, pipeline):
    """Between the archive's frozen parameters and the pipeline's own, by name."""
    own = dict(getattr(pipeline, spec["lora"]["component"]).named_parameters())
    differences = []
    for parameter_name, parameter in torch.jit.load(policy / spec["file"]).named_parameters():
        if "lora_" not in parameter_name:
            name = parameter_name.split(".", 1)[1].replace(".base_layer.", ".")
            differences.append(float((own[name] - parameter).abs().max()))
    return max(differences)


def lora(name, pipeline, policy, conditionings, config, base):
    """Five rounds, exported, loaded by diffusers: the same picture as the engine's, and not the base's."""
    spec = json.loads((policy / "policy.json").read_text())
    check(frozen_difference(policy, spec, pipeline) == 0, f"{name}: the archive's frozen parameters are the pipeline's, bit for bit")
    directory = WORK / f"{name}-run"
    run = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={directory}", "treegrpo.rounds=5", "treegrpo.audit.every=1"])
    metrics = run.metrics()
    check(metrics.num_rows == 5 and min(metrics["tensors_with_gradient"].to_pylist()[1:]) == len(adapters(policy, spec)), f"{name}: every adapter gets a gradient")
    ratio = max(metrics["ratio_max_deviation"].to_pylist())
    check(ratio <= 1e-6, f"{name}: the ratio of rollout and replay is 1 within {ratio:.1e}")
    again = WORK / f"{name}-blocks"
    blocks = Run.train(CHECKOUT, config, [f"treegrpo.run-dir={again}", "treegrpo.rounds=5", "treegrpo.audit.every=0", "treegrpo.update.checkpointing=blocks"])
    check(digests(blocks) == digests(run), f"{name}: {spec['segments']} segments, computed again in the backward pass, give the same weights in every round")
    check({file: digest(policy / file) for file in spec["sha256"]} == spec["sha256"], f"{name}: two runs leave the archives as they were exported, by SHA-256")
    out = WORK / f"{name}-lora"
    engine("export-lora", "--run-dir", directory, "--out", out)
    drawn = WORK / f"{name}-trained.safetensors"
    engine("sample", "--run-dir", directory, "--prompt", PROMPT, "--out", drawn)
    found = load_file(drawn)
    if name != "sdxl":
        merged(name, spec, conditionings, out, found)
    pipeline.load_lora_weights(out)
    latent = sampled(name, pipeline, spec, conditionings)
    near(found["latent"], latent[0], LATENT_TOLERANCE, f"{name}: after training, the engine's latent and that of diffusers with the exported LoRA")
    moved = float((found["latent"] - base["latent"]).abs().max())
    check(moved > 100 * LATENT_TOLERANCE, f"{name}: the LoRA changes the picture, by {moved:.2f}")
    with safe_open(out / "pytorch_lora_weights.safetensors", "pt") as file:
        metadata = json.loads(file.metadata()["lora_adapter_metadata"])
        component = spec["lora"]["component"]
        check(metadata[f"{component}.r"] == metadata[f"{component}.lora_alpha"], f"{name}: the file declares alpha = r")
    check((out / "README.md").is_file(), f"{name}: there is a model card")
    return out, found


def digests(run):
    return run.metrics()["weights_sha256"].to_pylist()


def merged(name, spec, conditionings, out, found):
    """A pipeline that needs no LoRA draws what the engine draws."""
    from diffusers import DiffusionPipeline

    folder = WORK / f"{name}-merged"
    python("merge", "--pipeline", WORK / name, "--lora", out, "--out", folder)
    latent = sampled(name, DiffusionPipeline.from_pretrained(folder), spec, conditionings)
    near(found["latent"], latent[0], LATENT_TOLERANCE, f"{name}: the engine's latent, and that of the pipeline with merged weights")


def all_parameters(conditionings):
    """All parameters of a network in channels_last: it trains, and its weights go back by name."""
    policy = WORK / "sd15-full"
    python("export", "--pipeline", WORK / "sd15", "--out", policy, "--full", "--channels-last")
    directory = WORK / "sd15-full-run"
    overrides = [f"treegrpo.run-dir={directory}", "treegrpo.rounds=2", "treegrpo.update.checkpointing=blocks", "treegrpo.optimizer.learning-rate=1e-3"]
    run = Run.train(CHECKOUT, configuration("sd15-full", policy, conditionings), overrides)
    metrics = run.metrics()
    count = len(list(torch.jit.load(policy / "network.pt").parameters()))
    check(min(metrics["tensors_with_gradient"].to_pylist()) == count, f"sd15: in channels_last all {count} parameters get a gradient")
    folder = WORK / "sd15-full-merged"
    python("merge", "--pipeline", WORK / "sd15", "--weights", directory / "checkpoints/round-000002/policy.safetensors", "--out", folder)
    drawn = WORK / "sd15-full.safetensors"
    engine("sample", "--run-dir", directory, "--prompt", PROMPT, "--out", drawn)
    from diffusers import DiffusionPipeline

    spec = json.loads((policy / "policy.json").read_text())
    latent = sampled("sd15", DiffusionPipeline.from_pretrained(folder), spec, conditionings)
    near(load_file(drawn)["latent"], latent[0], LATENT_TOLERANCE, "sd15: all parameters trained: the engine's latent, and that of the merged pipeline")


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


def adapters(policy, spec):
    return [key for key, parameter in torch.jit.load(policy / spec["file"]).named_parameters() if parameter.requires_grad]


def going_on(folder, first, drawn, conditionings):
    """An exported LoRA is exported into a policy again: the engine draws what it drew before."""
    policy = WORK / "sd3-again"
    python("export", "--pipeline", folder, "--out", policy, "--lora", first, "--text-tokens", 93, "--dtype", "float32")
    config = configuration("sd3-again", policy, conditionings)
    again = WORK / "sd3-again.safetensors"
    engine("sample", "--config", config, "--prompt", PROMPT, "--out", again)
    near(load_file(again)["latent"], drawn["latent"], LATENT_TOLERANCE, "sd3: going on from the exported LoRA")


def against_autograd(policy, conditionings, folder, first):
    """Log-probabilities and gradients of a round of the engine are those of PyTorch, from a LoRA that is not 0."""
    spec = json.loads((policy / "policy.json").read_text())
    directory = WORK / "sd3-oracle"
    config = configuration("sd3-oracle", policy, conditionings)
    Run.train(CHECKOUT, config, [f"treegrpo.run-dir={directory}", "treegrpo.rounds=1", "treegrpo.seed=5", "treegrpo.checkpoint.every=1"])
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(folder)
    pipeline.load_lora_weights(first)
    for key, parameter in pipeline.transformer.named_parameters():
        parameter.requires_grad_("lora_" in key)
    values = {key["id"]: [one[0] for one in tensors(conditionings, key["id"], spec)] for key in map(json.loads, (conditionings / "prompts.jsonl").read_text().splitlines())}
    worst, engines = oracle.round_one(
        directory, wrapped("sd3", pipeline), values, tensors(conditionings, "null", spec), GUIDANCE, tuple(spec["latentShape"]), STEPS, pipeline.scheduler.config.shift, 1, 5
    )
    check(worst <= 1e-5, f"sd3: log-probabilities of a round's edges and PyTorch's: greatest difference {worst:.1e}, at most 1e-05")
    mine = {key: parameter.grad for key, parameter in pipeline.transformer.named_parameters() if parameter.requires_grad}
    named = {key.replace("transformer.", "", 1).replace(".default.", ".default_0."): value for key, value in engines.items()}
    check(sorted(named) == sorted(mine), f"sd3: {len(mine)} tensors have gradients in both")
    largest = max(float(value.abs().max()) for value in mine.values())
    difference = max(float((named[key] - mine[key]).abs().max()) for key in mine) / largest
    check(difference <= 1e-4, f"sd3: gradients of a round and autograd's: greatest difference {difference:.1e} of the greatest element, at most 1e-04")


def with_engine(name, rank, alpha):
    folder = tiny.save(name, WORK / name)
    from diffusers import DiffusionPipeline

    pipeline = DiffusionPipeline.from_pretrained(folder)
    conditionings = encoded(name, folder)
    length = [value.shape[0] for key, value in load_file(conditionings / "conditioning-00000.safetensors").items() if key.endswith("/prompt_embeds")][0]
    policy = WORK / f"{name}-policy"
    print(python("export", "--pipeline", folder, "--out", policy, "--rank", rank, "--alpha", alpha, "--text-tokens", length), end="")
    config = configuration(name, policy, conditionings)
    return folder, pipeline, conditionings, policy, config, parity(name, pipeline, policy, conditionings, config)


def memory():
    """What `plan` expects on a device is what a round allocates, with and without checkpointing."""
    library = sizes.counter(CHECKOUT, WORK)
    if library is None:
        print("models: no C compiler (cc), so that allocated bytes are not counted", flush=True)
        return
    folder, policy = tiny.save("wide", WORK / "wide"), WORK / "wide-policy"
    python("export", "--pipeline", folder, "--out", policy, "--rank", 4, "--text-tokens", 64)
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


def main():
    installed()
    prompt_files.run(check, WORK / "prompt-files")
    folder, pipeline, conditionings, policy, config, base = with_engine("sd3", 4, 8)
    first, drawn = lora("sd3", pipeline, policy, conditionings, config, base)
    going_on(folder, first, drawn, conditionings)
    against_autograd(WORK / "sd3-again", conditionings, folder, first)
    for name in ("sd15", "sdxl"):
        _, pipeline, conditionings, policy, config, base = with_engine(name, 2, 2)
        lora(name, pipeline, policy, conditionings, config, base)
    for name in ("flux", "qwen"):
        folder = tiny.save(name, WORK / name)
        print(python("export", "--pipeline", folder, "--out", WORK / f"{name}-policy", "--rank", 2, "--text-tokens", wrappers.TEXT_TOKENS, "--height", wrappers.HEIGHT, "--width", wrappers.WIDTH), end="")
        wrappers.run(near, name, folder, WORK / f"{name}-policy")
    print(python("export", "--pipeline", WORK / "sd3", "--out", WORK / "sd3-bf16", "--rank", 4, "--dtype", "bfloat16", "--text-tokens", 93), end="")
    spec = json.loads((WORK / "sd3-bf16" / "policy.json").read_text())
    plan = engine("plan", "--config", configuration("sd3-bf16", WORK / "sd3-bf16", WORK / "sd3-conditionings"))
    check("bfloat16" in plan and spec["lora"]["component"] == "transformer", "sd3: bfloat16 weights are planned")
    engine("train", "--config", configuration("sd3-bf16", WORK / "sd3-bf16", WORK / "sd3-conditionings"), "--set", f"treegrpo.run-dir={WORK / 'bf16-run'}", "--set", "treegrpo.rounds=1")
    check(True, "sd3: a round with frozen bfloat16 weights")
    all_parameters(WORK / "sd15-conditionings")
    cuda_build(WORK / "sd3.conf")
    memory()
    read_and_run()
    refusals.run(check, WORK / "refusals", WORK / "sd3", WORK / "sd15")
    for words, message in (
        (("export", "--pipeline", WORK, "--out", WORK / "none"), "holds no model_index.json"),
        (("export", "--pipeline", folder, "--out", WORK / "sd3-policy"), "must be a new or empty directory"),
    ):
        check(message in python(*words, code=2), f"refused: {message}")


main()
