"""What the exporter refuses and what it warns of, each on a small network that has just that."""

from __future__ import annotations

import json
import shutil

import torch
from harness import check
from safetensors.torch import save_file
from treegrpo import trace
from treegrpo.cli import parser
from treegrpo.errors import UserError
from treegrpo.export import export


class Branching(torch.nn.Module):
    """A network that runs another way where its latent is large: a trace knows one of them."""

    def forward(self, latent, timestep):
        return 2 * latent if latent.abs().max() > 1 else torch.sin(latent)


def exported(folder, out, *words):
    """The warnings of an export, or why it was refused."""
    options = parser().parse_args(["export", "--pipeline", str(folder), "--out", str(out), "--rank", "2", "--text-tokens", "9", *words])
    try:
        return list(export(options)[0])
    except UserError as refusal:
        return str(refusal)


def edited(folder, copy, file, **values):
    """The pipeline with other values in one of its JSON files."""
    shutil.copytree(folder, copy)
    path = copy / file
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return copy


def branches():
    def inputs(rows):
        return [torch.full((rows, 4, 2, 2), 0.5 if rows == 2 else 3.0), torch.linspace(900, 100, rows)]

    module = Branching()
    script = trace.traced(module, {"forward": tuple(inputs(2))}, torch.float32)
    try:
        trace.checked(module, script, inputs, torch.float32, [])
        found = ""
    except UserError as refusal:
        found = str(refusal)
    check("the trace is not the network: output of 1 differs" in found and "may branch on its inputs" in found, "refused: a network whose trace depends on its data")


def adapters(sd3, work):
    """Adapters that nothing depends on would be trained for weeks."""
    dead = "transformer_blocks.1.attn.add_q_proj"  # the last block drops what the text asks for
    found = exported(sd3, work / "dead", "--lora-targets", "to_q", dead)
    check("no gradient reaches" in found and dead in found and "--lora-targets" in found, "refused: an adapter that no picture depends on")
    for targets in (("nothing",), ("to_q", "nothing")):
        found = exported(sd3, work / "dead", "--lora-targets", *targets)
        check("--lora-targets" in found and "nothing" in found and "must name modules" in found, f"refused: adapters of {' and '.join(targets)}, of which one is no module")
    file = work / "elsewhere.safetensors"
    pair = {"lora_A.weight": torch.zeros(2, 32), "lora_B.weight": torch.zeros(32, 2)}
    for prefix, rule in (
        ("transformer.transformer_blocks.7.attn.to_q", "holds 4 tensors, of which 2 belong to modules of the transformer"),
        ("base_model.model.transformer_blocks.0.attn.to_k", "must hold transformer.<module>.lora_A.weight and lora_B.weight only"),
    ):
        save_file({f"{module}.{part}": value.clone() for module in ("transformer.transformer_blocks.0.attn.to_q", prefix) for part, value in pair.items()}, file)
        check(rule in exported(sd3, work / "dead", "--lora", str(file)), f"refused: a LoRA of {prefix}")
    check(not (work / "dead").exists(), "nothing is left of a policy that was refused")


def schedulers(sd3, sd15, work):
    scheduler = "scheduler/scheduler_config.json"
    check(exported(sd3, work / "plain") == [], "a small SD3 is exported without a warning")
    for number, (folder, values, expected) in enumerate(
        (
            (sd3, {"_class_name": "FlowMatchHeunDiscreteScheduler"}, ["the scheduler is a FlowMatchHeunDiscreteScheduler; the engine samples as FlowMatchEulerDiscreteScheduler does"]),
            (sd3, {"use_karras_sigmas": True, "shift_terminal": 0.02}, ["scheduler_config.json: shift_terminal is set, which", "scheduler_config.json: use_karras_sigmas is set, which"]),
            (sd3, {"use_dynamic_shifting": True}, ["the scheduler shifts dynamically"]),
            (sd15, {"set_alpha_to_one": True, "thresholding": True}, ["scheduler_config.json: set_alpha_to_one is true", "scheduler_config.json: thresholding is true"]),
            (sd15, {"trained_betas": [0.1]}, "trained_betas cannot be exported"),
            (sd15, {"prediction_type": "flow"}, "prediction_type 'flow' must be one of"),
        )
    ):
        found = exported(edited(folder, work / f"scheduler-{number}", scheduler, **values), work / f"policy-{number}")
        if isinstance(expected, str):
            check(isinstance(found, str) and expected in found, f"refused: a scheduler with {values}")
        else:
            check(len(found) == len(expected) and all(one.startswith(other) for one, other in zip(found, expected)), f"warned of: a scheduler with {values}")


def distilled(sd3, work):
    shutil.copytree(sd3, work / "sd3-large-turbo")
    found = exported(work / "sd3-large-turbo", work / "distilled")
    check(len(found) == 1 and "sd3-large-turbo" in found[0] and "step-distilled" in found[0], "warned of: a step-distilled model")


def run(work, sd3, sd15):
    work.mkdir()
    branches()
    adapters(sd3, work)
    schedulers(sd3, sd15, work)
    distilled(sd3, work)
