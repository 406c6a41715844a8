"""The HTTPS server of every MTA-STS policy of the world and of every report host: one address, one
port, told apart by SNI."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .model import Reporting, Sts
from .reports import Reports
from .servers import candidate_ports, listen

ADDRESS = "127.43.0.1"
NOBODY = "127.43.0.2"
"""Where nothing listens: the address of a policy host that refuses connections."""
_LARGEST_REPORT = 64 << 20


@dataclass
class _PolicySite:
    sts: Sts
    body: str
    context: ssl.SSLContext
    served: Callable[[], Awaitable[None]]


@dataclass
class _ReportSite:
    domain: str
    reporting: Reporting
    context: ssl.SSLContext


@dataclass
class _Request:
    method: str
    target: str
    headers: dict[str, str]

    @property
    def host(self) -> str:
        return self.headers.get("host", "").partition(":")[0]


class PolicyHost:
    """Serves what the world publishes; `requests` are the hosts that were asked, oldest first."""

    def __init__(self, reports: Reports) -> None:
        self.port = 0
        self.requests: list[str] = []
        self._reports = reports
        self._sites: dict[str, _PolicySite | _ReportSite] = {}
        self._server: asyncio.AbstractServer | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._published: list[asyncio.Event] = []

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

    def publish(
        self,
        host: str,
        sts: Sts,
        body: str,
        context: ssl.SSLContext,
        served: Callable[[], Awaitable[None]],
    ) -> None:
        """Serves a policy from now on; `served` is called before an answer with it goes out."""
        self._sites[host] = _PolicySite(sts, body, context, served)
        for waiting in self._published:
            waiting.set()
        self._published.clear()

    def take_reports(self, host: str, domain: str, reporting: Reporting, context: ssl.SSLContext) -> None:
        self._sites[host] = _ReportSite(domain, reporting, context)

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
            request = _parsed((await reader.readuntil(b"\r\n\r\n")).decode(errors="replace"))
            site = self._sites.get(request.host)
            if isinstance(site, _ReportSite):
                await self._take(request, site, reader, writer)
            else:
                self.requests.append(request.host)
                if site is not None and site.sts.fault == "held":
                    await self._until_an_error(request.host)
                    site = None
                await _show(request, site, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _until_an_error(self, host: str) -> None:
        """Returns when the host publishes an error, or nothing at all."""
        while isinstance(site := self._sites.get(host), _PolicySite) and site.sts.status == 200:
            published = asyncio.Event()
            self._published.append(published)
            await published.wait()

    async def _take(
        self, request: _Request, site: _ReportSite, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """A report is kept before it is answered: who sees the answer finds it."""
        length = request.headers.get("content-length", "")
        if request.method != "POST" or not length.isdigit() or int(length) > _LARGEST_REPORT:
            status = 405 if request.method != "POST" else 411 if not length.isdigit() else 413
            await _answer(writer, status)
            return
        if request.headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(length))
        wanted = site.reporting
        url = f"https://{request.headers['host']}{request.target}"
        await self._reports.take(site.domain, url, request.headers, body, wanted.status)
        if wanted.fault == "silent":
            await asyncio.Event().wait()
        if wanted.fault == "cut":
            return
        if wanted.delay:
            await asyncio.sleep(wanted.delay)
        await _answer(writer, wanted.status, wanted.location)


def _parsed(head: str) -> _Request:
    first, *fields = head.split("\r\n")
    method, target, *_ = [*first.split(), "", ""]
    pairs = [line.split(":", 1) for line in fields if ":" in line]
    return _Request(method, target, {name.lower(): value.strip() for name, value in pairs})


async def _show(request: _Request, site: _PolicySite | None, writer: asyncio.StreamWriter) -> None:
    """Answers with a policy, in the way that its domain has chosen."""
    if site is None or (request.method, request.target) != ("GET", "/.well-known/mta-sts.txt"):
        await _answer(writer, 404)
        return
    if site.sts.fault == "silent":
        await asyncio.Event().wait()
    await site.served()
    body = site.body.encode()
    missing = 10 if site.sts.fault == "cut" else 0
    await _answer(writer, site.sts.status, site.sts.location, site.sts.content_type, body, missing)


async def _answer(
    writer: asyncio.StreamWriter,
    status: int,
    location: str = "",
    content_type: str = "",
    body: bytes = b"",
    missing: int = 0,
) -> None:
    """`missing` bytes are announced and never come."""
    lines = [f"HTTP/1.1 {status} Lab", f"Content-Length: {len(body) + missing}", "Connection: close"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"Location: {location}"] if location else []
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()
