"""A partner's mail server that is told, reply by reply, how to be wicked, and keeps every byte it hears."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

_PATIENCE = 20.0
GOOD = b"PIPELINING SIZE 8BITMIME SMTPUTF8"


def offers(*words: bytes) -> bytes:
    """The reply to EHLO that announces these extensions, and no others."""
    lines = [b"mx.evil.example", *words]
    return b"".join(b"250-" + line + b"\r\n" for line in lines[:-1]) + b"250 " + lines[-1] + b"\r\n"


class Secured(Protocol):
    """A connection under TLS, as far as a partner needs one."""

    def recv(self, size: int, /) -> bytes: ...
    def sendall(self, data: bytes, /) -> None: ...
    def shutdown(self, how: int, /) -> None: ...
    def close(self) -> None: ...


Secure = Callable[[socket.socket], Secured]


@dataclass(frozen=True)
class Manners:
    """What the server says. The default is a good server, once `tls` is given."""

    tls: ssl.SSLContext | None = None
    greeting: bytes = b"220 mx.evil.example ESMTP\r\n"
    ehlo: bytes = offers(*GOOD.split(), b"STARTTLS")
    starttls: bytes = b"220 2.0.0 go\r\n"
    hello: bytes | None = None
    """What answers the ClientHello instead of TLS before the connection is closed; empty: nothing."""
    secure: Secure | None = None
    """What makes TLS of the connection instead of `tls`."""
    ehlo_tls: bytes = offers(*GOOD.split())
    replies: Mapping[bytes, bytes] = field(default_factory=dict)
    """Other replies by verb; `.` is the one to the end of a message."""


@dataclass
class Visit:
    """One connection: what was heard in clear and what under TLS."""

    clear: bytes = b""
    secret: bytes = b""
    tls: bool = False
    pipelined: bool = False
    failure: str = ""
    protocol: str | None = None
    compression: str | None = None
    messages: list[bytes] = field(default_factory=list)
    """Each as it stood on the wire: dots stuffed after DATA; as they are after BDAT."""
    commands: list[bytes] = field(default_factory=list)


class EvilPartner:
    """Listens where a partner's MX should; leaving the `with` block ends it."""

    def __init__(self, address: str, port: int, manners: Manners) -> None:
        self.visits: list[Visit] = []
        self._manners = manners
        self._listener = socket.create_server(
            (address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=64
        )
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: set[_Talk] = set()

    def __enter__(self) -> "EvilPartner":
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for talk in list(self._open):
            _shut(talk.socket)
        for thread in self._threads:
            thread.join(_PATIENCE)

    def heard_in_clear(self) -> bytes:
        return b"".join(visit.clear for visit in self.visits)

    def heard_under_tls(self) -> bytes:
        return b"".join(visit.secret for visit in self.visits)

    def messages(self) -> list[bytes]:
        return [message for visit in self.visits for message in visit.messages]

    def commands(self) -> list[bytes]:
        return [command for visit in self.visits for command in visit.commands]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_PATIENCE)
        visit = Visit()
        self.visits.append(visit)
        talk = _Talk(connection, visit, self._manners)
        self._open.add(talk)
        try:
            talk.run()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            visit.failure = visit.failure or str(error)
        finally:
            self._open.discard(talk)
            _shut(talk.socket)
            talk.socket.close()


def _shut(connection: Secured) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone already


class _Talk:
    def __init__(self, connection: socket.socket, visit: Visit, manners: Manners) -> None:
        self.socket: Secured = connection
        self._plain = connection
        self._visit = visit
        self._is = manners
        self._read = b""

    def run(self) -> None:
        self.socket.sendall(self._is.greeting)
        while (line := self._until(b"\r\n")) is not None:
            self._visit.commands.append(line)
            verb = line.split(b" ")[0].upper()
            if verb == b"STARTTLS":
                if not self._start_tls():
                    return
            elif verb == b"DATA":
                self._data()
            elif verb == b"BDAT":
                self._bdat(line)
            else:
                self._visit.pipelined |= bool(self._read)
                self.socket.sendall(self._is.replies.get(verb, self._ordinary(verb)))
                if verb == b"QUIT":
                    return

    def _ordinary(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return self._is.ehlo_tls if self._visit.tls else self._is.ehlo
        return {b"QUIT": b"221 bye\r\n"}.get(verb, b"250 2.0.0 ok\r\n")

    def _start_tls(self) -> bool:
        self.socket.sendall(self._is.starttls)
        if not self._is.starttls.startswith(b"220"):
            return True
        if self._is.hello is not None:
            if self._is.hello:
                self._more()
                self.socket.sendall(self._is.hello)
            return False
        if self._is.secure is not None:
            self.socket = self._is.secure(self._plain)
        else:
            assert self._is.tls is not None
            self.socket = secured = self._is.tls.wrap_socket(self._plain, server_side=True)
            self._visit.protocol = secured.selected_alpn_protocol()
            self._visit.compression = secured.compression()
        self._visit.tls = True
        self._read = b""
        return True

    def _data(self) -> None:
        reply = self._is.replies.get(b"DATA", b"354 go on\r\n")
        self.socket.sendall(reply)
        if not reply.startswith(b"354"):
            return
        message = b""
        while (line := self._until(b"\r\n")) is not None and line != b".":
            message += line + b"\r\n"
        if line is not None:
            self._visit.messages.append(message)
            self.socket.sendall(self._is.replies.get(b".", b"250 2.0.0 taken\r\n"))

    def _bdat(self, line: bytes) -> None:
        words = line.split()
        while len(self._read) < int(words[1]):
            if not self._more():
                return
        chunk, self._read = self._read[: int(words[1])], self._read[int(words[1]) :]
        self._visit.messages.append(chunk)  # Postern sends one chunk a message, or the tests say so
        self.socket.sendall(self._is.replies.get(b".", b"250 2.0.0 taken\r\n"))

    def _until(self, end: bytes) -> bytes | None:
        while end not in self._read:
            if not self._more():
                return None
        line, self._read = self._read.split(end, 1)
        return line

    def _more(self) -> bool:
        data = self.socket.recv(65536)
        self._read += data
        if self._visit.tls:
            self._visit.secret += data
        else:
            self._visit.clear += data
        return bool(data)
