"""The mail servers that are measured, each configured as a competent administrator would.

All take mail over loopback, hold it on the same disk, sync it before they say 250, and hand all of it to
one next hop, the sink, whose certificate they verify (chain and name) when the set uses TLS. They keep
connections for the next message as far as they can, and open the same number at once.

Postern and Postfix stand here; bench_peers.py has the others.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lab.control_socket import ask
from lab.gateway import Gateway, default_program, toml
from peer_postfix import SERVICES, make_folders
from peers import Identity, Peer, Surroundings, free_port

SINK_NAME = "sink.bench.example"
OWN_NAME = "gateway.bench.example"
CONNECTIONS = 50  # to the sink, of each engine


@dataclass(frozen=True)
class Place:
    """Where an engine runs, and what it must know."""

    directory: Path
    identity: Identity
    ca: Path
    sink_port: int
    tls: bool
    verify: bool = True  # with TLS: the next hop must prove its name
    slow_sync: Path | None = None  # a library to be laid under Postern or Postfix, see bench_disks.py


class Engine(Protocol):
    """A running mail server."""

    name: str

    def address(self) -> str: ...

    def cpu_seconds(self) -> float: ...

    def memory(self) -> int: ...

    def version(self) -> str: ...

    def log(self) -> str: ...

    def stop(self) -> None: ...


def cpu_of(processes: Iterator[int], with_children_of: int) -> float:
    """CPU seconds of processes so far, and of the children that one of them has waited for."""
    ticks = 0
    for pid in processes:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
        if pid == with_children_of:
            ticks += int(fields[13]) + int(fields[14])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(processes: Iterator[int]) -> int:
    """Bytes that processes hold in memory, what several share counted once among them (Pss)."""
    kilobytes = 0
    for pid in processes:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes * 1024


def disk_of(directory: Path) -> int:
    """Bytes of the disk that a folder takes, room that was set aside included."""
    command = ["du", "--summarize", "--block-size=1", directory]
    # What goes away while du looks at it makes du complain, and is not counted.
    done = subprocess.run(command, capture_output=True, text=True)
    return int(done.stdout.split()[0])


def group_members(group: int) -> Iterator[int]:
    """The processes of a process group."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group:
            yield int(entry.name)


