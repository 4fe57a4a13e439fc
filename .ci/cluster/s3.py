"""An S3-like store on this machine (moto), as Hadoop's S3A reaches it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

from standalone import ADDRESS, free_port, wait

MOTO = "5.2.5"
BUCKET = "nights"


class Store:
    def __init__(self, checkout, work):
        jars = checkout / "target/mini-s3"
        copy = ["mvn", "-q", "-B", "-ntp", "-f", checkout / ".ci/cluster/mini-s3/pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
        subprocess.run(copy, check=True)
        work.mkdir(parents=True)
        self.work = work
        self.server = environment() / "bin/moto_server"
        self.port = free_port()
        self.log = (work / "moto.log").open("wb")
        self.process = None
        # What is shaded into Hadoop or is Spark's own is not brought a second time.
        own = [jar for jar in sorted(jars.glob("*.jar")) if not jar.name.startswith(("netty-", "slf4j-", "commons-codec", "commons-logging"))]
        self.options = ["--jars", ",".join(str(jar) for jar in own)]
        settings = {"endpoint": f"http://{ADDRESS}:{self.port}", "endpoint.region": "us-east-1", "path.style.access": "true", "access.key": "a", "secret.key": "b"}
        self.spark = [f"spark.hadoop.fs.s3a.{name}={value}" for name, value in settings.items()]

    def __enter__(self):
        self.process = subprocess.Popen([self.server, "-H", ADDRESS, "-p", str(self.port)], stdout=self.log, stderr=self.log)
        wait("the store", lambda: self.process.poll() is not None or self.request("GET", "/moto-api/data.json") is not None)
        self.request("PUT", f"/{BUCKET}")
        return self

    def request(self, method, path):
        request = urllib.request.Request(f"http://{ADDRESS}:{self.port}{path}", method=method, headers={"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read()
        except OSError:
            return None

    def lines(self, key):
        content = self.request("GET", f"/{BUCKET}/{key}/metrics.jsonl")
        return [json.loads(line) for line in content.decode().splitlines()] if content else []

    def keys(self, prefix):
        listing = self.request("GET", f"/{BUCKET}?list-type=2&prefix={prefix}")
        return re.findall("<Key>([^<]*)</Key>", listing.decode()) if listing else []

    def __exit__(self, *failure):
        self.process.kill()
        self.process.wait()


def environment():
    """Made once, 100 MB."""
    venv = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / f"treegrpo-spark/moto-{MOTO}"
    if not (venv / "complete").exists():
        subprocess.run(["python3", "-m", "venv", "--clear", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", f"moto[server,s3]=={MOTO}"], check=True)
        (venv / "complete").touch()
    return venv
