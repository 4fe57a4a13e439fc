"""What a run on a standalone cluster must withstand: the same weights in every round as a run that was left alone.

Usage: check.py [scenario ...]. Prints a line for each that holds; ends with 1 at the first that does not.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kubernetes import Kubernetes
from relay import OUTSIDE, Relay
from s3 import BUCKET, Store
from standalone import ADDRESS, Standalone, WithStandby, free_port, kill, wait
from yarn import Yarn

CHECKOUT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "20"))
# Heartbeats that find a hanging process within seconds.
IMPATIENT = ["spark.network.timeout=8s", "spark.executor.heartbeatInterval=1s", "spark.network.timeoutInterval=2s", "spark.storage.blockManagerHeartbeatTimeoutMs=8000"]


class Check:
    def __init__(self, work):
        self.work = work
        self.began = time.monotonic()
        self.started = []
        self.config = work / "run.conf"
        self.config.write_text(
            f"""
include "{CHECKOUT}/conf/spelling.conf"
treegrpo {{
  rounds = {ROUNDS}
  rewards = [ {{ name = size, type = jpeg-compressibility }} ]
  sampler.steps = 4
  tree {{ branching = 2, width = 2, prompts-per-round = 4, shares = 4, window {{ strategy = fixed, start = 0, period = 1 }} }}
  update.micro-batch = 8
  evaluation {{ every = 0, prompts = 2, steps = 4, images-per-prompt = 1 }}
  checkpoint.every = 3
  audit.every = 0
  report.prompts = 1
}}
"""
        )
        self.undisturbed = self.digests(self.train("undisturbed", "local[1]"))

    def words(self, directory, settings=(), command=("train",), uri=None, config=None):
        words = [*command, "--config", str(config or self.config), "--set", f"treegrpo.run-dir={uri or self.work / directory}"]
        for setting in settings:
            words += ["--set", f"treegrpo.{setting}"]
        return words

    def start(self, directory, master, settings=(), spark=(), command=("train",), environment=(), options=(), small=True, directory_uri=None, jar=None, config=None):
        small = () if not small else ("spark.executor.memory=1g", "spark.driver.memory=1g", "spark.executor.memoryOverhead=1g", "spark.driver.memoryOverhead=512m", "spark.executor.cores=1")
        conf = [*options, *(word for value in (*small, *spark) for word in ("--conf", value))]
        log = (self.work / f"{directory}.log").open("ab")
        launcher = [str(CHECKOUT / "deploy/treegrpo"), "--master", master, *self.words(directory, settings, command, directory_uri, config), "--spark", *conf]
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "HADOOP_CONF", "YARN_CONF", "TREEGRPO_"))}
        # The process is spark-submit's own: what is killed is the driver.
        process = subprocess.Popen(launcher, cwd=CHECKOUT, env={**inherited, "SPARK_LOCAL_IP": ADDRESS, "SPARK_LOCAL_HOSTNAME": ADDRESS, **({"TREEGRPO_JAR": jar} if jar else {}), **dict(environment)}, stdout=log, stderr=log)
        self.started.append(process)
        return process

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()

    def log(self, directory):
        return (self.work / f"{directory}.log").read_text(errors="replace")

    def end(self, process, directory, code=0, patience=900):
        try:
            found = process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            sys.exit(f"cluster: {directory} did not end in {patience} s:\n{self.log(directory)[-4000:]}")
        if found != code:
            sys.exit(f"cluster: {directory} ended with {found}, not {code}:\n{self.log(directory)[-4000:]}")
        return directory

    def train(self, directory, master, **options):
        return self.end(self.start(directory, master, **options), directory)

    def lines(self, directory):
        file = self.work / directory / "metrics.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def digests(self, directory):
        return [line["weights_sha256"] for line in self.lines(directory)]

    def rounds(self, directory, count, process=None):
        wait(f"round {count} of {directory}", lambda: len(self.lines(directory)) >= count or (process is not None and process.poll() is not None))

    def same(self, directory, what):
        self.holds(self.digests(directory) == self.undisturbed, f"{what}: the weights of all {ROUNDS} rounds are those of the undisturbed run")

    def holds(self, condition, what):
        if not condition:
            sys.exit(f"cluster: NOT SO: {what}")
        print(f"cluster: {time.monotonic() - self.began:4.0f} s: {what}", flush=True)


def killed_all_the_time(check):
    """An executor every few seconds, or all at once, to the end: memory of the driver, and what is left on the disk. ROUNDS=300 for a long one."""
    temporary = check.work / "temporary"
    temporary.mkdir()
    with Standalone(CHECKOUT, check.work / "dying-cluster", environments=[{"SPARK_LOCAL_DIRS": str(temporary)}] * 2) as cluster:
        run = check.start("dying", cluster.url, spark=[f"spark.executor.extraJavaOptions=-Djava.io.tmpdir={temporary}"])
        kills, done, resident = 0, 0, []
        while run.poll() is None:
            time.sleep(8)
            # Nobody dies twice between two rounds: on a slow machine executors would never get to work.
            alive, rounds = cluster.executors(), len(check.lines("dying"))
            if alive and rounds > done:
                done = rounds
                for pid in alive if kills % 3 == 2 else alive[:1]:
                    kill(pid)
                    kills += 1
            resident += megabytes(run.pid)
        check.end(run, "dying")
        regrown = sum(line["shares_regrown"] for line in check.lines("dying"))
        check.same("dying", f"{kills} executors killed, one every 8 s, {regrown} shares grown again")
        if len(resident) > 30:
            third, heap = resident[len(resident) // 3], 1024
            check.holds(resident[-1] <= third + heap / 4, f"the driver had {third} MiB resident after a third of it and {resident[-1]} MiB at the end")
        wait("end of the application on the Workers", lambda: not cluster.executors())
        wait("clean local directories", lambda: not [file for file in temporary.rglob("*") if file.is_file() and "hsperfdata" not in str(file)])
        check.holds(True, "no file of theirs is left")


def megabytes(pid):
    """What a process has resident, if it still runs."""
    try:
        return [int((Path("/proc") / str(pid) / "status").read_text().split("VmRSS:")[1].split()[0]) // 1024]
    except (OSError, IndexError):
        return []


def worker_and_master_killed(check):
    """A Worker dies with its executor; the Master dies and comes back from what it kept."""
    with Standalone(CHECKOUT, check.work / "daemons-cluster") as cluster:
        run = check.start("daemons", cluster.url, spark=IMPATIENT)
        check.rounds("daemons", 2, run)
        orphans = cluster.executors(0)
        cluster.workers[0].kill()
        for pid in orphans:
            kill(pid)
        check.rounds("daemons", 5, run)
        cluster.master.kill()
        cluster.master.wait()
        check.rounds("daemons", 8, run)
        cluster.start_master()
        cluster.start_worker()
        check.rounds("daemons", 11, run)
        for pid in cluster.executors(1):
            kill(pid)
        check.end(run, "daemons")
        check.same("daemons", "a Worker killed, the Master killed and started again, a Worker that came later")


def standby_master(check):
    """Two Masters: the leader dies for good, and the other one finds an executor for one that dies after it."""
    with WithStandby(CHECKOUT, check.work / "standby-cluster", home=Path(distribution())) as cluster:
        run = check.start("standby", cluster.url)
        check.rounds("standby", 4, run)
        cluster.masters[0].kill()
        log = cluster.work / "master-1.log"
        wait("the other leader", lambda: "elected leader" in log.read_text() and "Recovery complete" in log.read_text(), 120)
        for pid in cluster.executors(0):
            kill(pid)
        check.end(run, "standby")
        check.holds("Launching executor" in log.read_text(), "the Master with a standby killed: the other one has replaced an executor")
        check.same("standby", "the leading one of two Masters killed")


def executors_decommissioned(check):
    """As before a preempted node is taken away: an executor ends its task, and leaves."""
    with Standalone(CHECKOUT, check.work / "leaving-cluster") as cluster:
        run = check.start("leaving", cluster.url, spark=["spark.decommission.enabled=true"])
        for done in (3, 7, 11, 15):
            check.rounds("leaving", done, run)
            for pid in cluster.executors()[:1]:
                kill(pid, signal.SIGPWR)
        check.end(run, "leaving")
        check.holds("ecommission" in check.log("leaving"), "executors were decommissioned")
        check.same("leaving", "executors decommissioned after rounds 3, 7, 11 and 15")


def other_methods_killed(check):
    """Runs that keep more than weights from round to round: running statistics, an older policy; and one that trains a part of its parameters."""
    chains = ["tree.branching=1", "tree.trees-per-prompt=4"]
    methods = {
        "ddpo": ["method=ddpo", "tree.width=4", *chains],
        "nft": ["method=diffusion-nft", "tree.width=0", *chains],
        "part": ['policy.trainable=["final_*"]'],
    }
    with Standalone(CHECKOUT, check.work / "methods-cluster") as cluster:
        for name, settings in methods.items():
            settings = [*settings, "rounds=5"]
            alone = check.digests(check.train(f"{name}-alone", "local[1]", settings=settings))
            run = check.start(f"{name}-killed", cluster.url, settings=settings)
            check.rounds(f"{name}-killed", 2, run)
            for pid in cluster.executors()[:1]:
                kill(pid)
            check.end(run, f"{name}-killed")
            check.holds(check.digests(f"{name}-killed") == alone and len(alone) == 5, f"{name}: an executor killed after round 2, the weights of all 5 rounds are those of the undisturbed run")


def executor_hangs(check):
    """A process that is stopped answers nothing and closes nothing."""
    with Standalone(CHECKOUT, check.work / "hanging-cluster") as cluster:
        run = check.start("hanging", cluster.url, spark=IMPATIENT, settings=["cluster.slow-task-after=2 s"])
        check.rounds("hanging", 3, run)
        stopped = cluster.executors(0)
        for pid in stopped:
            kill(pid, signal.SIGSTOP)
        try:
            check.end(run, "hanging")
        finally:
            for pid in stopped:
                kill(pid)
        check.holds("have been running for" in check.log("hanging"), "an executor that hangs: its shares and its host are named")
        check.same("hanging", "an executor that hangs")


def executor_cut_off(check):
    """An executor that computes, and that nothing reaches and nothing comes from, as in a network that is torn."""
    with Standalone(CHECKOUT, check.work / "torn-cluster") as cluster:
        ports = [free_port(), free_port()]
        relays = [Relay(port) for port in ports]
        spark = [*IMPATIENT, f"spark.driver.host={OUTSIDE}", f"spark.driver.bindAddress={ADDRESS}", f"spark.driver.port={ports[0]}", f"spark.driver.blockManager.port={ports[1]}"]
        run = check.start("torn", cluster.url, spark=spark)
        check.rounds("torn", 4, run)
        lost = cluster.executors(0)
        for relay in relays:
            relay.cut(lost[0])
        try:
            check.end(run, "torn")
        finally:
            for pid in lost:
                kill(pid)
            for relay in relays:
                relay.close()
        check.holds("lost on" in check.log("torn"), "an executor that is cut off from the driver is given up")
        check.same("torn", "an executor cut off")


def driver_killed(check):
    """The same command again, with a driver of another process."""
    with Standalone(CHECKOUT, check.work / "repeated-cluster") as cluster:
        for done in (4, 9):
            run = check.start("repeated", cluster.url, command=("train", "--or-resume"))
            check.rounds("repeated", done, run)
            kill(run.pid)
            check.holds(run.wait() == -signal.SIGKILL, f"the driver was killed after round {done}")
        check.train("repeated", cluster.url, command=("train", "--or-resume"))
        check.same("repeated", "a driver killed twice, and its command repeated")


def supervised_driver(check):
    """Cluster deploy mode: a Worker runs the driver, and starts it again."""
    with Standalone(CHECKOUT, check.work / "supervised-cluster", workers=3) as cluster:
        supervise = dict(spark=["spark.cores.max=1", "spark.driver.cores=1"], options=["--deploy-mode", "cluster", "--supervise"])
        check.end(check.start("supervised", cluster.url, command=("train", "--or-resume"), **supervise), "supervised")
        check.rounds("supervised", 4)
        for pid in cluster.drivers():
            kill(pid)
        result = check.work / "supervised/result.json"
        wait("end of the supervised run", lambda: result.exists() and len(check.lines("supervised")) == ROUNDS, 900)
        check.holds(json.loads(result.read_text())["status"] == "completed", "a supervised driver that was killed went on by itself")
        check.same("supervised", "a supervised driver killed")
        check.end(check.start("refused", cluster.url, settings=["rounds=-1"], **supervise), "refused")
        wait("end of both drivers", lambda: cluster.log().count("(FINISHED") == 2)
        check.holds(cluster.log().count("re-launching after") == 1, "bad input to a supervised driver ends FINISHED, and is not tried again")


def distribution():
    """Spark as its makers ship it."""
    return subprocess.run([CHECKOUT / ".ci/cluster/distribution"], check=True, capture_output=True, text=True).stdout.strip()


def official_distribution(check):
    """The site's own Spark, with authentication and encryption: Master, Workers, driver and executors."""
    home = distribution()
    secret = "-Dspark.authenticate=true -Dspark.authenticate.secret=a-secret-of-this-test -Dspark.network.crypto.enabled=true"
    with Standalone(CHECKOUT, check.work / "official-cluster", home=Path(home), options=secret) as cluster:
        private = check.work / "private.conf"
        private.write_text((CHECKOUT / "conf/spark-secure.conf").read_text() + "spark.authenticate.secret a-secret-of-this-test\n")
        private.chmod(0o600)
        check.train("official", cluster.url, options=["--properties-file", str(private), "--load-spark-defaults"], environment={"SPARK_HOME": home})
        check.same("official", "the official distribution, authenticated and encrypted")
        stranger = check.start("stranger", cluster.url, settings=["cluster.start-timeout=15 s"], environment={"SPARK_HOME": home})
        check.end(stranger, "stranger", code=1)
        check.holds("no executor came within 15 s" in check.log("stranger") or "master" in check.log("stranger").lower(), "a driver without the secret gets no executor")
        told = check.log("official") + "".join(file.read_text(errors="replace") for file in (check.work / "official").rglob("*.json*"))
        check.holds("a-secret-of-this-test" not in told, "the secret is in no log and no file of the run")


