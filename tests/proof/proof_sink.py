"""A next hop that remembers which messages it has answered with 250, and checks every byte of them.

From a seed it refuses some for now, and hangs up on some before or after its answer, as real
servers do: the gateway then tries again.
"""

from __future__ import annotations

import random
import socketserver
import threading
from collections import Counter
from collections.abc import Callable
from typing import BinaryIO, cast

from proof_text import Damaged, read_whole, unstuffed


class Sink:
    """Listens from start() to stop(), and then again on the same port."""

    def __init__(self, seed: int, moods: bool = True, position: Callable[[], int] = lambda: 0) -> None:
        self.answered: Counter[tuple[str, str]] = Counter()  # (number, domain): how often
        self.first_at: dict[tuple[str, str], int] = {}  # where the log stood before the first answer
        self.damaged: list[str] = []
        self._random = random.Random(seed)
        self._moods = moods
        self._position = position
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self.port = 0

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _Conversation)
        self._server.sink = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def mood(self) -> str:
        """What happens to the next message."""
        with self._lock:
            chance = self._random.random() if self._moods else 1.0
        if chance < 0.02:
            return "hang up before the answer"
        if chance < 0.04:
            return "hang up after the answer"
        return "refuse" if chance < 0.07 else "accept"

    def take(self, content: bytes, domains: set[str]) -> None:
        """Remembers a message; its answer must not have been sent yet."""
        position = self._position()
        try:
            number = read_whole(content)
        except Damaged as damage:
            with self._lock:
                self.damaged.append(str(damage))
            return
        with self._lock:
            for domain in domains:
                self.answered[(number, domain)] += 1
                self.first_at.setdefault((number, domain), position)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    sink: Sink


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            self._serve(cast(_Server, self.server).sink)
        except (ConnectionError, BrokenPipeError):
            pass  # the gateway was killed, which is what this is about

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _serve(self, sink: Sink) -> None:
        domains: set[str] = set()
        self._say(b"220 sink.example ESMTP")
        while line := self.rfile.readline():
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                self._say(b"250-sink.example\r\n250-PIPELINING\r\n250 SIZE 100000000")
            elif verb.startswith(b"RCPT"):
                domains.add(line.partition(b"@")[2].partition(b">")[0].decode().lower())
                self._say(b"250 2.1.5 ok")
            elif verb == b"DATA":
                self._say(b"354 go on")
                if not self._data(sink, domains):
                    return
                domains = set()
            elif verb == b"QUIT":
                self._say(b"221 2.0.0 bye")
                return
            else:
                self._say(b"250 2.0.0 ok")

    def _data(self, sink: Sink, domains: set[str]) -> bool:
        """False when the conversation is over."""
        content = _until_dot(cast(BinaryIO, self.rfile))
        mood = sink.mood()
        if content is None or mood == "hang up before the answer":
            return False
        if mood == "refuse":
            self._say(b"451 4.3.0 not now")
            return True
        sink.take(content, domains)
        self._say(b"250 2.0.0 taken")
        return mood == "accept"


def _until_dot(stream: BinaryIO) -> bytes | None:
    """A message without its final dot; None when the connection ended before it."""
    lines = []
    while (line := stream.readline()) != b".\r\n":
        if not line.endswith(b"\r\n"):
            return None
        lines.append(line)
    return unstuffed(b"".join(lines))
