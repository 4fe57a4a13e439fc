"""Every night at 01:30 UTC: the promoted version of a registry is trained, judged and, where the gate lets it pass, replaced.

For Airflow 3 with apache-airflow-providers-apache-spark; needs spark-submit on the worker's PATH and a Spark connection. To change: the constants
below, the schedule, and what `promoted` does. The command may be repeated: a retry goes on with the night where it was ended, a cleared run says again
what it came to. A refusal of the gate is an outcome and no failure: nothing is retried or mailed, and what follows `promoted` is skipped.
"""

import json
from datetime import datetime, timedelta, timezone

from airflow.exceptions import AirflowException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, ObjectStoragePath, task

# Where the driver reads and writes; the worker reads nights/<id>/result.json of the registry too: a path, or a URI that fsspec knows (s3://, gs://, hdfs://).
REGISTRY = "/data/registry"
CONFIG = "/etc/treegrpo/night.conf"
JAR = "/opt/treegrpo/treegrpo.jar"
SPARK_DEFAULTS = "/opt/treegrpo/conf/spark-defaults.conf"
# Its host is the master. Extra {"deploy-mode": "cluster"} puts the driver on the cluster, where CONFIG must then be readable (on YARN, with Airflow
# 3.3 or later, also yarn_track_via_rm_api=True below). In client mode the driver lives in the Airflow worker.
CONNECTION = "treegrpo_spark"
# The day on which the night begins, by UTC.
NIGHT = "{{ (data_interval_end or dag_run.run_after) | ds }}"

REFUSED = 3  # exit code of `nightly` in client mode; in cluster mode only succeeded and failed come back, and a refusal succeeds


class NightlyOperator(SparkSubmitOperator):
    """To SparkSubmitOperator every exit code but 0 is a failure, to be retried."""

    def execute(self, context):
        try:
            super().execute(context)
        except AirflowException:
            submit = getattr(self._hook, "_submit_sp", None)
            if submit is None or submit.poll() != REFUSED:
                raise
            self.log.info("the gate has refused")


with DAG(
    dag_id="treegrpo_nightly",
    schedule="30 1 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,  # a night that was missed is not made up for: it would train what is promoted today
    max_active_runs=1,  # the registry's lock would refuse a second one
    tags=["treegrpo"],
):
    night = NightlyOperator(
        task_id="night",
        conn_id=CONNECTION,
        application=JAR,
        java_class="org.treegrpo.job.Main",
        name="treegrpo-nightly-" + NIGHT,
        properties_file=SPARK_DEFAULTS,
        # Memory as `deploy/treegrpo plan --config .. --spark-conf` prints it, executors, GPUs, security: docs/CLUSTERS.md.
        conf={"spark.driver.memory": "4g", "spark.executor.memory": "4g", "spark.executor.memoryOverhead": "12g"},
        application_args=["nightly", "--registry", REGISTRY, "--id", NIGHT, "--config", CONFIG],
        env_vars={"OMP_NUM_THREADS": "1"},  # take it out for a standalone cluster in cluster mode, which does not pass it on
        retries=3,
        retry_delay=timedelta(minutes=2),
    )

    @task.short_circuit(task_id="promoted")
    def promoted(registry, night_id):
        result = json.loads((ObjectStoragePath(registry) / "nights" / night_id / "result.json").read_text())
        for rule in result["verdict"]["rules"]:
            print("held" if rule["passed"] else "NOT HELD", rule["name"], rule["text"])
        print(f"night {night_id}: {result['version']} is {result['status']}")
        return result["status"] == "promoted"

    # In place of this: what is to happen with a new version, such as an announcement. Who serves the policy needs none, promotions are files.
    night >> promoted(REGISTRY, NIGHT) >> EmptyOperator(task_id="new_version")
