"""Reads a run that was killed and resumed back from an MLflow server, and compares it with the files of its directory."""

import json
import math
import pathlib
import sys

from mlflow.tracking import MlflowClient


def check(condition, message):
    if not condition:
        sys.exit(f"check_mlflow: {message}")


def json_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def curves(record):
    """The curves of a line of metrics.jsonl that do not depend on how fast the machine was."""
    values = {f"update/{key}": record[key] for key in "ratio_max_deviation clip_fraction approx_kl penalty gradient_norm gradient_rms learning_rate".split()}
    values |= {f"tree/{key}": record[key] for key in "window_start leaves parents edges".split()}
    values["advantage/std"] = record["advantage_std"]
    for name, reward in record["reward"].items():
        values |= {f"reward/{name}": reward["mean"], f"reward/{name}_std": reward["std"], f"reward/{name}_failed": reward["failed"]}
    return values


def evaluation_curves(record):
    prefix = "held_out_ema" if record["label"]["ema"] else "held_out"
    values = {f"{prefix}/{name}": reward["mean"] for name, reward in record["reward"].items()}
    values |= {f"{prefix}/image/{name}": value for name, value in record["images"].items()}
    values[f"{prefix}/diversity"] = record["diversity"]
    return values


def compare(client, run_id, records, of):
    expected = {}
    for record in records:
        for name, value in of(record).items():
            if value is not None:
                expected.setdefault(name, {})[record["round"]] = float(value)
    check(len(expected) >= 10, f"few curves: {sorted(expected)}")
    for name, points in expected.items():
        history = client.get_metric_history(run_id, name)
        check(len(history) == len(points), f"{name} has {len(history)} points, there are {len(points)} rounds")
        check({point.step: point.value for point in history} == points, f"{name}: {history} instead of {points}")
    return len(expected)


def main(uri, run_dir, rounds):
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name("nights")
    check(experiment is not None, "the experiment was not made")
    runs = client.search_runs([experiment.experiment_id])
    check(len(runs) == 1, f"{len(runs)} MLflow runs; the resumed run goes on with the first one")
    run = runs[0]
    check(run.info.status == "FINISHED", f"status {run.info.status}")
    check(run.info.run_name == "tonight", f"name {run.info.run_name}")
    tags = run.data.tags
    check(tags["treegrpo.status"] == "completed by rounds", f"tags {tags}")
    check(tags["treegrpo.run_dir"] == f"file:{run_dir}", f"tags {tags}")
    check(tags["treegrpo.run"] == json.loads((run_dir / "mlflow.json").read_text())["run"], f"tags {tags}")
    parameters = run.data.params
    check(parameters["tree.branching"] == "2" and "rewards.0.name" in parameters, f"parameters {parameters}")
    check(len(parameters) > 50, f"{len(parameters)} parameters")

    metrics = json_lines(run_dir / "metrics.jsonl")
    check([record["round"] for record in metrics] == list(range(1, rounds + 1)), "metrics.jsonl lacks rounds")
    number = compare(client, run.info.run_id, metrics, curves)
    number += compare(client, run.info.run_id, json_lines(run_dir / "evaluations.jsonl"), evaluation_curves)
    totals = client.get_metric_history(run.info.run_id, "seconds/total")
    check(sorted(point.step for point in totals) == list(range(1, rounds + 1)), f"seconds/total: {totals}")
    check(all(math.isfinite(point.value) and point.value > 0 for point in totals), f"seconds/total: {totals}")
    print(f"check_mlflow: one run, {rounds} rounds, {number} curves equal to the files'")


main(sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]))
