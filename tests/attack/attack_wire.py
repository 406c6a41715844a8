"""A client that says exactly the bytes it is told to, however wrong, and reads replies."""

from __future__ import annotations

import select
import socket
import ssl

_PATIENCE = 20.0


class Wire:
    def __init__(self, address: str, port: int) -> None:
        self._socket: socket.socket = socket.create_connection((address, port), timeout=_PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def close(self) -> None:
        self._socket.close()

    def say(self, data: bytes | str) -> None:
        """Sends all of it in one write."""
        self._socket.sendall(data.encode() if isinstance(data, str) else data)

    def reply(self) -> tuple[int, str]:
        """The next reply: its code and its text, lines joined. (0, "") when the server closed."""
        lines: list[str] = []
        while True:
            line = self._line()
            if line is None:
                return 0, " ".join(lines)
            lines.append(line[4:])
            if line[3:4] != "-":
                return int(line[:3]), " ".join(lines)

    def codes(self, count: int) -> list[int]:
        return [self.reply()[0] for _ in range(count)]

    def ask(self, command: bytes | str) -> int:
        """One command; the code of its reply."""
        self.say(command + (b"\r\n" if isinstance(command, bytes) else "\r\n"))
        return self.reply()[0]

    def rest(self) -> bytes:
        """Everything until the server closes."""
        while self._more():
            pass
        data, self._read = self._read, b""
        return data

    def take(self, count: int) -> bytes:
        """The next bytes, exactly so many; fewer when the server closed."""
        while len(self._read) < count and self._more():
            pass
        data, self._read = self._read[:count], self._read[count:]
        return data

    def silent_for(self, seconds: float) -> bool:
        """Does the server say nothing, and stay, for so long?"""
        if self._read or (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
            return False
        return not select.select([self._socket], [], [], seconds)[0]

    def begin_tls(self, context: ssl.SSLContext, name: str = "") -> None:
        assert not self._read, f"plaintext is left over: {self._read!r}"
        self._socket = context.wrap_socket(self._socket, server_hostname=name or None)

    @property
    def tls(self) -> ssl.SSLSocket:
        assert isinstance(self._socket, ssl.SSLSocket)
        return self._socket

    def _line(self) -> str | None:
        while b"\r\n" not in self._read:
            if not self._more():
                return None
        line, self._read = self._read.split(b"\r\n", 1)
        return line.decode("ascii")

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            return False
        self._read += data
        return bool(data)
