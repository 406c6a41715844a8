"""The mail servers that are measured, each configured as a competent administrator would.

Both take mail over loopback, hold it on the same disk, sync it before they say 250, and hand all of it to
one next hop, the sink, whose certificate they verify (chain and name) when the set uses TLS. Both reuse
connections, to the same number at once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lab.gateway import Gateway, default_program, toml
from peer_postfix import SERVICES, make_folders
from peers import Identity, Peer, Surroundings, free_port

SINK_NAME = "sink.bench.example"
OWN_NAME = "gateway.bench.example"
CONNECTIONS = 50  # to the sink, of either engine


@dataclass(frozen=True)
class Place:
    """Where an engine runs, and what it must know."""

    directory: Path
    identity: Identity
    ca: Path
    sink_port: int
    tls: bool


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

    def __init__(self, place: Place) -> None:
        directory = place.directory
        (directory / "data").mkdir(parents=True, mode=0o700)
        config = directory / "postern.toml"
        settings = {
            "gateway": {"hostname": OWN_NAME, "data_dir": str(directory / "data")},
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
        config.write_text(toml(settings))
        self._gateway = Gateway(directory, default_program(), config)
        cli = self._gateway.cli
        cli("domain", "add", "sender.example", "--already-validated")
        cli("sender", "add", "--range", "127.0.0.0/8", "--note", "the load generator")
        mode = "strict" if place.tls else "opportunistic"
        cli(
            *("route", "add", "*", "--host", "127.0.0.1", "--port", str(place.sink_port)),
            *("--mode", mode, "--verify-name", SINK_NAME),
        )
        if place.tls:
            cli("policy", "add", "*.bench.example", "--mode", "strict", "--no-probe")
        self._gateway.run()

    def address(self) -> str:
        listener = self._gateway.listeners["internal"]
        return f"{listener.address}:{listener.port}"

    def cpu_seconds(self) -> float:
        assert self._gateway.process is not None
        pid = self._gateway.process.pid
        return cpu_of(iter((pid,)), pid)

    def memory(self) -> int:
        assert self._gateway.process is not None
        return memory_of(iter((self._gateway.process.pid,)))

    def version(self) -> str:
        return self._gateway.cli("version").strip()

    def log(self) -> str:
        return self._gateway.log() + self._gateway.errors()

    def stop(self) -> None:
        self._gateway.stop()


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
                "smtp_tls_security_level": "secure",
                "smtp_tls_secure_cert_match": SINK_NAME,
                "smtp_tls_CAfile": "/etc/ssl/certs/ca-certificates.crt",
                "smtp_tls_session_cache_database": "btree:/var/lib/postfix/smtp_scache",
                "smtp_tls_connection_reuse": "yes",
            }
        self.root.write("etc/postfix/main.cf", "".join(f"{key} = {value}\n" for key, value in settings.items()))
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

    def cpu_seconds(self) -> float:
        return cpu_of(group_members(self._peer.pid()), self._peer.pid())

    def memory(self) -> int:
        return memory_of(group_members(self._peer.pid()))

    def version(self) -> str:
        return "Postfix " + self._peer.run("/usr/sbin/postconf", "-dh", "mail_version").strip()

    def log(self) -> str:
        return self._peer.said()

    def stop(self) -> None:
        self._peer.stop()


ENGINES: tuple[type[PosternEngine] | type[PostfixEngine], ...] = (PosternEngine, PostfixEngine)


def remove(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
