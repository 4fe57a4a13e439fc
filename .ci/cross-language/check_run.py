"""Reads a finished two-round run with public libraries and recomputes what can be recomputed.

The run has two prompts with one tree each: branching 2, window of 2 steps from step 0, two kept checkpoints.
"""

import hashlib
import json
import math
import pathlib
import struct
import sys

import numpy as np
import pyarrow.parquet as pq
from pyhocon import ConfigFactory
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROUNDS, PROMPTS, BRANCHING, WIDTH = 2, 2, 2, 2
LEAVES = PROMPTS * BRANCHING**WIDTH
PARENTS = PROMPTS * (1 + BRANCHING)
EDGES = PROMPTS * (BRANCHING + BRANCHING**2)
EPSILON, CLAMP = 1e-4, 5.0


def check(condition, message):
    if not condition:
        sys.exit(f"check_run: {message}")


def close(actual, expected, message, tolerance=1e-6):
    check(
        math.isclose(actual, expected, rel_tol=tolerance, abs_tol=tolerance),
        f"{message}: found {actual}, recomputed {expected}",
    )


def json_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def keys(record, expected, where):
    missing = sorted(set(expected.split()) - set(record))
    check(not missing, f"{where} lacks {missing}; it has {sorted(record)}")


def weights_sha256(path):
    """SHA-256 of the float32 tensors in file order, from the safetensors header and the library's reading of it."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    names = sorted(header, key=lambda name: header[name]["data_offsets"][0])
    tensors = load_file(path)
    check(sorted(tensors) == sorted(names), f"{path.name}: the library reads other names than the header has")
    digest = hashlib.sha256()
    for name in names:
        check(tensors[name].dtype == np.float32, f"{path.name}: {name} is {tensors[name].dtype}, expected float32")
        check(bool(np.isfinite(tensors[name]).all()), f"{path.name}: {name} has values that are not finite")
        digest.update(np.ascontiguousarray(tensors[name]).astype("<f4").tobytes())
    return digest.hexdigest()


def check_checkpoint(directory, sha256):
    manifest = json.loads((directory / "MANIFEST.json").read_text())["files"]
    for name, entry in manifest.items():
        content = (directory / name).read_bytes()
        check(len(content) == entry["size"], f"{directory.name}/{name}: size differs from the manifest")
        check(hashlib.sha256(content).hexdigest() == entry["sha256"], f"{directory.name}/{name}: SHA-256 differs")
    keys(manifest, "policy.safetensors optimizer.safetensors state.json", f"{directory.name}/MANIFEST.json")
    load_file(directory / "optimizer.safetensors")
    found = weights_sha256(directory / "policy.safetensors")
    check(found == sha256, f"{directory.name}: weights have {found}, metrics.jsonl says {sha256}")


def check_metrics(records):
    check([record["round"] for record in records] == [1, 2], "metrics.jsonl must have rounds 1 and 2")
    for record in records:
        where = f"metrics.jsonl round {record['round']}"
        keys(
            record,
            "round window_start seconds nfe leaves parents edges reward advantage_std zero_variance_groups "
            "ratio_max_deviation clip_fraction approx_kl penalty old_policy_gap gradient_norm gradient_rms tensors_with_gradient learning_rate weights_sha256 shares_regrown",
            where,
        )
        keys(record["seconds"], "grow score advantage learn update checkpoint total", f"{where} seconds")
        keys(record["nfe"], "rollout train_forward train_backward", f"{where} nfe")
        for name, reward in record["reward"].items():
            keys(reward, "mean std min max failed", f"{where} reward {name}")
        counts = (record["leaves"], record["parents"], record["edges"])
        check(counts == (LEAVES, PARENTS, EDGES), f"{where}: leaves, parents, edges are {counts}")
        check(record["window_start"] == 0, f"{where}: the window is fixed at 0")
        check(record["ratio_max_deviation"] <= 1e-5, f"{where}: the ratio is not 1 before the update")
    check(records[0]["weights_sha256"] != records[1]["weights_sha256"], "round 2 did not change the weights")


def check_evaluations(records):
    check([record["round"] for record in records] == [0, 1, 2], "evaluations.jsonl must have rounds 0, 1 and 2")
    for record in records:
        where = f"evaluations.jsonl round {record['round']}"
        keys(record, "round label prompts reward diversity images", where)
        keys(
            record["images"],
            "border_noise periodic high_frequency brightness saturation contrast edges between_prompts",
            f"{where} images",
        )
        keys(record["label"], "transition steps guidance ema", f"{where} label")
        for name, reward in record["reward"].items():
            keys(reward, "mean ci95 trained", f"{where} reward {name}")


def check_leaves(leaves, config, record):
    weights = {reward["name"]: reward["weight"] for reward in config if reward["weight"] > 0}
    total_weight = sum(weights.values())
    for prompt in {leaf["prompt_id"] for leaf in leaves}:
        group = [leaf for leaf in leaves if leaf["prompt_id"] == prompt]
        check(len(group) == BRANCHING**WIDTH, f"prompt {prompt} has {len(group)} leaves")
        if any(leaf["masked"] for leaf in group):
            continue
        advantages = np.zeros(len(group))
        for name, weight in weights.items():
            scores = np.array([leaf[f"reward_{name}"] for leaf in group])
            advantages += weight / total_weight * (scores - scores.mean()) / (scores.std() + EPSILON)
        for leaf, expected in zip(group, np.clip(advantages, -CLAMP, CLAMP)):
            close(leaf["advantage"], expected, f"advantage of leaf {leaf['path']} of {prompt}")
    for name, reward in record["reward"].items():
        scores = [leaf[f"reward_{name}"] for leaf in leaves if leaf[f"reward_{name}"] is not None]
        check(len(leaves) - len(scores) == reward["failed"], f"reward {name}: failed leaves differ")
        if scores:
            close(reward["mean"], float(np.mean(scores)), f"mean of reward {name}")
            close(reward["std"], float(np.std(scores)), f"std of reward {name}")


def check_backup(edges, leaves):
    """Every edge is worth its leaf, or the mean of the edges below it weighted by softmax(log pi_old)."""
    leaf_advantage = {(leaf["prompt_id"], leaf["tree"], leaf["path"]): leaf["advantage"] for leaf in leaves}
    for edge in edges:
        tree = (edge["prompt_id"], edge["tree"])
        children = [e for e in edges if (e["prompt_id"], e["tree"], e["parent_path"]) == (*tree, edge["path"])]
        if any(value is None for value in [edge["advantage"], *(child["advantage"] for child in children)]):
            continue
        if children:
            log_probs = np.array([child["log_prob_old"] for child in children])
            shares = np.exp(log_probs - log_probs.max())
            expected = float(np.dot(shares / shares.sum(), [child["advantage"] for child in children]))
        else:
            expected = leaf_advantage[(*tree, edge["path"])]
        close(edge["advantage"], expected, f"advantage of edge {edge['path']} of {edge['prompt_id']}")


def check_audit(run, record, rewards):
    directory = run / "audit" / f"round={record['round']:06d}"
    edge_table = pq.ParquetFile(directory / "edges.parquet").read()
    leaf_table = pq.ParquetFile(directory / "leaves.parquet").read()
    check(
        edge_table.column_names
        == "round prompt_id tree path depth step parent_path log_prob_old noise_std advantage trained status".split(),
        f"edges.parquet has the columns {edge_table.column_names}",
    )
    names = [f"reward_{reward['name']}" for reward in rewards if reward["weight"] > 0]
    expected = ["round", "prompt_id", "tree", "path", "reward_total", "advantage", "masked", "status", "weights_crc32c", *names]
    missing = sorted(set(expected) - set(leaf_table.column_names))
    check(not missing, f"leaves.parquet lacks {missing}")
    edges, leaves = edge_table.to_pylist(), leaf_table.to_pylist()
    check((len(edges), len(leaves)) == (EDGES, LEAVES), f"{len(edges)} edges and {len(leaves)} leaves")
    check({row["round"] for row in edges + leaves} == {record["round"]}, "a row of another round")
    check({edge["step"] for edge in edges} == {0, 1}, "edges must lie in the window")
    check_leaves(leaves, rewards, record)
    check_backup(edges, leaves)


def check_events(run, metrics):
    events = EventAccumulator(str(run), size_guidance={"scalars": 0})
    events.Reload()
    for record in metrics:
        for name, reward in record["reward"].items():
            if reward["mean"] is not None:
                curve = {point.step: point.value for point in events.Scalars(f"reward/{name}")}
                close(curve[record["round"]], reward["mean"], f"TensorBoard reward/{name}", tolerance=1e-5)


def rewards_of(run):
    config = ConfigFactory.parse_file(run / "config.resolved.conf")
    return [{"name": reward["name"], "weight": float(reward.get("weight", 1))} for reward in config["treegrpo.rewards"]]


def main(run):
    metrics = json_lines(run / "metrics.jsonl")
    check_metrics(metrics)
    evaluations = json_lines(run / "evaluations.jsonl")
    check_evaluations(evaluations)
    result = json.loads((run / "result.json").read_text())
    keys(result, "status rounds seconds evaluation checkpoint weights_sha256 error", "result.json")
    check(result["status"] == "completed" and result["rounds"] == ROUNDS, f"result.json: {result}")
    check(result["weights_sha256"] == metrics[-1]["weights_sha256"], "result.json has another weights_sha256")
    check(result["evaluation"]["before"]["round"] == 0, "result.json: evaluation.before is not the base")
    check(result["evaluation"]["after"]["round"] == ROUNDS, "result.json: evaluation.after is not the last")
    rewards = rewards_of(run)
    for record in metrics:
        check_checkpoint(run / "checkpoints" / f"round-{record['round']:06d}", record["weights_sha256"])
        check_audit(run, record, rewards)
    check_events(run, metrics)
    for name in ("run.json", "report.html"):
        check((run / name).is_file() and (run / name).stat().st_size > 0, f"{name} is missing or empty")
    print(f"check_run: {ROUNDS} rounds, {EDGES} edges and {LEAVES} leaves each, read and recomputed")


main(pathlib.Path(sys.argv[1]))