def yarn(check):
    """Client mode with its run directory on HDFS; cluster mode, whose driver is killed and attempted again."""
    home = distribution()
    with Yarn(CHECKOUT, check.work / "yarn", home) as cluster:
        environment = {"SPARK_HOME": home, "HADOOP_CONF_DIR": str(cluster.conf)}
        inputs = CHECKOUT / "conf/spelling"
        # HDFS is the default file system there.
        settings = [f"policy.path=file:{inputs}/policy", f"prompts.train=file:{inputs}/train.jsonl", f"prompts.evaluation=file:{inputs}/held-out.jsonl"]
        spark = [f"spark.yarn.jars=local:{home}/jars/*", "spark.executor.instances=1"]
        common = dict(settings=settings, spark=spark, environment=environment, command=("train", "--or-resume"))
        queue = ["--queue", "training"]
        check.train("yarn-client", "yarn", directory_uri="hdfs:///runs/client", options=queue, **common)
        check.holds(f"of round {ROUNDS} written: hdfs://" in check.log("yarn-client"), "yarn: client mode, a queue, the run directory on HDFS")
        cluster_mode = [*queue, "--deploy-mode", "cluster", "--files", str(check.config)]
        run = check.start("yarn-cluster", "yarn", directory_uri=f"file:{check.work}/yarn-cluster", options=cluster_mode, config=check.config.name, **common)
        check.rounds("yarn-cluster", 5, run)
        killed = cluster.containers("ApplicationMaster")
        for pid in killed:
            kill(pid)
        check.end(run, "yarn-cluster")
        check.holds(len(killed) == 1, "yarn: the driver was there to be killed")
        check.same("yarn-cluster", f"yarn: cluster mode, {len(killed)} driver killed, the second attempt went on")
        missing = check.start("yarn-missing", "yarn", directory_uri=f"file:{check.work}/yarn-missing", options=[*queue, "--deploy-mode", "cluster", "--conf", "spark.yarn.maxAppAttempts=1"], config="missing.conf", **common)
        check.end(missing, "yarn-missing", code=1)
        told = "".join(file.read_text(errors="replace") for file in (check.work / "yarn").rglob("stderr"))
        check.holds("--config: missing.conf must be a readable file where the driver runs" in told, "yarn: a configuration that the driver's machine does not have is named with what to do")


