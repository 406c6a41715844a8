"""The HTTPS server of every MTA-STS policy of the world: one address, one port, told apart by SNI."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

from .model import Sts
from .servers import candidate_ports, listen

ADDRESS = "127.43.0.1"
NOBODY = "127.43.0.2"
"""Where nothing listens: the address of a policy host that refuses connections."""


@dataclass
class _Site:
    sts: Sts
    body: str
    context: ssl.SSLContext


class PolicyHost:
    """Serves what the world publishes; `requests` are the hosts that were asked, oldest first."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[str] = []
        self._sites: dict[str, _Site] = {}
        self._server: asyncio.AbstractServer | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, fallback: ssl.SSLContext) -> None:
        """Listens on a free port; `fallback` is shown to clients that name nobody we know."""
        fallback.sni_callback = self._choose
        for port in candidate_ports():
            try:
                place = listen(ADDRESS, port, 64)
            except OSError:
                continue
            self.port = port
            self._server = await asyncio.start_server(self._serve, sock=place, ssl=fallback)
            return
        raise OSError(f"no free port on {ADDRESS}")

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def publish(self, host: str, sts: Sts, body: str, context: ssl.SSLContext) -> None:
        self._sites[host] = _Site(sts, body, context)

    def withdraw(self, host: str) -> None:
        self._sites.pop(host, None)

    def _choose(self, session: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        site = self._sites.get(name or "")
        if site is not None:
            session.context = site.context

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
            await self._answer(head, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        request, *fields = head.split("\r\n")
        named = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in fields if ":" in line}
        host = named.get("host", "").partition(":")[0]
        self.requests.append(host)
        site = self._sites.get(host)
        if site is None or request.split()[:2] != ["GET", "/.well-known/mta-sts.txt"]:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        if site.sts.fault == "silent":
            await asyncio.Event().wait()
        body = site.body.encode()
        length = len(body) + (10 if site.sts.fault == "cut" else 0)
        location = f"Location: {site.sts.location}\r\n" if site.sts.location else ""
        writer.write(
            f"HTTP/1.1 {site.sts.status} Lab\r\nContent-Type: {site.sts.content_type}\r\n{location}"
            f"Content-Length: {length}\r\nConnection: close\r\n\r\n".encode() + body
        )
        await writer.drain()
