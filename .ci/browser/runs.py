"""Writes run directories, as training leaves them, for the report: a large one, one with hostile texts, a comparison; and a registry of a year's nights.

The pictures are noise, which no compression makes small.
"""

import base64
import datetime
import json
import math
import pathlib
import random
import struct
import sys
import zlib

HOSTILE = [
    "<script>document.title = 'ran'; alert(1)</script>",
    "\" onerror=\"alert(2)\" autofocus onfocus='alert(3)' x=\"",
    "</h3></div><img src=x onerror=alert(4)><svg onload=alert(5)>",
    "&lt;i&gt; ${x} %s {{7*7}} --> </style></title>",
    "\u202eturned \u05e9\u05dc\u05d5\u05dd\u202c and \u0007 a bell",
    "unbroken" * 1250,
    "many words " * 910,
]
GATE = {"margin": 0, "prompts": 10, "held_out_tolerance": 0.02, "held_out_total": 0.05, "diversity": 0.9, "diversity_total": 0.8, "drift": 0.1, "drift_total": 0.25, "resamples": 10000}
BRANCHING, DEPTHS, STEPS, START = 3, 3, 10, 2


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(rows, width):
    """RGB rows as a PNG file."""
    raw = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b"")


def noise(source, size, width):
    """Rows of a noisy picture of one brightness."""
    level = source.randrange(128)
    table = bytes(level + value // 2 for value in range(256))
    return [source.randbytes(3 * width).translate(table) for _ in range(size)]


def sheet(directory, source, number, texts, size, readers):
    """A sheet of samples, drawn before training (round 0) or after it."""
    columns, gap = 8, 2
    rows = math.ceil(len(texts) / columns)
    width, height = gap + columns * (size + gap), gap + rows * (size + gap)
    picture = [bytearray(b"\xd8" * 3 * width) for _ in range(height)]
    cells = []
    for index, text in enumerate(texts):
        left, top = gap + index % columns * (size + gap), gap + index // columns * (size + gap)
        for y, row in enumerate(noise(source, size, size)):
            picture[top + y][3 * left : 3 * (left + size)] = row
        read = text if number and index % 3 else text[::-1]
        scores = {reader: source.random() for reader in readers}
        cells.append({"prompt_id": f"p{index}", "text": text, "sample": 0, "scores": scores, "read": dict.fromkeys(readers, read)})
    place = directory / "samples" / f"round-{number:06d}"
    place.with_suffix(".png").write_bytes(png([bytes(row) for row in picture], width))
    place.with_suffix(".json").write_text(
        json.dumps({"round": number, "columns": columns, "cell_width": size, "cell_height": size, "gap": gap, "cells": cells})
    )


def tree(directory, source, number, text, size):
    nodes = []

    def grow(path):
        depth = len(path)
        kind = "root" if depth == 0 else "leaf" if depth == DEPTHS else "inner"
        node = {
            "path": ".".join(map(str, path)),
            "depth": depth,
            "step": STEPS if kind == "leaf" else START + depth,
            "kind": kind,
            "advantage": None if depth == 0 else source.gauss(0, 1),
            "reward": source.random() if kind == "leaf" else None,
            "png": base64.b64encode(png(noise(source, size, size), size)).decode(),
        }
        nodes.append(node)
        if kind != "leaf":
            for child in range(BRANCHING):
                grow([*path, child])

    grow([])
    (directory / "samples" / f"tree-round-{number:06d}.json").write_text(
        json.dumps(
            {"round": number, "prompt_id": "p", "text": text, "tree": 0, "branching": BRANCHING, "width": DEPTHS}
            | {"window_start": START, "steps": STEPS, "nodes": nodes}
        )
    )


def metrics(source, number):
    seconds = {"grow": 2.8, "score": 0.8, "advantage": 0.02, "learn": 2.0, "update": 0.06, "checkpoint": 0.01, "total": 5.8}
    reward = {"mean": 0.4 + 0.001 * number + 0.1 * source.random(), "std": 0.3, "min": 0.0, "max": 1.0, "failed": 0}
    return {
        "round": number,
        "window_start": START,
        "seconds": {phase: value * (0.8 + 0.4 * source.random()) for phase, value in seconds.items()},
        "model_seconds": {"rollout": 4.7, "learn": 3.2, "reward": 4.5},
        "nfe": {"rollout": 552 + number % 5, "train_forward": 140, "train_backward": 140},
        "leaves": 216,
        "parents": 104,
        "edges": 312,
        "reward": {"ocr-v4": reward},
        "advantage_std": 1.0,
        "zero_variance_groups": number % 3,
        "ratio_max_deviation": 1e-7,
        "clip_fraction": 0.1 * source.random(),
        "approx_kl": 1e-4 * source.random(),
        "penalty": 1e-5,
        "old_policy_gap": None,
        "gradient_norm": 0.01 * source.random(),
        "gradient_rms": 4e-6,
        "tensors_with_gradient": 52,
        "learning_rate": 1e-4,
        "weights_sha256": f"{number:064x}",
        "shares_regrown": 0,
    }


def evaluation(number, prompts):
    def reward(trained, slope):
        return {"mean": 0.4 + slope * number, "ci95": 0.05, "trained": trained, "exact": 0.2 + slope * number}

    images = ["border_noise", "periodic", "high_frequency", "brightness", "saturation", "contrast", "edges", "between_prompts"]
    return {
        "round": number,
        "label": {"transition": "ode", "steps": STEPS, "guidance": 1.0, "ema": True},
        "prompts": prompts,
        "reward": {"ocr-v4": reward(True, 0.0015), "ocr-v3": reward(False, 0.001)},
        "diversity": 0.2,
        "images": {name: 0.1 + 1e-4 * number for name in images},
    }


def run(directory, texts, rounds, every, size, seed, tree_text):
    source = random.Random(seed)
    (directory / "samples").mkdir(parents=True)
    numbers = range(0, rounds + 1, every)
    for number in (0, rounds):
        sheet(directory, source, number, texts, size, ["ocr-v4", "ocr-v3"])
    for number in [1, *numbers[1:]]:
        tree(directory, source, number, tree_text, size)
    lines = [json.dumps(metrics(source, number)) for number in range(1, rounds + 1)]
    (directory / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    evaluations = [evaluation(number, len(texts)) for number in numbers]
    (directory / "evaluations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in evaluations))
    (directory / "run.json").write_text(json.dumps({"seed": seed, "task_slots": 2, "rounds": rounds, "note": texts[0]}))
    settings = f"tree {{ branching = {BRANCHING}, width = {DEPTHS} }}, sampler.steps = {STEPS}"
    (directory / "config.resolved.conf").write_text("treegrpo { " + settings + ", note = " + json.dumps(texts[0]) + " }\n")
    result = {
        "status": "completed",
        "rounds": rounds,
        "seconds": 6.0 * rounds,
        "evaluation": {"before": evaluations[0], "after": evaluations[-1]},
        "checkpoint": f"round-{rounds:06d}",
        "weights_sha256": f"{rounds:064x}",
        "ended_by": "rounds",
        "error": texts[0] if texts[0] in HOSTILE else None,
    }
    (directory / "result.json").write_text(json.dumps(result))


def night(registry, source, day):
    """Of a registry: every fifth is refused and the 21st of a hundred has failed, with hostile texts."""
    name = str(datetime.date(2026, 1, 1) + datetime.timedelta(days=day))
    place, version = registry / "nights" / name, f"v{day + 1:06d}"
    place.mkdir(parents=True)
    begun = {"id": name, "started": f"{name}T01:30:00Z", "parent": f"v{day:06d}" if day else None}
    write(place / "night.json", begun)
    if day % 100 == 20:
        write(place / "failure.json", {"at": f"{name}T02:00:00Z", "error": HOSTILE[day % len(HOSTILE)]})
        return
    passed = day % 5 != 4
    rules = [{"name": "trained", "passed": True, "text": "+0.0312 (95 % interval +0.0101 to +0.0520, 60 prompts); it must lie above 0.0"}]
    for index, statistic in enumerate(evaluation(0, 1)["images"]):
        broken = not passed and index < 5
        rules.append({"name": f"drift.{statistic}", "passed": not broken, "text": HOSTILE[index] if broken else "0.4000, before 0.3900: moved by 2.6 %; at most 10.0 %"})
    verdict = {"passed": passed, "rules": rules}
    figures = {"candidate": evaluation(day, 60), "incumbent": evaluation(day - 1 if day else 0, 60), "base": evaluation(0, 60)}
    prompts = [f"p{index}" for index in source.sample(range(500), 60)]
    judgement = {"version": version, "incumbent": f"v{day:06d}" if day else None, "gate": GATE, "verdict": verdict, "figures": figures, "prompts": prompts, "vault": ["v1"]}
    result = {"id": name, "status": "promoted" if passed else "refused", "version": version, "parent": None, "finished": f"{name}T05:00:00Z", "verdict": verdict}
    write(place / "verdict.json", judgement)
    write(place / "result.json", result)
    pictures = [{"text": text, "uri": "data:image/png;base64," + base64.b64encode(png(noise(source, 48, 48), 48)).decode(), "pixels": True} for text in ("word", *HOSTILE[:2])]
    rewards = {"ocr-v4": [0.4 + 0.01 * step + 0.1 * source.random() for step in range(60)]}
    summary = {"rounds": 300, "resumed_after": 120 if day % 30 == 3 else 0, "seconds": 5400.0, "report": True, "rewards": rewards, "before": pictures, "after": pictures}
    write(place / "summary.json", {"night": begun, "result": result, "judgement": judgement, "summary": summary})
    if passed:
        promotion = {"number": day + 1, "version": version, "previous": f"v{day:06d}" if day else None, "at": f"{name}T05:00:00Z", "reason": f"night {name}", "night": name}
        write(registry / "promoted" / f"PROMOTED-{day + 1:06d}.json", promotion)


def write(file, content):
    file.write_text(json.dumps(content))


def main():
    work = pathlib.Path(sys.argv[1])
    words = [f"word {index}" for index in range(100)]
    run(work / "large", words, 300, 30, 128, 1, "word 7")
    run(work / "hostile", HOSTILE, 4, 2, 32, 2, HOSTILE[5])
    members = [{"variant": name, "seed": seed, "path": f"{name}/seed-{seed}"} for name in ("treegrpo", "dance-grpo") for seed in (1, 2)]
    for index, member in enumerate(members):
        run(work / "comparison" / member["path"], HOSTILE + words[:5], 20, 10, 32, index, "word")
    for name, days in (("month", 30), ("year", 365)):
        (work / name / "promoted").mkdir(parents=True)
        for day in range(days):
            night(work / name, random.Random(day), day)
    index = {"seeds": [1, 2], "budget": {"of": "seconds", "value": 60.0}, "members": members}
    (work / "comparison" / "compare.json").write_text(json.dumps(index))


main()
