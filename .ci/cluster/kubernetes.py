"""An API server of Kubernetes that runs no pod: it keeps what it is given."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Kubernetes:
    def __init__(self):
        self.objects = []
        self.lock = threading.Lock()
        kept = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def take(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                for one in body.get("items", [body]) if isinstance(body, dict) else [{}]:
                    if one.get("kind"):
                        one.setdefault("metadata", {}).setdefault("uid", "00000000-0000-0000-0000-000000000000")
                        with kept.lock:
                            kept.objects.append(one)
                self.answer(201, body)

            do_POST = do_PUT = do_PATCH = take

            def do_GET(self):
                path = self.path.split("?")[0]
                if "watch=true" in self.path:
                    self.answer(200, {}, lines=True)
                    return
                name = path.rsplit("/", 1)[1]
                with kept.lock:
                    named = [one for one in kept.objects if one.get("metadata", {}).get("name") == name]
                if named:
                    self.answer(200, named[-1])
                elif name in ("pods", "configmaps", "services", "persistentvolumeclaims"):
                    self.answer(200, {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": "1"}, "items": []})
                else:
                    self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404})

            def do_DELETE(self):
                self.answer(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})

            def answer(self, code, value, lines=False):
                content = b"" if lines else json.dumps(value).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def master(self):
        return f"k8s://http://127.0.0.1:{self.server.server_address[1]}"

    def pods(self, role):
        with self.lock:
            return [one for one in self.objects if one.get("kind") == "Pod" and one["metadata"].get("labels", {}).get("spark-role") == role]

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.server.shutdown()
