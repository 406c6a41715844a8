"""For tests: start a practice world, ask it what it saw, change it.

    with World.start(tmp_path) as world:
        world.set("trusted.example", posture="no-starttls")
        ...
        message = world.wait("trusted.example")[0]

Nothing here sleeps or polls: `start` returns when the world is ready, `wait` when what it waits
for is there.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from lab.reports import Report

_PYTHON = "/usr/bin/python3"
_REPOSITORY = Path(__file__).resolve().parent.parent


class LabError(Exception):
    """The world did not start, or refused; the text says why."""


class World:
    """A running practice world; leaving the `with` block ends it."""

    def __init__(self, facts: dict[str, Any], process: subprocess.Popen[str] | None) -> None:
        self.facts = facts
        self._process = process

    @classmethod
    def start(
        cls, directory: Path, only: Sequence[str] = (), ttl: int = 1, spare: int = 0
    ) -> "World":
        """Starts a world in `directory`, with all partners or those named, and waits for it.

        `spare` adds that many good partners, spare-1.example and so on, to be made into others.
        """
        command = [
            _PYTHON,
            "-m",
            "lab",
            "up",
            "--dir",
            str(directory),
            "--ttl",
            str(ttl),
            "--spare",
            str(spare),
            "--until-eof",
            "--json",
        ]
        if only:
            command += ["--only", ",".join(only)]
        process = subprocess.Popen(
            command, cwd=_REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise LabError(f"the practice world ended at its start with code {process.wait()}")
        return cls(json.loads(line), process)

    @classmethod
    def attach(cls, description: Path) -> "World":
        """A world that somebody else has started; it goes on when the `with` block is left."""
        return cls(json.loads(description.read_text()), None)

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> int:
        """Ends the world that `start` started, and waits for it. Returns its exit code."""
        if self._process is None:
            return 0
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return self._process.wait()

    def partner(self, domain: str) -> dict[str, Any]:
        """A partner by domain or by posture name."""
        for entry in self.facts["partners"]:
            if domain in (entry["domain"], entry["posture"]):
                return dict(entry)
        raise LabError(f"there is no partner {domain} in this world")

    def internal(self, name: str) -> dict[str, Any]:
        """The first internal server with this name, domain or host."""
        for entry in self.facts["internal"]:
            if name in (entry["name"], entry["domain"], entry["host"]):
                return dict(entry)
        raise LabError(f"there is no internal server {name} in this world")

    def mail(self, domain: str) -> list[dict[str, Any]]:
        """The messages for a domain, oldest first; each `path` is the message itself."""
        return self._list("mail", self.ask(op="mail", domain=domain))

    def sessions(self, domain: str) -> list[dict[str, Any]]:
        """Every session with the servers of a domain: `commands`, `dialogue`, `tls`, `ended`."""
        return self._list("sessions", self.ask(op="sessions", domain=domain))

    def wait(self, domain: str, count: int = 1, timeout: float = 10) -> list[dict[str, Any]]:
        """Waits until `count` messages have arrived for a domain, and returns all of them."""
        return self._wait(domain, count, timeout, "mail")

    def wait_sessions(
        self, domain: str, count: int = 1, timeout: float = 10
    ) -> list[dict[str, Any]]:
        """Waits until `count` sessions with a domain's servers have ended; returns all such."""
        return self._wait(domain, count, timeout, "sessions")

    def forget(self, domain: str) -> None:
        """Forgets messages, sessions and reports of a domain."""
        self.ask(op="forget", domain=domain)

    def set(self, domain: str, posture: str = "", host: str = "", **behaviour: Any) -> None:
        """Gives a domain another posture, or changes its servers' Behaviour (lab/model.py)."""
        request: dict[str, Any] = {"op": "set", "domain": domain, "host": host}
        if posture:
            request["posture"] = posture
        if behaviour:
            request["behaviour"] = behaviour
        self.ask(**request)

    def zone(
        self,
        domain: str,
        records: Sequence[str] | None = None,
        dnssec: str = "",
        faults: Sequence[str] | None = None,
    ) -> None:
        """Replaces a domain's zone lines, how its zone is signed, or which questions about it fail.

        Returns when it is served; a resolver may still have the old data in its cache.
        """
        self.ask(
            op="zone",
            domain=domain,
            records=None if records is None else list(records),
            dnssec=dnssec,
            faults=None if faults is None else list(faults),
        )

    def publish(
        self,
        domain: str,
        tlsa: Sequence[str] | None = None,
        withdraw_sts: bool = False,
        tlsrpt: str | None = None,
        **sts: Any,
    ) -> None:
        """What a domain publishes: TLSA records (`3 1 1`, or whole), where it wants TLS reports
        (`v=TLSRPTv1; rua={mailto},{https}`; empty for nowhere), and fields of Sts (lab/model.py)."""
        request: dict[str, Any] = {"op": "published", "domain": domain, "withdraw": withdraw_sts}
        if tlsrpt is not None:
            request["reporting"] = {"record": tlsrpt}
        if tlsa is not None:
            request["tlsa"] = list(tlsa)
        if sts:
            request["sts"] = sts
        self.ask(**request)

    def report_host(self, domain: str, **reporting: Any) -> None:
        """How a domain's report host behaves: fields of Reporting (lab/model.py), such as `status=503`."""
        self.ask(op="published", domain=domain, reporting=reporting)

    def reports(self, domain: str) -> list[Report]:
        """The TLS reports that a domain received: posted ones first, then mailed ones, oldest first.

        Those that the report host did not want (`status`) are there, too.
        """
        return [Report.read(facts) for facts in self.ask(op="reports", domain=domain)["reports"]]

    def wait_reports(self, domain: str, count: int = 1, timeout: float = 10) -> list[Report]:
        """Waits until `count` reports have arrived for a domain, and returns all of them."""
        return [Report.read(facts) for facts in self._wait(domain, count, timeout, "reports")]

    def policy_requests(self) -> list[str]:
        """The policy hosts that were asked over HTTPS, oldest first."""
        return self._list("requests", self.ask(op="published"))

    def dns_faults(self, *faults: str) -> None:
        """Faults for the whole world, such as `. * strip`, instead of those set before."""
        self.ask(op="dns", faults=list(faults))

    def queries(self) -> list[str]:
        """The questions that the resolver was asked, as `NAME TYPE`, oldest first."""
        return self._list("queries", self.ask(op="dns"))

    def certificate(self, domain: str, host: str = "", **certificate: Any) -> None:
        """Reissues the certificates of a domain's servers, with fields of Certificate changed."""
        self.ask(op="certificate", domain=domain, host=host, certificate=certificate)

    def refresh(self) -> None:
        """Renews `facts` after changes."""
        self.facts = self.ask(op="describe")["world"]

    def ask(self, **request: Any) -> dict[str, Any]:
        """One operation of lab/control.py; LabError when it is refused."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.facts["control"])
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as answers:
                answer: dict[str, Any] = json.loads(
                    answers.readline() or b'{"ok": false, "error": "no answer"}'
                )
        if not answer["ok"]:
            raise LabError(answer["error"])
        return answer

    def _wait(self, domain: str, count: int, timeout: float, what: str) -> list[dict[str, Any]]:
        answer = self.ask(op="wait", domain=domain, count=count, timeout=timeout, **{"for": what})
        found = self._list(what, answer)
        if not answer["met"]:
            raise LabError(f"{domain}: {len(found)} of {count} {what} after {timeout} s")
        return found

    @staticmethod
    def _list(name: str, answer: dict[str, Any]) -> list[Any]:
        return list(answer[name])