def object_store(check):
    """A run whose directory is in a store without renames; its driver is killed, and another run wants it."""
    with Store(CHECKOUT, check.work / "store") as store:
        common = dict(master="local[1]", options=store.options, spark=store.spark, command=("train", "--or-resume"))
        uri = f"s3a://{BUCKET}/runs/one"
        run = check.start("objects", directory_uri=uri, **common)
        wait("round 5 in the store", lambda: len(store.lines("runs/one")) >= 5 or run.poll() is not None)
        check.end(check.start("second", directory_uri=uri, **common), "second", code=1)
        check.holds("in use by process" in check.log("second"), "store: a second run in the same directory is told who holds it")
        kill(run.pid)
        run.wait()
        check.end(check.start("objects", directory_uri=uri, **common), "objects")
        digests = [line["weights_sha256"] for line in store.lines("runs/one")]
        check.holds(digests == check.undisturbed, f"store: a driver killed, and its command repeated: the weights of all {ROUNDS} rounds are those of the undisturbed run")
        for name, code, settings in (("first", 0, LOOSE), ("second", 3, [*LOOSE, "gate.margin=100"])):
            night = dict(master="local[1]", options=store.options, spark=store.spark, command=("nightly", "--registry", f"s3a://{BUCKET}/registry", "--id", name))
            check.end(check.start(f"stored-{name}", settings=settings, **night), f"stored-{name}", code=code)
        promoted = [key for key in store.keys("registry/promoted/") if key.endswith(".json")]
        check.holds(promoted == ["registry/promoted/PROMOTED-000001.json"] and store.request("GET", f"/{BUCKET}/registry/index.html"), "store: of two nights one is promoted, and their page is there")


