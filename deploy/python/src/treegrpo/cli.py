"""treegrpo export | encode | merge"""

from __future__ import annotations

import argparse
import sys

from treegrpo.errors import UserError


def parser():
    main = argparse.ArgumentParser(prog="treegrpo", description="Diffusers pipelines in and out of treegrpo-spark.")
    commands = main.add_subparsers(required=True)

    export = commands.add_parser("export", help="a policy directory from a diffusers pipeline")
    export.add_argument("--pipeline", required=True, help="directory with model_index.json")
    export.add_argument("--out", required=True, help="policy directory to write")
    export.add_argument("--lora", help="a LoRA of diffusers to go on from, instead of a new one")
    export.add_argument("--rank", type=int, default=16, help="of a new LoRA (default 16)")
    export.add_argument("--alpha", type=float, help="of a new LoRA (default: its rank)")
    export.add_argument("--lora-targets", nargs="+", help="modules that get a new LoRA (default: attention's to_q to_k to_v to_out.0)")
    export.add_argument("--full", action="store_true", help="train all parameters; no LoRA")
    export.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32", help="of the frozen weights; a LoRA is float32")
    export.add_argument("--height", type=int, help="of the picture, in pixels (default: the model's)")
    export.add_argument("--width", type=int)
    export.add_argument("--text-tokens", type=int, help="of a prompt's embedding: --max-sequence-length of encode, plus 77 for SD3 (default: as the pipeline encodes it)")
    export.add_argument("--embedded-guidance", type=float, default=3.5, help="of a guidance-distilled FLUX")
    export.add_argument("--seed", type=int, default=0, help="of a new LoRA's initial values")
    export.add_argument("--channels-last", action="store_true", help="lay a network of convolutions out as GPUs like it")
    export.add_argument("--device", default="cpu", help="to trace on")
    export.set_defaults(run=run_export)

    encode = commands.add_parser("encode", help="conditionings of a prompts file")
    encode.add_argument("--pipeline", required=True, help="directory with model_index.json")
    encode.add_argument("--prompts", required=True, nargs="+", help="files: JSONL, JSON, plain text, CSV, TSV or Parquet")
    encode.add_argument("--out", required=True, help="directory to fill; goes on where it was ended")
    encode.add_argument("--negative", help="prompt of guidance's other branch (default: as the pipeline does without one)")
    encode.add_argument("--text-column")
    encode.add_argument("--id-column", default="id")
    encode.add_argument("--image-column", help="column of an input picture, kept as image")
    encode.add_argument("--max-sequence-length", type=int)
    encode.add_argument("--shard-size", type=int, default=100, help="prompts a file (default 100)")
    encode.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    encode.add_argument("--device", default="cpu")
    encode.set_defaults(run=run_encode)

    merge = commands.add_parser("merge", help="a pipeline with trained weights of its own, from a LoRA or a checkpoint")
    merge.add_argument("--pipeline", required=True, help="directory with model_index.json")
    source = merge.add_mutually_exclusive_group(required=True)
    source.add_argument("--lora", help="a LoRA of diffusers, as export-lora writes it")
    source.add_argument("--weights", help="policy.safetensors or ema.safetensors of a checkpoint in which all parameters are trained")
    merge.add_argument("--out", required=True, help="directory to write")
    merge.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32", help="of the weights that are written")
    merge.set_defaults(run=run_merge)
    return main


def run_export(options):
    from treegrpo.export import export

    warnings, differences, names = export(options)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    checked = ", ".join(f"{what} {difference:.1e}" for what, difference in differences.items())
    print(f"{options.out}: {len(names)} trained tensors; the archive differs from the network by {checked}")


def run_encode(options):
    from treegrpo.encode import encode

    shards, made = encode(options)
    print(f"{options.out}: {shards} shards, {made} of them made now")


def run_merge(options):
    from treegrpo.merge import merge

    print(f"{options.out}: the pipeline with a {merge(options)} of its own")


def main(words=None):
    options = parser().parse_args(words)
    try:
        options.run(options)
    except UserError as error:
        sys.stderr.write(f"treegrpo: {error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
