"""A standalone cluster of real processes on this machine, and ways to hurt it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

ADDRESS = "127.0.0.1"
PATIENCE = 600


def wait(what, found, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.05)
    raise TimeoutError(f"after {patience} s still no {what}")


def free_port():
    with socket.socket() as one:
        one.bind((ADDRESS, 0))
        return one.getsockname()[1]


def children(pid):
    """Processes that a process has started itself, with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                if int(parent) == pid and state != "Z":
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


class Standalone:
    """One Master and Workers of one core each. Ends all that it started."""

    def __init__(self, checkout, work, workers=2, environments=(), home=None, options=""):
        self.home, self.work, self.options = home or checkout / "deploy/target/spark-home", work, options
        self.port = free_port()
        self.processes, self.workers = [], []
        clean = {key: value for key, value in os.environ.items() if not key.startswith("SPARK_")}
        self.environment = dict(clean, SPARK_HOME=str(self.home), SPARK_SCALA_VERSION="2.13", SPARK_LOCAL_IP=ADDRESS, SPARK_LOCAL_HOSTNAME=ADDRESS)
        self.environment.update(SPARK_CONF_DIR=str(work / "no-conf"), SPARK_DAEMON_MEMORY="256m", OMP_NUM_THREADS="1")
        work.mkdir(parents=True, exist_ok=True)
        try:
            self.start_master()
            for number in range(workers):
                self.start_worker(environments[number] if number < len(environments) else {})
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        return f"spark://{ADDRESS}:{self.port}"

    def daemon(self, name, kind, arguments, environment=()):
        log = (self.work / f"{name}.log").open("ab")
        command = [self.home / "bin/spark-class", f"org.apache.spark.deploy.{kind}", *arguments]
        process = subprocess.Popen(command, env={**self.environment, **dict(environment)}, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def start_master(self):
        options = f"-Dspark.deploy.recoveryMode=FILESYSTEM -Dspark.deploy.recoveryDirectory={self.work / 'recovery'} -Dspark.worker.timeout=20 {self.options}"
        arguments = ["--host", ADDRESS, "--port", str(self.port), "--webui-port", "0"]
        self.master = self.daemon("master", "master.Master", arguments, {"SPARK_MASTER_OPTS": options})
        wait("Master", lambda: self.listens(self.port))

    def start_worker(self, environment=()):
        number = len(self.workers)
        arguments = ["--host", ADDRESS, "--cores", "1", "--memory", "3g", "--webui-port", "0", "--work-dir", str(self.work / f"worker-{number}"), self.url]
        worker = self.daemon(f"worker-{number}", "worker.Worker", arguments, {"SPARK_WORKER_OPTS": self.options, **dict(environment)})
        self.workers.append(worker)
        log = self.work / f"worker-{number}.log"
        wait(f"Worker {number}", lambda: "Successfully registered" in log.read_text())

    @staticmethod
    def listens(port):
        with socket.socket() as one:
            return one.connect_ex((ADDRESS, port)) == 0

    def executors(self, worker=None):
        """Process ids of executors, of all Workers or one."""
        of = self.workers if worker is None else [self.workers[worker]]
        return [pid for one in of if one.poll() is None for pid, line in children(one.pid).items() if "CoarseGrainedExecutorBackend" in line]

    def drivers(self):
        """Process ids of drivers that Workers run (cluster deploy mode)."""
        return [pid for one in self.workers if one.poll() is None for pid, line in children(one.pid).items() if "DriverWrapper" in line]

    def log(self):
        return "".join(file.read_text(errors="replace") for file in sorted(self.work.glob("*.log")))

    def close(self):
        for pid in self.executors() + self.drivers():
            kill(pid)
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()


class WithStandby(Standalone):
    """Two Masters, of which a ZooKeeper knows the leader."""

    def start_master(self):
        keeper, self.second = free_port(), free_port()
        (self.work / "zoo.cfg").write_text(f"tickTime=200\ndataDir={self.work / 'zookeeper'}\nclientPort={keeper}\nclientPortAddress={ADDRESS}\nadmin.enableServer=false\n")
        log = (self.work / "zookeeper.log").open("ab")
        server = ["java", "-cp", f"{self.home}/jars/*", "org.apache.zookeeper.server.ZooKeeperServerMain", str(self.work / "zoo.cfg")]
        self.processes.append(subprocess.Popen(server, stdout=log, stderr=log))
        wait("ZooKeeper", lambda: self.listens(keeper))
        self.masters = []
        for number, port in enumerate((self.port, self.second)):
            options = f"-Dspark.deploy.recoveryMode=ZOOKEEPER -Dspark.deploy.zookeeper.url={ADDRESS}:{keeper} -Dspark.worker.timeout=20"
            arguments = ["--host", ADDRESS, "--port", str(port), "--webui-port", "0"]
            self.masters.append(self.daemon(f"master-{number}", "master.Master", arguments, {"SPARK_MASTER_OPTS": options}))
            wait("Master", lambda: self.listens(port))
            if number == 0:
                wait("leader", lambda: "elected leader" in (self.work / "master-0.log").read_text())

    @property
    def url(self):
        return f"spark://{ADDRESS}:{self.port},{ADDRESS}:{self.second}"


def kill(pid, how=signal.SIGKILL):
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        pass
