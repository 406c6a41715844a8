"""A connection under exact control: raw bytes, TLS when wanted, and every way of ending badly.

TLS runs over memory BIOs, so that a posture can mix plaintext and TLS as an attacker would, and
so that what the client had already sent before its handshake can be seen and named.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
_CHUNK = 65536


class ObservedTls(ssl.SSLObject):
    """A TLS session that remembers which server the client asked for."""

    server_name: str | None = None


class Wire:
    """One accepted connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS session, once the handshake is done."""
        return self._tls

    @property
    def buffered(self) -> bytes:
        """What has been read from the client and not been taken yet."""
        return bytes(self._buffer)

    async def read_line(self, limit: int = 65536) -> bytes | None:
        """The next line with its end, or None when the client has gone or the line has no end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > limit or not await self._fill():
                return None
        return self._take(end + 1)

    async def read_exactly(self, count: int) -> bytes | None:
        """Exactly `count` bytes, or None when the client has gone before."""
        while len(self._buffer) < count:
            if not await self._fill():
                return None
        return self._take(count)

    async def read_message(self) -> bytes | None:
        """A message without its end and stuffed dots, or None when the client has gone before."""
        self._buffer[:0] = b"\r\n"  # so that a message without any line ends like every other
        whole = await self._read_until(b"\r\n.\r\n")
        return None if whole is None else whole[:-3].replace(b"\r\n.", b"\r\n")[2:]

    async def _read_until(self, end: bytes) -> bytes | None:
        searched = 0
        while (found := self._buffer.find(end, max(0, searched - len(end)))) < 0:
            searched = len(self._buffer)
            if not await self._fill():
                return None
        return self._take(found + len(end))

    async def send(self, data: bytes) -> None:
        if self._tls is None:
            await self._loop.sock_sendall(self._socket, data)
            return
        view = memoryview(data)
        while view:
            written = await self._drive(lambda: self._write_tls(view))
            view = view[written:]

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """The server's side of a handshake. What the client sent ahead of it is dropped."""
        self._buffer.clear()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        await self._drive(tls.do_handshake)
        self._tls = tls

    async def wait_for_end(self) -> None:
        """Reads and drops everything until the client goes."""
        while await self._loop.sock_recv(self._socket, _CHUNK):
            pass

    def reset(self) -> None:
        """Ends the connection with a TCP reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    async def close(self) -> None:
        """Ends the connection in order."""
        if self._tls is not None:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass
            try:
                await self._flush()
            except OSError:
                pass
        self._socket.close()

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _write_tls(self, view: memoryview) -> int:
        assert self._tls is not None
        return self._tls.write(view)

    async def _fill(self) -> bool:
        """Reads some more; false at the end of the connection."""
        if self._tls is None:
            data = await self._loop.sock_recv(self._socket, _CHUNK)
        else:
            tls = self._tls
            try:
                data = await self._drive(lambda: tls.read(_CHUNK))
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return False
        self._buffer += data
        return bool(data)

    async def _drive(self, operation: Callable[[], _T]) -> _T:
        """Runs a TLS operation to its end, moving bytes between its BIOs and the socket."""
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._loop.sock_recv(self._socket, _CHUNK)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            except ssl.SSLError:
                try:
                    await self._flush()  # the alert that tells the client why
                except OSError:
                    pass
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._loop.sock_sendall(self._socket, data)
