"""What the mail servers of the practice world saw: messages, and every session command by command.

Messages lie under DIR/mail/<recipient domain>/ as <number>.eml beside <number>.json. Sessions
stay in memory. Whoever waits for either is woken by its arrival, so no test needs to sleep.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Session:
    """One connection to one server."""

    number: int
    host: str
    peer: str
    commands: list[str] = field(default_factory=list)
    """What the client said, one line each, without message bodies."""
    dialogue: list[str] = field(default_factory=list)
    """Both sides in order: `C: ` the client, `S: ` the server, `*: ` what happened."""
    ehlo: str = ""
    tls: dict[str, Any] | None = None
    """Version, cipher, SNI, whether resumed, the client's certificate; None in plaintext."""
    tls_error: str = ""
    authenticated: str = ""
    recipient_domains: list[str] = field(default_factory=list)
    messages: int = 0
    ended: str = ""
    """Empty while it lasts; then how it ended."""

    def to_json(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Records:
    """All messages and sessions since the world started."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._messages: dict[str, list[dict[str, Any]]] = {}
        self._sessions: list[Session] = []
        self._changed = asyncio.Condition()
        self._number = 0
        self._session_number = 0

    def open_session(self, host: str, peer: str) -> Session:
        self._session_number += 1
        session = Session(self._session_number, host, peer)
        self._sessions.append(session)
        return session

    async def close_session(self, session: Session, how: str) -> None:
        session.ended = how
        await self.wake()

    async def keep(self, session: Session, envelope: dict[str, Any], body: bytes) -> None:
        """Keeps a message once for each domain among its recipients, envelope beside content."""
        by_domain: dict[str, list[str]] = {}
        for recipient in envelope["recipients"]:
            by_domain.setdefault(domain_of(recipient), []).append(recipient)
        for domain, recipients in by_domain.items():
            self._number += 1
            folder = self._directory / domain
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self._number:06}.eml"
            meta = {
                "number": self._number,
                "domain": domain,
                "path": str(path),
                "size": len(body),
                **envelope,
                "recipients": recipients,
                "host": session.host,
                "peer": session.peer,
                "session": session.number,
                "ehlo": session.ehlo,
                "tls": session.tls,
                "authenticated": session.authenticated,
                "commands": list(session.commands),
            }
            write_whole(path, body)
            write_whole(path.with_suffix(".json"), json.dumps(meta, indent=2).encode())
            self._messages.setdefault(domain, []).append(meta)
        session.messages += 1
        await self.wake()

    def messages(self, domain: str) -> list[dict[str, Any]]:
        return self._messages.get(domain, [])

    def sessions(self, concerns: Callable[[Session], bool]) -> list[dict[str, Any]]:
        return [session.to_json() for session in self._sessions if concerns(session)]

    def forget(self, domain: str, concerns: Callable[[Session], bool]) -> None:
        """Forgets what was seen for a domain; files stay."""
        self._messages.pop(domain, None)
        self._sessions = [session for session in self._sessions if not concerns(session)]

    async def wait_until(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Waits until what arrives makes `holds` true; false when the time is over first."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            return False
        return True

    async def wake(self) -> None:
        """Something has arrived: who waits looks again."""
        async with self._changed:
            self._changed.notify_all()


def domain_of(address: str) -> str:
    """The domain of an address in lower case, safe as a folder's name."""
    domain = address.rpartition("@")[2].lower()
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in domain).lstrip(".") or "none"


def write_whole(path: Path, content: bytes) -> None:
    """Whoever sees the file sees all of it."""
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_bytes(content)
    os.replace(partial, path)
