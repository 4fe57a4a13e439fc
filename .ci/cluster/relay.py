"""A TCP relay between executors and the driver, which can cut one process off."""

from __future__ import annotations

import os
import select
import socket
import threading
from pathlib import Path

INSIDE, OUTSIDE = "127.0.0.1", "127.0.0.2"


def owns(pid, port):
    """Whether a process has a socket of a local port."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    try:
        return any(os.readlink(file) in inodes for file in (Path("/proc") / str(pid) / "fd").iterdir())
    except OSError:
        return False


class Relay:
    """Of a port: who connects to it outside reaches it inside."""

    def __init__(self, port):
        self.lost = None
        self.known = {}
        self.listener = socket.create_server((OUTSIDE, port))
        self.port = port
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, address = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((INSIDE, self.port))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.carry, args=(client, server, address[1]), daemon=True).start()

    def cut(self, pid):
        """From now on nothing goes to or from a process; nothing is closed either."""
        self.known, self.lost = {}, pid

    def is_lost(self, port):
        if port not in self.known:
            self.known[port] = owns(self.lost, port)
        return self.known[port]

    def carry(self, client, server, port):
        while True:
            ready, _, _ = select.select([client, server], [], [], 0.1)
            if self.lost is not None and self.is_lost(port):
                continue
            for one in ready:
                try:
                    data = one.recv(1 << 16)
                    if not data:
                        raise OSError
                    (server if one is client else client).sendall(data)
                except OSError:
                    client.close()
                    server.close()
                    return

    def close(self):
        self.listener.close()