class PosternEngine:
    """The release build, with a strict policy for all destinations and evidence on, as always."""

    name = "postern"

    def __init__(self, place: Place, changes: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`changes` go over the settings, section by section."""
        directory = place.directory
        self.data = directory / "data"
        self.data.mkdir(parents=True, mode=0o700)
        config = directory / "postern.toml"
        settings: dict[str, Any] = {
            "gateway": {"hostname": OWN_NAME, "data_dir": str(self.data)},
            "listener": [{"name": "internal", "address": "127.0.0.1:0", "role": "internal"}],
            "tls": {
                "certificate": str(place.identity.certificate),
                "key": str(place.identity.key),
                "ca_file": str(place.ca),
            },
            # The next hop is named by address: a question to DNS would be a mistake, and would fail.
            "resolver": {"forwarders": ["127.0.0.1:1"]},
            "delivery": {"special_addresses": True, "connections_per_destination": CONNECTIONS},
            "log": {"level": "info", "file": str(directory / "postern.log")},
            "http": {"address": "127.0.0.1:0"},
            "admin": {"address": ""},
        }
        for section, values in (changes or {}).items():
            settings[section] = {**settings[section], **values}
        config.write_text(toml(settings))
        self.gateway = Gateway(directory, default_program(), config)
        cli = self.gateway.cli
        cli("domain", "add", "sender.example", "--already-validated")
        cli("sender", "add", "--range", "127.0.0.0/8", "--note", "the load generator")
        strict = place.tls and place.verify
        cli(
            *("route", "add", "*", "--host", "127.0.0.1", "--port", str(place.sink_port)),
            *("--mode", "strict" if strict else "opportunistic", "--verify-name", SINK_NAME),
        )
        if strict:
            cli("policy", "add", "*.bench.example", "--mode", "strict", "--no-probe")
        if place.slow_sync:
            self.gateway.environment["LD_PRELOAD"] = str(place.slow_sync)
        self.gateway.run()

    def address(self) -> str:
        listener = self.gateway.listeners["internal"]
        return f"{listener.address}:{listener.port}"

    def processes(self) -> list[int]:
        assert self.gateway.process is not None
        return [self.gateway.process.pid]

    def cpu_seconds(self) -> float:
        (own,) = self.processes()
        return cpu_of(iter((own,)), own)

    def memory(self) -> int:
        return memory_of(iter(self.processes()))

    def queued(self) -> int:
        """Messages in the queue."""
        return int(json.loads(ask(self.data, "/v1/queue/counts"))["messages"])

    def has_untried(self) -> bool:
        """Whether a delivery waits for its first attempt."""
        return self._finds("SELECT 1 FROM delivery WHERE attempts = 0 ORDER BY id DESC LIMIT 1")

    def has_outbox(self) -> bool:
        """Whether evidence is still on its way from the queue to the records."""
        return self._finds("SELECT 1 FROM outbox LIMIT 1")

    def _finds(self, what: str) -> bool:
        """Whether the queue has such a row; docs/queue-format.md says how to look."""
        with closing(sqlite3.connect(f"file:{self.data}/queue/queue.db?mode=ro", uri=True)) as rows:
            return rows.execute(what).fetchone() is not None

    def retry(self, domain: str) -> None:
        """Makes all that waits for a domain due."""
        self.gateway.cli("queue", "retry", "--domain", domain)

    def queue_disk(self) -> int:
        """Bytes that the queue takes on the disk, without the records."""
        return disk_of(self.data / "queue")

    def version(self) -> str:
        return self.gateway.cli("version").strip()

    def log(self) -> str:
        return self.gateway.log() + self.gateway.errors()

    def stop(self) -> None:
        self.gateway.stop()


class _BenchPostfix(Peer):
    package = "postfix"
    program = ("/usr/lib/postfix/sbin/master", "-d")

    def __init__(self, place: Place) -> None:
        self._place = place
        surroundings = Surroundings(
            domain="bench.example",
            trusted=place.identity,
            self_signed=place.identity,
            ca=place.ca,
            gateway_name=SINK_NAME,
            gateway_port=place.sink_port,
        )
        super().__init__(place.directory, surroundings)

    def configure(self) -> None:
        make_folders(self)
        self.port = free_port()
        settings = {
            "compatibility_level": "3.6",
            "maillog_file": "/var/log/postfix.log",
            "myhostname": OWN_NAME,
            "mydestination": "",
            "local_recipient_maps": "",
            "alias_maps": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "message_size_limit": "67108864",
            "relayhost": f"[127.0.0.1]:{self._place.sink_port}",
            "default_process_limit": "500",
            "smtp_destination_concurrency_limit": str(CONNECTIONS),
            "initial_destination_concurrency": str(CONNECTIONS),
            "smtp_connection_cache_destinations": f"[127.0.0.1]:{self._place.sink_port}",
            "in_flow_delay": "0",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "smtpd_peername_lookup": "no",
        }
        if self._place.tls:
            settings |= {
                "smtpd_tls_security_level": "may",
                "smtpd_tls_cert_file": "/etc/peer/trusted.crt",
                "smtpd_tls_key_file": "/etc/peer/trusted.key",
                "smtpd_tls_session_cache_database": "btree:/var/lib/postfix/smtpd_scache",
                "smtp_tls_security_level": "secure" if self._place.verify else "may",
                "smtp_tls_secure_cert_match": SINK_NAME,
                "smtp_tls_CAfile": "/etc/ssl/certs/ca-certificates.crt",
                "smtp_tls_session_cache_database": "btree:/var/lib/postfix/smtp_scache",
                "smtp_tls_connection_reuse": "yes",
            }
        self.root.write("etc/postfix/main.cf", "".join(f"{key} = {value}\n" for key, value in settings.items()))
        if self._place.slow_sync:
            library = f"/etc/peer/{self._place.slow_sync.name}"
            shutil.copy(self._place.slow_sync, f"{self.root.path}{library}")
            self.root.write("etc/ld.so.preload", f"{library}\n")
        self.root.write("etc/postfix/master.cf", f"127.0.0.1:{self.port} inet n - n - - smtpd\n{SERVICES}")

    def listening(self) -> list[int]:
        return [self.port]

    def log(self) -> str:
        path = self.root.path / "var/log/postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""


class PostfixEngine:
    """Debian's Postfix, with the level `secure`, connection reuse under TLS, and enough processes."""

    name = "postfix"

    def __init__(self, place: Place) -> None:
        self._peer = _BenchPostfix(place)
        self._peer.start()

    def address(self) -> str:
        return f"127.0.0.1:{self._peer.port}"

    def processes(self) -> list[int]:
        return list(group_members(self._peer.pid()))

    def cpu_seconds(self) -> float:
        return cpu_of(iter(self.processes()), self._peer.pid())

    def memory(self) -> int:
        return memory_of(iter(self.processes()))

    def version(self) -> str:
        return "Postfix " + self._peer.run("/usr/sbin/postconf", "-dh", "mail_version").strip()

    def log(self) -> str:
        return self._peer.said()

    def stop(self) -> None:
        self._peer.stop()


def remove(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
