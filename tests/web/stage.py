#!/usr/bin/env python3
"""A practice world and a real gateway for the browser tests, worked by lines of JSON.

    <- {"op": "start", "partners": ["trusted"], "setup": false}
    -> {"ok": true, "result": {"web": "http://127.0.0.1:40123/"}}

Each line asks for one operation of Stage, its other members are the arguments; each is answered by
one line. The end of the input ends everything. Browser.mjs and stage.mjs are the other side.
"""

from __future__ import annotations

import base64
import json
import smtplib
import sqlite3
import sys
import tempfile
import time
import traceback
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from lab.client import World  # noqa: E402
from lab.gateway import Gateway  # noqa: E402
from flood import flood  # noqa: E402

#: Route tests may reach the practice world's own servers, which all live on loopback.
LOOPBACK = {"admin": {"allow_ranges": ["127.0.0.0/8", "::1/128"]}}
PASSWORD = "correct horse battery"


class Stage:
    """What a test may ask for. Every public method is an operation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._world: World | None = None
        self._gateway: Gateway | None = None

    @property
    def _here(self) -> World:
        assert self._world is not None, "start the stage first"
        return self._world

    @property
    def _runs(self) -> Gateway:
        assert self._gateway is not None, "start the stage first"
        return self._gateway

    def start(
        self,
        partners: list[str],
        setup: bool = True,
        routes: list[str] | None = None,
        changes: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The world with these partners, and a gateway: empty, or set up with routes of these domains.

        `changes` are for its configuration, by section.
        """
        self._world = World.start(self._folder / "world", only=partners)
        if routes is not None:
            internal = self._world.facts["internal"]
            self._world.facts["internal"] = [one for one in internal if one["domain"] in routes]
        self._gateway = Gateway.start(self._folder / "gateway", self._world, changes=LOOPBACK | (changes or {}), setup=setup)
        return {"web": self._gateway.web, "password": PASSWORD}

    def setup_link(self) -> str:
        """Where the first administrator begins."""
        line = next(line for line in self._runs.log().splitlines() if "setup-link" in line)
        return line.split("url=")[1].split()[0].strip('"')

    def user(self, name: str, grants: list[str]) -> None:
        """A user with the usual password."""
        words = [word for grant in grants for word in ("--grant", grant)]
        self._runs.cli("user", "add", name, "--password-file", "-", *words, stdin=PASSWORD + "\n")

    def cli(self, words: list[str], stdin: str = "") -> str:
        """What `postern WORDS` prints."""
        return self._runs.cli(*words, stdin=stdin)

    def server(self, name: str) -> dict[str, Any]:
        """An internal server: host and port for a route."""
        server = self._here.internal(name)
        return {"domain": server["domain"], "host": server["host"], "port": server["port"]}

    def posture(self, domain: str, posture: str) -> None:
        """Gives a partner another posture."""
        self._here.set(domain, posture=posture)

    def behaviour(self, domain: str, **behaviour: Any) -> None:
        """Changes one thing in how a domain's servers behave (lab/model.py, Behaviour)."""
        self._here.set(domain, **behaviour)

    def zone(self, domain: str, records: list[str]) -> None:
        """Publishes these records for a domain, instead of those before."""
        self._here.zone(domain, records=records)

    def send(self, sender: str, recipient: str, count: int = 1) -> None:
        """An internal server hands messages to the gateway over TLS."""
        with self._runs.client("internal") as connection:
            connection.starttls()
            connection.ehlo()
            self._send(connection, sender, recipient, count)

    def _send(self, connection: smtplib.SMTP, sender: str, recipient: str, count: int) -> None:
        for number in range(1, count + 1):
            text = f"From: {sender}\r\nTo: {recipient}\r\nSubject: {number}\r\n\r\nHello\r\n"
            connection.sendmail(sender, [recipient], text)

    def receive_report(
        self, domain: str, organization: str, failed: int = 0, day: str = "", words: str = ""
    ) -> None:
        """Another organisation's TLS report about an internal domain; answers when it has been read.

        With `words`, it says them wherever a report has room for a stranger's words.
        """
        date = day or (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%d")
        failures = [{"result-type": "certificate-expired", "receiving-mx-hostname": f"mx.{domain}"}]
        if words:
            more = {"failure-reason-code": words, "additional-information": words}
            failures = [{"result-type": words, "receiving-mx-hostname": words, "receiving-ip": words} | more]
        report = {
            "organization-name": organization,
            "date-range": {"start-datetime": f"{date}T00:00:00Z", "end-datetime": f"{date}T23:59:59Z"},
            "contact-info": words or "reports@company-x.example",
            "report-id": f"{organization} {date}",
            "policies": [
                {
                    "policy": {
                        "policy-type": "sts",
                        "policy-string": ["version: STSv1", "mode: testing", *([words] if words else [])],
                        "policy-domain": domain,
                        "mx-host": [f"mx.{domain}"],
                    },
                    "summary": {"total-successful-session-count": 500, "total-failure-session-count": failed},
                    "failure-details": [one | {"failed-session-count": failed} for one in failures if failed],
                }
            ],
        }
        text = "Content-Type: application/tlsrpt+json\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        text += base64.encodebytes(json.dumps(report).encode()).decode().replace("\n", "\r\n")
        with self._runs.client("world") as connection:
            connection.sendmail("reports@company-x.example", [f"tls-reports@{domain}"], text)
        end = time.monotonic() + 30
        while organization not in self._runs.cli("tls-report", "list"):
            assert time.monotonic() < end, self.log()

    def send_reports(self, destinations: dict[str, str]) -> str:
        """Sends the reports about all sessions until now, as if their day were over.

        Each domain's go where it wants them ("" for nowhere); "refused" is a server that answers 500. As
        after restart(), the gateway may be somewhere else then.
        """
        for domain, wanted in destinations.items():
            place = "{https}" if wanted == "refused" else wanted
            self._here.report_host(domain, status=500 if wanted == "refused" else 200, location="")
            self._here.publish(domain, tlsrpt=f"v=TLSRPTv1; rua={place}" if place else "")
        self._runs.stop()
        with sqlite3.connect(self._runs.directory / "data" / "records.db") as records:
            records.execute("UPDATE tls_sessions SET day = day - 1")
        self._runs.run()
        self._runs.cli("tls-report", "send")
        end = time.monotonic() + 40
        while not self._are_settled(set(destinations)):
            assert time.monotonic() < end, self.log()
        return self._runs.web

    def _are_settled(self, domains: set[str]) -> bool:
        """Each domain's report was tried once, or is not wanted."""
        rows = self._runs.json("tls-report", "sent")
        return domains <= {row["domain"] for row in rows if row["attempts"] > 0 or row["state"] == "unwanted"}

    def flood(self, sender: str, recipient: str, count: int) -> None:
        """The same, as fast as it can."""
        place = self._runs.listeners["internal"]
        flood(place.address, place.port, sender, recipient, count)

    def arrived(self, domain: str) -> int:
        """How many messages the servers of a domain have taken."""
        return len(self._here.mail(domain))

    def wait_mail(self, domain: str, count: int = 1) -> None:
        """Waits for so many."""
        self._here.wait(domain, count, timeout=30)

    def restart(self) -> str:
        """The gateway ends in order and runs again; it may be somewhere else then."""
        self._runs.stop()
        self._runs.run()
        return self._runs.web

    def log(self) -> str:
        """The gateway's log, for a test that failed."""
        return self._runs.log()[-20_000:]

    def _end(self) -> None:
        if self._gateway is not None:
            self._gateway.stop()
        if self._world is not None:
            self._world.stop()


def answer(stage: Stage, line: str) -> dict[str, Any]:
    """Does what one line asks for."""
    request = json.loads(line)
    name = request.pop("op")
    try:
        if name.startswith("_"):
            raise ValueError(f"there is no operation {name}")
        return {"ok": True, "result": getattr(stage, name)(**request)}
    except Exception as error:  # whatever it is, the test must hear of it
        return {"ok": False, "error": "".join(traceback.format_exception(error))}


def main() -> None:
    """Reads operations until the input ends."""
    with tempfile.TemporaryDirectory(prefix="postern-stage-") as folder:
        stage = Stage(Path(folder))
        try:
            for line in sys.stdin:
                print(json.dumps(answer(stage, line)), flush=True)
        finally:
            stage._end()


if __name__ == "__main__":
    main()
