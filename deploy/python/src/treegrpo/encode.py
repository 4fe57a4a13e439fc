"""Conditionings of a prompts file, computed with the pipeline's own text encoders: shards of safetensors that a run reads lazily."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from treegrpo import prompts
from treegrpo.errors import UserError
from treegrpo.families import KINDS
from treegrpo.pipelines import DTYPES, Pipeline

NULL = "null"


def encode(options):
    """Fills the directory `options.out`; a shard that is there already is kept. Returns (shards, of them made now)."""
    if options.shard_size < 1:
        raise UserError("--shard-size: must be at least 1")
    source = Pipeline(options.pipeline)
    if source.kind not in KINDS:
        raise UserError(f"--pipeline: prompts of a {source.kind} cannot be encoded; those of these can: {', '.join(KINDS)}")
    files = {Path(file).stem: prompts.read(file, options.text_column, options.id_column, options.image_column) for file in options.prompts}
    rows = [row for file in files.values() for row in file]
    if len(files) < len(options.prompts) or len({row["id"] for row in rows}) < len(rows):
        raise UserError("--prompts: files must differ by name, and their prompts by id")
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    resume(out, plan_of(rows, options))
    for stem, file in files.items():
        replace(out / f"{stem}.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in file))
    pipeline = None
    made = 0
    shards = range(0, len(rows), options.shard_size)
    for number, start in enumerate(shards):
        file = out / f"conditioning-{number:05d}.safetensors"
        if file.exists():
            continue
        if pipeline is None:
            pipeline = source.text_encoders(options.device, DTYPES[options.dtype])
        tensors = {}
        if number == 0:
            tensors.update(null(pipeline, options))
        for row in rows[start : start + options.shard_size]:
            tensors.update(named(row["id"], pipeline, row["text"], options))
        scratch = file.with_suffix(".partial")
        save_file(tensors, scratch, metadata={"format": "pt"})
        scratch.rename(file)
        made += 1
    return len(shards), made


def plan_of(rows, options):
    """What the shards of a directory have in common."""
    return {
        "pipeline": str(Path(options.pipeline).resolve()),
        "prompts": {row["id"]: row["text"] for row in rows},
        "negative": options.negative,
        "max_sequence_length": options.max_sequence_length,
        "dtype": options.dtype,
        "shard_size": options.shard_size,
    }


def resume(out, plan):
    """What is there must be of the same plan."""
    file = out / "plan.json"
    if file.exists() and json.loads(file.read_text()) != plan:
        raise UserError(f"--out: {out} holds conditionings of other prompts or made with other options; name a new directory")
    replace(file, json.dumps(plan))


def replace(file, text):
    scratch = file.with_name(file.name + ".partial")
    scratch.write_text(text)
    scratch.replace(file)


def null(pipeline, options):
    """The conditioning of guidance's other branch; that of SDXL without a negative prompt is zeros."""
    values = named(NULL, pipeline, options.negative or "", options)
    if options.negative is None and getattr(pipeline.config, "force_zeros_for_empty_prompt", False):
        values = {name: torch.zeros_like(value) for name, value in values.items()}
    return values


@torch.no_grad()
def named(identity, pipeline, text, options):
    """The conditionings of one prompt, by the names that policy.json has."""
    kind = type(pipeline).__name__
    device = options.device
    if kind == "StableDiffusion3Pipeline":
        embeds, _, pooled, _ = pipeline.encode_prompt(text, None, None, device=device, do_classifier_free_guidance=False, max_sequence_length=options.max_sequence_length or 256)
        values = {"prompt_embeds": embeds, "pooled_prompt_embeds": pooled}
    elif kind == "StableDiffusionPipeline":
        embeds, _ = pipeline.encode_prompt(text, device, 1, False)
        values = {"prompt_embeds": embeds}
    elif kind == "StableDiffusionXLPipeline":
        embeds, _, pooled, _ = pipeline.encode_prompt(text, device=device, do_classifier_free_guidance=False)
        values = {"prompt_embeds": embeds, "pooled_prompt_embeds": pooled}
    elif kind == "FluxPipeline":
        embeds, pooled, _ = pipeline.encode_prompt(text, None, device=device, max_sequence_length=options.max_sequence_length or 512)
        values = {"prompt_embeds": embeds, "pooled_prompt_embeds": pooled}
    else:
        length = options.max_sequence_length or 256
        embeds, mask = pipeline.encode_prompt(text, device=device, max_sequence_length=length)
        mask = torch.ones(embeds.shape[:2]) if mask is None else mask
        missing = length - embeds.shape[1]
        values = {
            "prompt_embeds": torch.nn.functional.pad(embeds, (0, 0, 0, missing)),
            "prompt_embeds_mask": torch.nn.functional.pad(mask.to(torch.float32), (0, missing)),
        }
    return {f"{identity}/{name}": value[0].to("cpu").contiguous() for name, value in values.items()}
