"""A partner's mail server that does what it likes: bytes in, bytes out, and everything it heard."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

from lab.client import World

ADDRESS = "127.77.0.1"
Part = Callable[["Talk"], None]


class Talk:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, heard: bytearray) -> None:
        self.socket, self._heard = connection, heard
        connection.settimeout(20)

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hear(self, end: bytes = b"\r\n") -> bytes:
        """Until `end` has come, or the client has gone."""
        got = b""
        while end not in got:
            more = self.socket.recv(65536)
            if not more:
                break
            self._heard += more
            got += more
        return got

    def answer(self, *replies: bytes) -> None:
        """Each reply to one command."""
        for reply in replies:
            if not self.hear():
                return
            self.say(reply)


class EvilServer:
    """Listens where the mail of a domain goes, and plays a part on every connection."""

    def __init__(self, world: World, domain: str, part: Part) -> None:
        world.zone(domain, records=["@ MX 10 evil", f"evil A {ADDRESS}"])
        self._part = part
        self._listener = socket.create_server((ADDRESS, world.facts["smtp_port"]))
        self._sessions: list[bytearray] = []
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)

    def __enter__(self) -> EvilServer:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    @property
    def heard(self) -> list[bytes]:
        """What each connection heard, in plaintext, so far."""
        return [bytes(one) for one in self._sessions]

    def wait(self) -> None:
        """Until one connection has ended."""
        assert self._ended.wait(30), "nobody came"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            heard = bytearray()
            self._sessions.append(heard)
            thread = threading.Thread(target=self._play, args=(connection, heard))
            self._threads.append(thread)
            thread.start()

    def _play(self, connection: socket.socket, heard: bytearray) -> None:
        with connection:
            try:
                self._part(Talk(connection, heard))
            except OSError:
                pass  # the client went, which is its right
        self._ended.set()


def greeting(*extensions: bytes) -> Part:
    """Greets, and names extensions to EHLO."""

    def part(talk: Talk) -> None:
        talk.say(b"220 evil.example ESMTP\r\n")
        talk.hear()
        lines = [b"evil.example", *extensions]
        for line in lines[:-1]:
            talk.say(b"250-" + line + b"\r\n")
        talk.say(b"250 " + lines[-1] + b"\r\n")

    return part
