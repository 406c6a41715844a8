"""The mail servers: each listens on its own loopback address, all on one port, in one process."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time

from .model import Behaviour
from .records import Records
from .session import Conversation
from .wire import Wire


class MailServer:
    """One mail server. `become` changes how it behaves for connections from then on."""

    def __init__(self, host: str, address: str, port: int, records: Records) -> None:
        self.host = host
        self.address = address
        self.port = port
        self.behaviour = Behaviour(listens="refused")
        self._context: ssl.SSLContext | None = None
        self._records = records
        self._seen: set[tuple[str, str, str]] = set()
        self._listener: socket.socket | None = None
        self._acceptor: asyncio.Task[None] | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._queue_fillers: list[socket.socket] = []

    async def become(self, behaviour: Behaviour, context: ssl.SSLContext | None) -> None:
        """Takes a behaviour and its TLS context; conversations under way keep the old ones."""
        relisten = behaviour.listens != self.behaviour.listens
        self.behaviour = behaviour
        self._context = context
        if relisten:
            await self._close_listener()
            if behaviour.listens != "refused":
                self._open_listener()

    async def stop(self) -> None:
        await self._close_listener()
        for task in list(self._conversations):
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _open_listener(self) -> None:
        unreachable = self.behaviour.listens == "unreachable"
        self._listener = listen(self.address, self.port, 0 if unreachable else 1024)
        if unreachable:
            self._fill_queue(self._listener)
        else:
            self._acceptor = asyncio.create_task(self._accept(self._listener))

    async def _close_listener(self) -> None:
        if self._acceptor is not None:
            self._acceptor.cancel()
            await asyncio.gather(self._acceptor, return_exceptions=True)
            self._acceptor = None
        for filler in self._queue_fillers:
            filler.close()
        self._queue_fillers.clear()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _fill_queue(self, listener: socket.socket) -> None:
        """Nobody accepts and the queue is full: the kernel drops whoever comes next."""
        for _ in range(2):
            filler = socket.socket(listener.family, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname()[:2])
            self._queue_fillers.append(filler)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(listener)
            except OSError:
                continue  # the client went before it was accepted
            task = asyncio.create_task(self._converse(connection, peer[0]))
            self._conversations.add(task)
            task.add_done_callback(self._conversations.discard)

    async def _converse(self, connection: socket.socket, peer: str) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(connection)
        session = self._records.open_session(self.host, peer)
        try:
            if self.behaviour.listens == "silent":
                await wire.wait_for_end()
                await self._records.close_session(session, "closed by the client")
                return
            await Conversation(
                wire, self.host, self.behaviour, self._context, self._records, session, self._seen
            ).run()
        finally:
            connection.close()


def listen(address: str, port: int, backlog: int) -> socket.socket:
    """A listening socket, which nobody else may share."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(backlog)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def candidate_ports() -> list[int]:
    """Ports to try, outside the kernel's range for clients, each process starting elsewhere."""
    start = (os.getpid() * 61 + time.monotonic_ns() // 1000) % 20000
    return [10000 + (start + step) % 20000 for step in range(2000)]


def has_ipv6() -> bool:
    """Whether ::1 can be listened on here."""
    try:
        listen("::1", 0, 1).close()
    except OSError:
        return False
    return True