# What a tiny policy does in two rounds passes.
LOOSE = ["rounds=2", *(f"gate.{rule}" for rule in ("margin=-100", "prompts=1", "held-out-tolerance=100", "held-out-total=100", "diversity=0", "diversity-total=0", "drift=1000", "drift-total=1000"))]


# Short, and enough to please the wrong judge.
HACKED = ["seed=3", "rounds=10", "evaluation.prompts=20", "evaluation.vault=0", "evaluation.images-per-prompt=2", "sampler.steps=6", "tree.prompts-per-round=8", "optimizer.warm-up-steps=1", "optimizer.learning-rate=1e-3", "audit.every=0", "checkpoint.every=10"]


def nights(check):
    """What a night ends with through spark-submit, and two at once."""
    registry = check.work / "registry"

    def night(name, *more, settings=(), **options):
        command = ("nightly", "--registry", str(registry), "--id", name, *more)
        return check.start(f"night-{name}", cluster.url, command=command, settings=[*LOOSE, *settings], **options)

    with Standalone(CHECKOUT, check.work / "nights-cluster") as cluster:
        first = night("first")
        wait("the first night", lambda: (registry / "nights/first/night.json").exists() or first.poll() is not None)
        check.end(night("second"), "night-second", code=1)
        check.holds("in use by" in check.log("night-second"), "nights: of two at once the second is told who has the registry")
        check.end(first, "night-first")
        check.end(night("second", settings=["gate.margin=100"]), "night-second", code=3)
        check.holds("it must lie above 100.0" in check.log("night-second"), "nights: client mode, promoted ends with 0 and refused with 3")
        check.end(night("third", settings=["gate.margin=100"], options=["--deploy-mode", "cluster"], spark=["spark.cores.max=1", "spark.driver.cores=1"]), "night-third")
        wait("the end of the third night's driver", lambda: "(FINISHED" in cluster.log() or "(FAILED" in cluster.log() or "(ERROR" in cluster.log(), 300)
        check.holds("(FAILED" not in cluster.log() and "(ERROR" not in cluster.log(), "nights: cluster mode, a refusal ends FINISHED")
        check.end(night("third", "--status"), "night-third")
        check.holds("night third: v000003 is refused" in check.log("night-third"), "nights: and --status tells it")
        check.holds([one.name for one in (registry / "promoted").iterdir()] == ["PROMOTED-000001.json"], "nights: one was promoted")
    hacked = dict(settings=HACKED, config=CHECKOUT / "conf/night-hacked.conf", command=("nightly", "--registry", str(check.work / "hacked-registry"), "--id", "hacked"))
    check.end(check.start("hacked", "local[2]", **hacked), "hacked", code=3)
    verdict = json.loads((check.work / "hacked-registry/nights/hacked/verdict.json").read_text())["verdict"]
    rules = {rule["name"]: rule for rule in verdict["rules"]}
    # The likelihood moves with every picture; words read or not, of forty pictures, are a matter of chance.
    risen, read = rules["trained"], rules["held-out.likelihood"]
    check.holds(risen["passed"] and not read["passed"], f"nights: a reward that is hacked, {risen['text']}, and what a recogniser reads, {read['text']}: refused")


