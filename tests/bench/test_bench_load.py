"""What the load tool measures is the server's time, and not its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

BENCH_LOAD = Path(__file__).resolve().parents[2] / "build" / "release" / "bench" / "bench_load"


def lines_until(peer: socket.socket, last: bytes) -> None:
    got = b""
    while not got.endswith(last):
        more = peer.recv(65536)
        assert more, got
        got += more


def stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_reply_counts_from_its_arrival_even_if_the_tool_has_no_processor_then() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        port = server.getsockname()[1]
        command = [BENCH_LOAD, "--to", f"127.0.0.1:{port}", "--messages", "1", "--connections", "1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tool:
            peer, _ = server.accept()
            with peer:
                peer.settimeout(30)
                peer.sendall(b"220 slow.example ESMTP\r\n")
                lines_until(peer, b"\r\n")
                peer.sendall(b"250 slow.example\r\n")
                lines_until(peer, b"DATA\r\n")
                before = time.time()
                peer.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
                lines_until(peer, b"\r\n.\r\n")
                os.kill(tool.pid, signal.SIGSTOP)
                while not stopped(tool.pid):
                    os.sched_yield()
                peer.sendall(b"250 taken\r\n")
                after = time.time()
                # It stands still for longer than all of this has taken.
                while time.time() < after + 2 * (after - before):
                    os.sched_yield()
                os.kill(tool.pid, signal.SIGCONT)
                lines_until(peer, b"QUIT\r\n")
                peer.sendall(b"221 bye\r\n")
            said = json.loads(tool.communicate()[0])
    assert said["accepted"] == 1
    assert 0 < said["p50_ms"] <= 1000 * (after - before)
    assert said["p50_ms"] < said["whole_p50_ms"]
