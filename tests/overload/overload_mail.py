"""Clients that send ordinary mail, and next hops that take it, or do not."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from contextlib import suppress

_PATIENCE = 60.0


class Refused(Exception):
    """An answer that was not the expected one; its text is the answer."""


class Sender:
    """One SMTP session from a given address."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), _PATIENCE, (source, 0))
        self.answers = self.wire.makefile("rb")
        try:
            self.expect(b"220")
            self.wire.sendall(b"EHLO mail.corp.example\r\n")
            while self.expect(b"250").startswith(b"250-"):
                pass
        except BaseException:
            self.close()
            raise

    def expect(self, wanted: bytes) -> bytes:
        answer = self.answers.readline()
        if not answer.startswith(wanted):
            raise Refused(answer.decode())
        return answer

    def begin(self, recipient: str) -> None:
        """As far as the 354."""
        self.wire.sendall(f"MAIL FROM:<anna@corp.example>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode())
        for wanted in (b"250", b"250", b"354"):
            self.expect(wanted)

    def send(self, recipient: str, number: str, size: int = 200) -> str:
        """Sends a message; answers with its queue id."""
        text = f"Subject: {number}\r\nX-Number: {number}\r\n\r\n" + ("y" * 70 + "\r\n") * (size // 72)
        self.begin(recipient)
        self.wire.sendall(text.encode() + b".\r\n")
        return self.expect(b"250 2.0.0 Queued as ").split()[-1].decode()

    def close(self) -> None:
        self.answers.close()
        self.wire.close()

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Hop:
    """A next hop for one domain: `serves`, or accepts connections and never says a word."""

    def __init__(self, serves: bool = True) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.taken: Counter[str] = Counter()  # messages by their number
        self.at_most = 0  # connections at once
        self._serves = serves
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def wait_taken(self, count: int, within: float = 120) -> None:
        """Until so many different messages have arrived."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.taken) >= count, within)
        assert came, f"{len(self.taken)} of {count} messages arrived"

    def wait_connections(self, count: int, within: float = 60) -> None:
        """Until so many connections have been open at once."""
        with self._changed:
            came = self._changed.wait_for(lambda: self.at_most >= count, within)
        assert came, f"at most {self.at_most} connections were open at once"

    def serve(self) -> None:
        """From now on it does its work; who waited in vain is hung up on."""
        with self._changed:
            self._serves = True
        self.hang_up()

    def hang_up(self) -> None:
        """Ends every connection that is open now."""
        with self._changed:
            waiting = list(self._open)
        for wire in waiting:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.serve()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self._open.add(wire)
                self.at_most = max(self.at_most, len(self._open))
                serves = self._serves
                self._changed.notify_all()
            threading.Thread(target=self._talk if serves else self._stall, args=(wire,), daemon=True).start()

    def _stall(self, wire: socket.socket) -> None:
        with suppress(OSError):
            while wire.recv(4096):
                pass
        self._forget(wire)

    def _talk(self, wire: socket.socket) -> None:
        with suppress(OSError), wire.makefile("rb") as lines:
            wire.sendall(b"220 hop.example ESMTP\r\n")
            while line := lines.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    wire.sendall(b"250-hop.example\r\n250 PIPELINING\r\n")
                elif verb == b"DATA":
                    wire.sendall(b"354 go on\r\n")
                    self._take(b"".join(iter(lines.readline, b".\r\n")))
                    wire.sendall(b"250 2.0.0 taken\r\n")
                elif verb == b"QUIT":
                    wire.sendall(b"221 2.0.0 bye\r\n")
                    break
                else:
                    wire.sendall(b"250 2.0.0 ok\r\n")
        self._forget(wire)

    def _take(self, content: bytes) -> None:
        head = content.partition(b"\r\n\r\n")[0]
        number = next((l[10:].decode() for l in head.split(b"\r\n") if l.startswith(b"X-Number: ")), "")
        with self._changed:
            self.taken[number] += 1
            self._changed.notify_all()

    def _forget(self, wire: socket.socket) -> None:
        with self._changed:
            self._open.discard(wire)
        wire.close()

    def __enter__(self) -> "Hop":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