def kubernetes(check):
    """The pods that spark-submit and the driver ask for, by the files of deploy/kubernetes."""
    home = {"SPARK_HOME": distribution(), "KUBECONFIG": "/dev/null"}
    properties = ["--properties-file", str(CHECKOUT / "deploy/kubernetes/spark.conf")]
    with Kubernetes() as api:
        words = ["spark.kubernetes.submission.waitAppCompletion=false", "spark.kubernetes.driver.master=https://kubernetes.default.svc"]
        run = check.start("pods", api.master, command=("train", "--or-resume"), spark=words, environment=home, options=properties, directory_uri="/data/runs/pods", jar="local:///opt/treegrpo/treegrpo.jar", small=False)
        check.end(run, "pods")
        [driver] = api.pods("driver")
        container = driver["spec"]["containers"][0]
        check.holds("--or-resume" in container["args"] and "local:///opt/treegrpo/treegrpo.jar" in container["args"], "kubernetes: the driver's pod runs the command of the launcher")
        check.holds(driver["spec"]["serviceAccountName"] == "treegrpo" and driver["spec"]["terminationGracePeriodSeconds"] == 300, "kubernetes: it has the service account and the time to write a checkpoint")
        check.holds(mounted(driver, "/data"), "kubernetes: it sees the volume")
        environment = {one["name"]: one.get("value") for one in container["env"]}
        check.holds(environment.get("PYTORCH_LIBRARY_PATH") == "/opt/torch/torch/lib", "kubernetes: it takes the image's libtorch")
    with Kubernetes() as api:
        words = ["spark.submit.deployMode=client", "spark.driver.host=127.0.0.1", "spark.authenticate.secret=for-the-test"]
        run = check.start("executor-pods", api.master, settings=["cluster.start-timeout=20 s"], spark=words, environment=home, options=properties, small=False)
        check.end(run, "executor-pods", code=1)
        pods = api.pods("executor")
        check.holds(len(pods) >= 4, f"kubernetes: {len(pods)} pods of executors were asked for")
        container = pods[0]["spec"]["containers"][0]
        check.holds(container["resources"]["limits"].get("nvidia.com/gpu") == "1", "kubernetes: each executor has one GPU")
        check.holds(container["resources"]["limits"]["memory"] == "16384Mi", "kubernetes: and heap and overhead of memory")
        check.holds(mounted(pods[0], "/data") and pods[0]["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu", "kubernetes: and the volume and the toleration")
        check.holds("no executor came within 20 s" in check.log("executor-pods"), "kubernetes: where no pod runs, the driver says what it waits for")


def mounted(pod, path):
    return any(one["mountPath"] == path for one in pod["spec"]["containers"][0]["volumeMounts"])


def kinds_of_processors(check):
    """A Worker whose executors use other vector instructions."""
    with Standalone(CHECKOUT, check.work / "mixed-cluster", environments=[{}, {"ATEN_CPU_CAPABILITY": "default"}]) as cluster:
        check.end(check.start("mixed", cluster.url, spark=["spark.cores.max=2"]), "mixed", code=1)
        check.holds("the processor is" in check.log("mixed") and "treegrpo.cluster.cpu = baseline" in check.log("mixed"), "executors of two kinds of processors are refused, with the key to turn")
        check.train("baseline", cluster.url, settings=["cluster.cpu=baseline"], spark=["spark.cores.max=2"])
        check.train("baseline-alone", cluster.url, settings=["cluster.cpu=baseline"], spark=["spark.cores.max=1"])
        check.holds(check.digests("baseline") == check.digests("baseline-alone") and len(check.digests("baseline")) == ROUNDS, "held to the baseline they give the same weights, on both and on one")


def two_runs_at_once(check):
    with Standalone(CHECKOUT, check.work / "shared-cluster") as cluster:
        runs = {name: check.start(name, cluster.url, spark=["spark.cores.max=1"]) for name in ("first", "second")}
        for name, run in runs.items():
            check.end(run, name)
            check.same(name, f"two runs at once on one cluster, the {name}")


SCENARIOS = [killed_all_the_time, worker_and_master_killed, standby_master, executors_decommissioned, other_methods_killed, executor_hangs, executor_cut_off, driver_killed, supervised_driver, kinds_of_processors, two_runs_at_once, official_distribution, yarn, object_store, nights, kubernetes]


def main():
    wanted = sys.argv[1:]
    unknown = set(wanted) - {one.__name__ for one in SCENARIOS}
    if unknown:
        sys.exit(f"cluster: no scenario {', '.join(sorted(unknown))}; there are {', '.join(one.__name__ for one in SCENARIOS)}")
    work = Path(tempfile.mkdtemp(prefix="treegrpo-cluster-"))
    check = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("cluster: ended by a signal"))
    try:
        check = Check(work)
        for scenario in SCENARIOS:
            if not wanted or scenario.__name__ in wanted:
                scenario(check)
    finally:
        if check is not None:
            check.close()
        if "KEEP" in os.environ:
            print(f"cluster: files are kept in {work}", flush=True)
        else:
            shutil.rmtree(work, ignore_errors=True)


main()
