"""Runs the shipped DAG in a real Airflow, with a spark-submit that ends as `nightly` does: promoted, refused, failed."""

import json
import os
import pathlib
import sys
from datetime import datetime, timezone

from airflow.dag_processing.dagbag import DagBag

ID = "2026-02-03"
REFUSED, FAILED = 3, 1


def check(condition, message):
    if not condition:
        sys.exit(f"check_airflow: {message}")


def run(dag, work, code, status=None):
    """The states and tries of the tasks of one run, and the words that each spark-submit was given."""
    result = work / "registry" / "nights" / ID / "result.json"
    result.unlink(missing_ok=True)
    if status:
        result.parent.mkdir(parents=True, exist_ok=True)
        rule = {"name": "trained", "passed": status == "promoted", "text": "rose by 0.1"}
        result.write_text(json.dumps({"id": ID, "status": status, "version": "v000002", "verdict": {"rules": [rule]}}))
    words = work / "words"
    words.write_text("")
    os.environ["FAKE_EXIT"] = str(code)
    ended = dag.test(logical_date=datetime(2026, 2, 3, 1, 30, tzinfo=timezone.utc))
    tasks = {task.task_id: (str(task.state), task.try_number) for task in ended.get_task_instances()}
    return tasks, [line.split("\t") for line in words.read_text().splitlines()]


def main(dags, work):
    bag = DagBag(dags)
    check(not bag.import_errors, f"the DAG does not load: {bag.import_errors}")
    check(list(bag.dags) == ["treegrpo_nightly"], f"DAGs: {list(bag.dags)}")
    dag = bag.dags["treegrpo_nightly"]
    check(set(dag.task_ids) == {"night", "promoted", "new_version"}, f"tasks: {dag.task_ids}")
    check(dag.task_dict["night"].downstream_task_ids == {"promoted"}, "night goes before promoted")
    check(dag.task_dict["promoted"].downstream_task_ids == {"new_version"}, "promoted goes before new_version")
    check(not dag.catchup and dag.max_active_runs == 1, "no catching up, one run at a time")
    check([dag.task_dict[name].retries for name in ("night", "promoted")] == [3, 0], "only the night is tried again")

    tasks, calls = run(dag, work, 0, "promoted")
    check(tasks == {"night": ("success", 1), "promoted": ("success", 1), "new_version": ("success", 1)}, f"promoted: {tasks}")
    expected = (
        "--master spark://master:7077 --conf spark.driver.memory=4g --conf spark.executor.memory=4g --conf spark.executor.memoryOverhead=12g "
        f"--properties-file /opt/treegrpo/conf/spark-defaults.conf --name treegrpo-nightly-{ID} --class org.treegrpo.job.Main "
        f"/opt/treegrpo/treegrpo.jar nightly --registry {work}/registry --id {ID} --config /etc/treegrpo/night.conf"
    )
    check(calls == [expected.split(" ")], f"spark-submit was called as {calls}, expected {expected}")

    for code in (REFUSED, 0):  # in client mode, in cluster mode
        tasks, calls = run(dag, work, code, "refused")
        check(len(calls) == 1, f"a refusal is not tried again: {len(calls)} calls")
        check(
            tasks == {"night": ("success", 1), "promoted": ("success", 1), "new_version": ("skipped", 0)},
            f"refused with exit code {code}: {tasks}",
        )

    tasks, calls = run(dag, work, FAILED)
    check(len(calls) == 4, f"a failure is tried again three times: {len(calls)} calls")
    check(tasks["night"] == ("failed", 4) and tasks["new_version"][0] == "upstream_failed", f"failed: {tasks}")
    print("check_airflow: promoted, refused and failed nights end as they should")


main(sys.argv[1], pathlib.Path(sys.argv[2]))
