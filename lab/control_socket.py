"""Questions to a running gateway by its control socket, quicker than a start of the command line."""

from __future__ import annotations

import http.client
import os
import socket
from pathlib import Path

_PATIENCE = 120


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("control", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_PATIENCE)
        # A Unix address has room for about 100 bytes, and pytest's folders are deep.
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            self.sock.connect(f"/proc/self/fd/{folder}/{self._path.name}")
        finally:
            os.close(folder)


def ask(data: Path, path: str) -> bytes:
    """The body of the answer to GET `path`; `data` is the gateway's data directory."""
    connection = _Connection(data / "control.sock")
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, (path, answer.status, body)
    return body
