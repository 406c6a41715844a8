"""Many clients at once that are slow: they greet, and then send a byte now and then.

One thread serves them all. Each comes from an address of its own, or all from one.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType

_AT_ONCE = 200  # that are on their way in; a listener's backlog is finite
_TICK = 0.05


def addresses(first: int = 1) -> Iterator[str]:
    """Loopback addresses, one after the other."""
    for number in range(first, 1 << 22):
        yield f"127.{64 + (number >> 16)}.{(number >> 8) & 255}.{number & 255}"


class _Client:
    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.heard = b""
        self.is_in = False  # greeted, and known by name
        self.hello_said = False
        self.tls_asked = False


class Crowd:
    """Use it in a `with` block; leaving it hangs up on everybody."""

    def __init__(
        self,
        port: int,
        count: int,
        source: Callable[[], str],
        tls: ssl.SSLContext | None = None,
        drips: bool = True,
    ) -> None:
        self._port = port
        self._wanted = count
        self._source = source
        self._tls = tls
        self._drips = drips
        self._selector = selectors.DefaultSelector()
        self._clients: list[_Client] = []
        self._arriving: set[_Client] = set()
        self._ended = threading.Event()
        self._changed = threading.Condition()
        self._turn = 0
        self.codes: Counter[int] = Counter()  # of first replies
        self.last_words: Counter[str] = Counter()  # codes with which sessions ended
        self.inside = 0
        self.gone = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def wait_for(self, condition: Callable[["Crowd"], bool], what: str, within: float = 120) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: condition(self), within)
        assert came, f"{what}: {self.inside} in, {self.gone} gone, greeted {dict(self.codes)}"

    def wait_inside(self) -> None:
        """Until each of them has its session."""
        self.wait_for(lambda crowd: crowd.inside >= crowd._wanted, f"{self._wanted} sessions are open")

    def wait_seen(self) -> None:
        """Until each of them has a session, or has been sent away."""
        self.wait_for(lambda crowd: crowd.inside + crowd.gone >= crowd._wanted, "everybody was answered")

    def __enter__(self) -> "Crowd":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        for client in self._clients:
            client.wire.close()

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        next_drip = time.monotonic()
        while not self._ended.is_set():
            self._let_in()
            for key, _ in self._selector.select(_TICK):
                self._serve(key.data)
            if self._drips and time.monotonic() >= next_drip:
                next_drip = time.monotonic() + _TICK
                self._drip()
            with self._changed:
                self._changed.notify_all()

    def _let_in(self) -> None:
        while len(self._clients) < self._wanted and len(self._arriving) < _AT_ONCE:
            wire = socket.socket()
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.bind((self._source(), 0))
            wire.setblocking(False)
            with suppress(BlockingIOError):
                wire.connect(("127.0.0.1", self._port))
            client = _Client(wire)
            self._clients.append(client)
            self._arriving.add(client)
            self._selector.register(wire, selectors.EVENT_READ, client)

    def _serve(self, client: _Client) -> None:
        while True:  # under TLS more may be there than select() knows of
            try:
                heard = client.wire.recv(4096)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except OSError:
                heard = b""
            if not heard:
                self._lose(client)
                return
            client.heard += heard
            with suppress(OSError):
                self._answer(client)

    def _answer(self, client: _Client) -> None:
        while b"\r\n" in client.heard:
            line, _, client.heard = client.heard.partition(b"\r\n")
            if line[:3] in (b"421", b"554"):
                self.last_words[line[:9].decode()] += 1
            if line[3:4] == b"-" or client.is_in:
                continue
            if not client.hello_said:
                self.codes[int(line[:3])] += 1
            if line.startswith(b"220") and client.tls_asked:
                self._secure(client)
                client.wire.sendall(b"EHLO crowd.example\r\n")
                client.tls_asked = False
            elif line.startswith(b"220"):
                client.hello_said = True
                client.wire.sendall(b"EHLO crowd.example\r\n")
            elif line.startswith(b"250") and self._tls and not isinstance(client.wire, ssl.SSLSocket):
                client.tls_asked = True
                client.wire.sendall(b"STARTTLS\r\n")
            elif line.startswith(b"250"):
                client.is_in = True
                self.inside += 1
                self._arriving.discard(client)

    def _secure(self, client: _Client) -> None:
        assert self._tls is not None
        self._selector.unregister(client.wire)
        client.wire.settimeout(60)
        client.wire = self._tls.wrap_socket(client.wire)
        client.wire.setblocking(False)
        self._selector.register(client.wire, selectors.EVENT_READ, client)

    def _lose(self, client: _Client) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(client.wire)
        client.wire.close()
        self._arriving.discard(client)
        if client.is_in:
            self.inside -= 1
        client.is_in = False
        self.gone += 1

    def _drip(self) -> None:
        """A byte from one in a hundred; so everybody sends one every few seconds."""
        share = max(1, len(self._clients) // 100)
        for _ in range(min(share, len(self._clients))):
            self._turn = (self._turn + 1) % len(self._clients)
            client = self._clients[self._turn]
            if client.is_in:
                with suppress(OSError):
                    client.wire.send(b"N")
