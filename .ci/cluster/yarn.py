"""YARN and HDFS in one process on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from standalone import children, kill, wait


class Yarn:
    def __init__(self, checkout, work, distribution):
        sources = checkout / ".ci/cluster/mini-hadoop"
        jars = checkout / "target/mini-hadoop"
        copy = ["mvn", "-q", "-B", "-ntp", "-f", sources / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        subprocess.run(copy, check=True)
        work.mkdir(parents=True)
        self.work = work
        self.conf = work / "conf"
        self.log = work / "yarn.log"
        # In its own directory: it makes target/ beneath where it starts.
        java = Path(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java"
        command = [java, "-cp", f"{jars}/*:{distribution}/jars/*", sources / "YarnCluster.java", work]
        # Its containers start $JAVA_HOME/bin/java.
        home = os.environ.get("JAVA_HOME") or str(Path(shutil.which("java")).resolve().parents[1])
        self.process = subprocess.Popen(command, cwd=work, env=dict(os.environ, JAVA_HOME=home), stdin=subprocess.PIPE, stdout=self.log.open("wb"), stderr=subprocess.STDOUT)
        wait("YARN", lambda: (work / "ready").exists() or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text()[-3000:])

    def containers(self, kind):
        """Processes of containers: a NodeManager starts each by a shell."""
        found = []
        generation = list(children(self.process.pid))
        while generation:
            following = {}
            for pid in generation:
                following.update(children(pid))
            found += [pid for pid, line in following.items() if kind in line and line.split()[0].endswith("java")]
            generation = list(following)
        return found

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for pid in self.containers("org.apache.spark"):
            kill(pid)
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
