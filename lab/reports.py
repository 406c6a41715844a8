"""TLS reports (RFC 8460) that the practice world's partners received, by mail and by HTTPS.

A partner that asks for reports has a mailbox for them, tls-reports@<domain>, which is one of its mail
servers' like any other, and a report host, reports.<domain>, at the address and port of the policy
hosts. What was posted lies under DIR/reports/<domain>/ as <number>.body beside <number>.json.
"""

from __future__ import annotations

import email
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .records import Records, write_whole

PATH = "/tls-reports"


def mailbox(domain: str) -> str:
    """Where a domain takes reports by mail."""
    return f"tls-reports@{domain}"


def report_host(domain: str) -> str:
    """The host where a domain takes reports by HTTPS."""
    return f"reports.{domain}"


class Reports:
    """All reports since the world started."""

    def __init__(self, directory: Path, records: Records) -> None:
        self._directory = directory
        self._records = records
        self._posted: dict[str, list[dict[str, Any]]] = {}
        self._number = 0

    async def take(self, domain: str, url: str, headers: dict[str, str], body: bytes, status: int) -> None:
        """Keeps what was posted to a domain's report host; `status` is what is answered to it."""
        self._number += 1
        folder = self._directory / domain
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._number:06}.body"
        facts = {"via": "https", "to": url, "headers": headers, "status": status, "path": str(path)}
        write_whole(path, body)
        write_whole(path.with_suffix(".json"), json.dumps(facts, indent=2).encode())
        self._posted.setdefault(domain, []).append(facts)
        await self._records.wake()

    def of(self, domain: str) -> list[dict[str, Any]]:
        """Those of one domain: the posted ones first, then the mailed ones, each oldest first."""
        wanted = mailbox(domain)
        mailed = [
            {"via": "mailto", "to": wanted, "headers": {}, "status": 250, "path": mail["path"]}
            for mail in self._records.messages(domain)
            if wanted in (recipient.lower() for recipient in mail["recipients"])
        ]
        return self._posted.get(domain, []) + mailed

    def forget(self, domain: str) -> None:
        """Forgets what was posted for a domain; files stay."""
        self._posted.pop(domain, None)


@dataclass(frozen=True)
class Report:
    """One report as a test reads it."""

    via: str
    """mailto or https"""
    to: str
    """The mailbox, or the address that was posted to."""
    headers: dict[str, str]
    """Of the message or of the request, names in lower case."""
    body: bytes
    """The whole message, or the body of the request."""
    status: int
    """What the report host answered; 250 of a message."""

    @classmethod
    def read(cls, facts: dict[str, Any]) -> "Report":
        """A report as the control socket describes it."""
        body, headers = Path(facts["path"]).read_bytes(), facts["headers"]
        if facts["via"] == "mailto":
            headers = {name.lower(): str(value) for name, value in email.message_from_bytes(body).items()}
        return cls(facts["via"], facts["to"], headers, body, facts["status"])

    @property
    def document(self) -> dict[str, Any]:
        """The JSON report itself, out of its attachment and its compression."""
        kind, data = self.headers.get("content-type", ""), self.body
        if self.via == "mailto":
            for part in email.message_from_bytes(self.body).walk():
                if part.get_content_type().startswith("application/tlsrpt"):
                    kind, data = part.get_content_type(), bytes(part.get_payload(decode=True) or b"")
        found: dict[str, Any] = json.loads(gzip.decompress(data) if "+gzip" in kind else data)
        return found
