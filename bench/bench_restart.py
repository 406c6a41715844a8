"""From start to serving, with queues of several lengths: seconds, and memory at that moment and later."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.bench_engines import OWN_NAME, memory_of, remove
from bench.bench_measure import BenchError
from lab.gateway import Gateway, default_program, toml
from peers import Identity

LATER = 10.0


@dataclass(frozen=True)
class Restart:
    """One start. The messages have failed once each and are due again over the hours to come."""

    queued: int
    seconds: float  # until a client has the greeting
    memory: int  # bytes (Pss) then
    memory_later: int  # when LATER seconds have passed, and the queue has been looked through


def restarts(work: Path, fill_queue: Path, identity: Identity, queued: int, repetitions: int, later: float = LATER) -> list[Restart]:
    """The same queue, started again and again."""
    directory = work / "restart"
    remove(directory)
    (directory / "data").mkdir(parents=True, mode=0o700)
    try:
        gateway = _gateway(directory, identity)
        if queued:
            fill(fill_queue, directory / "data" / "queue", queued)
        return [_start(gateway, queued, later) for _ in range(repetitions)]
    finally:
        remove(directory)


def _gateway(directory: Path, identity: Identity) -> Gateway:
    config = directory / "postern.toml"
    settings = {
        "gateway": {"hostname": OWN_NAME, "data_dir": str(directory / "data")},
        "listener": [{"name": "internal", "address": "127.0.0.1:0", "role": "internal"}],
        "tls": {"certificate": str(identity.certificate), "key": str(identity.key)},
        "resolver": {"forwarders": ["127.0.0.1:1"]},
        "log": {"level": "info", "file": str(directory / "postern.log")},
        "http": {"address": ""},
        "admin": {"address": ""},
    }
    config.write_text(toml(settings))
    gateway = Gateway(directory, default_program(), config)
    gateway.cli("sender", "add", "--range", "127.0.0.0/8")
    return gateway


def fill(fill_queue: Path, queue: Path, messages: int) -> None:
    """Messages that have failed once and are due again in one to three hours, into the queue of a gateway that does not run."""
    command = [fill_queue, queue, "--messages", str(messages), "--domain", "late.bench.example"]
    subprocess.run([*command, "--tried", "--due-in", "3600", "--over", "7200"], check=True)


def _start(gateway: Gateway, queued: int, later: float) -> Restart:
    before = time.monotonic()
    gateway.run()
    try:
        listener = gateway.listeners["internal"]
        with socket.create_connection((listener.address, listener.port)) as client:
            if not client.recv(4):
                raise BenchError("the gateway started and greets nobody")
        seconds = time.monotonic() - before
        assert gateway.process is not None
        pid = gateway.process.pid
        memory = memory_of(iter((pid,)))
        time.sleep(later)
        return Restart(queued, seconds, memory, memory_of(iter((pid,))))
    finally:
        gateway.stop()
