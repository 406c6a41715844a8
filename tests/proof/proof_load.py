"""Clients that send as fast as they can, and remember which messages were answered with 250.

They reconnect for as long as they run: the gateway is killed under them all the time.
"""

from __future__ import annotations

import itertools
import random
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from proof_text import Letter, stuffed

_PATIENCE = 60.0


class Refused(Exception):
    """An answer that was not the expected one."""


class Load:
    """Some client threads against a port that may change."""

    def __init__(self, seed: int, domains: Sequence[str], clients: int = 6, largest_lines: int = 12_000) -> None:
        self.acknowledged: dict[str, tuple[str, Letter]] = {}  # by number: the queue id, and the message
        self.refusals: Counter[str] = Counter()  # answers to a message other than 250, by their code
        self.attempted = 0
        self._busy = 0  # clients in a session
        self.steps = 0  # of all clients: connections, commands, pieces of content
        self._seed = seed
        self._domains = tuple(domains)
        self._largest = largest_lines
        self._clients = clients
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._going = threading.Event()  # a gateway is there
        self._ended = threading.Event()
        self._port = 0
        self._threads: list[threading.Thread] = []
        self.more = threading.Condition(self._lock)

    def start(self, port: int) -> None:
        """Goes on against this port."""
        self._port = port
        self._going.set()
        if not self._threads:
            self._threads = [
                threading.Thread(target=self._run, args=(client,), daemon=True) for client in range(self._clients)
            ]
            for thread in self._threads:
                thread.start()

    def pause(self) -> None:
        """New connections wait for start()."""
        self._going.clear()

    def rest(self) -> None:
        """The same, and no message is under way any more: what was acknowledged is all there will be."""
        self.pause()
        with self.more:
            assert self.more.wait_for(lambda: self._busy == 0, _PATIENCE), "a client does not come to an end"

    def stop(self) -> None:
        self._ended.set()
        self._going.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int, within: float = _PATIENCE) -> None:
        """Until so many messages have been acknowledged."""
        with self.more:
            came = self.more.wait_for(lambda: len(self.acknowledged) >= count, within)
        assert came, f"only {len(self.acknowledged)} of {count} were acknowledged; refused: {self.refusals}"

    def wait_for_step(self, number: int, within: float = _PATIENCE) -> None:
        """Until the clients have come so far, in the middle of whatever they do then."""
        with self.more:
            came = self.more.wait_for(lambda: self.steps >= number, within)
        assert came, f"the clients made {self.steps} of {number} steps"

    def _step(self, wire: socket.socket, data: bytes) -> None:
        wire.sendall(data)
        with self.more:
            self.steps += 1
            self.more.notify_all()

    def _run(self, client: int) -> None:
        chance = random.Random(self._seed * 1000 + client)
        while not self._ended.is_set():
            self._going.wait()
            with self.more:
                if not self._going.is_set():
                    continue  # it began to rest meanwhile
                self._busy += 1
            with suppress(OSError, Refused):
                self._session(chance)
            with self.more:
                self._busy -= 1
                self.more.notify_all()

    def _session(self, chance: random.Random) -> None:
        with socket.create_connection(("127.0.0.1", self._port), _PATIENCE) as wire, wire.makefile("rb") as answers:
            _expect(answers.readline(), b"220")
            self._step(wire, b"EHLO mail.corp.example\r\n")
            while (line := answers.readline()).startswith(b"250-"):
                pass
            _expect(line, b"250 ")
            for _ in range(chance.randrange(1, 50)):
                if self._ended.is_set() or not self._going.is_set():
                    return
                self._send(wire, answers, self._next(chance))

    def _next(self, chance: random.Random) -> Letter:
        size = chance.random()
        lines = chance.randrange(1, 60) if size < 0.9 else chance.randrange(60, 800)
        if size > 0.985:  # more than one extent
            lines = chance.randrange(min(4000, self._largest), self._largest + 1)
        several = chance.random() < 0.2
        domains = self._domains if several else (chance.choice(self._domains),)
        with self._lock:
            self.attempted += 1
            return Letter(f"{self._seed}-{next(self._numbers)}", lines, domains)

    def _send(self, wire: socket.socket, answers: "socket.SocketIO | object", letter: Letter) -> None:
        read = answers.readline  # type: ignore[attr-defined]
        recipients = "".join(f"RCPT TO:<{letter.number}@{domain}>\r\n" for domain in letter.domains)
        self._step(wire, f"MAIL FROM:<anna@corp.example>\r\n{recipients}DATA\r\n".encode())
        self._expect_or_count(read(), b"250")
        for _ in letter.domains:
            self._expect_or_count(read(), b"250")
        self._expect_or_count(read(), b"354")
        content = stuffed(letter.content)
        half = len(content) // 2
        self._step(wire, content[:half])
        self._step(wire, content[half:])
        answer = read()
        self._expect_or_count(answer, b"250 2.0.0 Queued as ")
        with self.more:
            self.acknowledged[letter.number] = (answer.split()[-1].decode(), letter)
            self.more.notify_all()

    def _expect_or_count(self, answer: bytes, wanted: bytes) -> None:
        if not answer.startswith(wanted) and answer:
            with self._lock:
                self.refusals[answer[:9].decode()] += 1
        _expect(answer, wanted)


def _expect(answer: bytes, wanted: bytes) -> None:
    if not answer.startswith(wanted):
        raise Refused(answer)
