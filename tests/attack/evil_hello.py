"""A false ServerHello, and a man in the middle who changes the true ClientHello on its way."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attack_hello import (
    ALERT,
    HANDSHAKE,
    NULL,
    RENEGOTIATION_INFO,
    SERVER_HELLO,
    SUPPORTED_VERSIONS,
    TLS12,
    Fields,
    extension,
    message,
    next_record,
    record,
    sized,
)
from evil_partner import Secured

SECURE_RENEGOTIATION = extension(RENEGOTIATION_INFO, b"\x00")


def from_socket(connection: socket.socket) -> Callable[[int], bytes]:
    """Takes exactly so many bytes from it; fewer when it has ended."""

    def take(count: int) -> bytes:
        data = b""
        while len(data) < count and (more := connection.recv(count - len(data))):
            data += more
        return data

    return take


@dataclass(frozen=True)
class FalseHello:
    """A ServerHello that is good for TLS 1.2, but for what a test changes."""

    version: int = TLS12
    random: bytes = b""
    suite: int = 0xC02B
    compression: bytes = NULL
    extensions: Sequence[bytes] = (SECURE_RENEGOTIATION,)

    def __bytes__(self) -> bytes:
        body = struct.pack(">H", self.version) + (self.random or os.urandom(32)) + sized(b"", 1)
        body += struct.pack(">H", self.suite) + self.compression + sized(b"".join(self.extensions), 2)
        return record(HANDSHAKE, message(SERVER_HELLO, body), min(self.version, TLS12))


class FalseServer:
    """Answers a ClientHello with a false ServerHello, and keeps what the client says to that."""

    def __init__(self, hello: FalseHello) -> None:
        self.alerts: list[int] = []
        self._hello = hello

    def __call__(self, connection: socket.socket) -> Secured:
        take = from_socket(connection)
        next_record(take)
        connection.sendall(bytes(self._hello))
        kind, data = next_record(take)
        if kind == ALERT:
            self.alerts.append(data[1])
        raise ValueError("a false hello leads nowhere")


class Meddler:
    """Stands between a client and a true server, and takes TLS 1.3 out of what the client offers."""

    def __init__(self, server: ssl.SSLContext) -> None:
        self.alerts: list[int] = []
        self._server = server

    def __call__(self, connection: socket.socket) -> Secured:
        take = from_socket(connection)
        _, hello = next_record(take)
        ours, theirs = socket.socketpair()
        theirs.settimeout(connection.gettimeout())
        ours.sendall(record(HANDSHAKE, without(SUPPORTED_VERSIONS, hello)))
        threads = [
            threading.Thread(target=self._pass_on, args=(connection, ours), daemon=True),
            threading.Thread(target=_copy, args=(ours, connection), daemon=True),
        ]
        for thread in threads:
            thread.start()
        return self._server.wrap_socket(theirs, server_side=True)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """What the client says, record by record: an alert in a handshake is to be read."""
        take = from_socket(client)
        try:
            while head := take(5):
                data = take(int.from_bytes(head[3:], "big"))
                if head[0] == ALERT and len(data) == 2:
                    self.alerts.append(data[1])
                server.sendall(head + data)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the two has gone


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two has gone


def without(kind: int, hello: bytes) -> bytes:
    """A ClientHello less one of its extensions."""
    body = Fields(hello[4:])
    kept = body.take(2 + 32) + sized(body.sized(1), 1) + sized(body.sized(2), 2) + sized(body.sized(1), 1)
    found = body.extensions()
    assert kind in dict(found), "there is nothing to take out"
    rest = b"".join(extension(one, data) for one, data in found if one != kind)
    return message(hello[0], kept + sized(rest, 2))
