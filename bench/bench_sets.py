"""What is measured: the sets of messages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Set:
    """One kind of load. Counts differ between the engines so that each runs for some seconds."""

    name: str
    title: str
    size: int
    tls: bool
    per_connection: int
    messages: dict[str, int]
    connections: int = 50
    domains: int = 10
    recipients: int = 1
    verify: bool = True  # with TLS: the next hop must prove its name; else TLS is taken as it is offered
    rate: int = 0  # messages a second that are offered; 0: as many as are taken
    mixed: bool = False  # sizes of real mail, see bench_load.cc; `size` is not used then

    def is_for(self, engine: str) -> bool:
        """A rate is offered to those alone that can hold it: the named."""
        return self.rate == 0 or engine in self.messages

    def count(self, engine: str) -> int:
        """The messages of a repetition; of peers that are not named, as many as of Postfix, or fewer."""
        return self.messages.get(engine) or self.messages["postfix"] // 4


def _paced(name: str, what: str, size: int, tls: bool, per_connection: int, rate: int) -> Set:
    """The same load for both, which leaves both of them idle at times: waits are then the server's own."""
    messages = {"postfix": 8 * rate, "postern": 8 * rate}
    return Set(f"{name}-paced", f"{what}, {rate} messages a second", size, tls, per_connection, messages, rate=rate)


SETS = (
    Set("4k-plain", "4 KB plaintext, 20 a connection", 4096, False, 20, {"postfix": 3000, "postern": 30000}),
    Set("4k-tls", "4 KB TLS both hops, 20 a connection", 4096, True, 20, {"postfix": 2000, "postern": 20000}),
    Set("4k-tls-c10", "4 KB TLS both hops, 20 a connection, 10 connections", 4096, True, 20, {"postfix": 1500, "postern": 12000}, 10),
    Set("4k-tls-c200", "4 KB TLS both hops, 20 a connection, 200 connections", 4096, True, 20, {"postfix": 2000, "postern": 20000}, 200),
    Set("4k-tls-new", "4 KB TLS both hops, a new connection each", 4096, True, 1, {"postfix": 1500, "postern": 5000}),
    Set("50k-tls", "50 KB TLS both hops, 10 a connection", 51200, True, 10, {"postfix": 1500, "postern": 8000}),
    Set("1m-tls", "1 MB TLS both hops, 10 a connection", 1048576, True, 10, {"postfix": 400, "postern": 800}),
    *(
        Set(
            f"4k-tls-d{domains}",
            f"4 KB TLS both hops, 20 a connection, {domains:,} destination domain{'s' if domains > 1 else ''}",
            *(4096, True, 20, {"postfix": 1500, "postern": 20000}),
            domains=domains,
        )
        for domains in (1, 100, 10_000)
    ),
    _paced("4k-plain", "4 KB plaintext, 20 a connection", 4096, False, 20, 150),
    _paced("4k-tls", "4 KB TLS both hops, 20 a connection", 4096, True, 20, 100),
    _paced("4k-tls-new", "4 KB TLS both hops, a new connection each", 4096, True, 1, 60),
    _paced("50k-tls", "50 KB TLS both hops, 10 a connection", 51200, True, 10, 80),
    _paced("1m-tls", "1 MB TLS both hops, 10 a connection", 1048576, True, 10, 15),
)
BESIDE = SETS[1]  # what is relayed beside queues of several lengths
# Those that differ in one number alone, for the curves.
BY_CONNECTIONS = ("4k-tls-c10", "4k-tls", "4k-tls-c200")
BY_DOMAINS = ("4k-tls-d1", "4k-tls-d100", "4k-tls-d10000")


def _crossed(size: str, protection: str, reused: bool, connections: int) -> Set:
    # Half as many as in the sets above, as there are many of these. With new connections half of that again, and no
    # fewer: all are opened at once in the first moment, and p99 of few would be that moment's.
    size_bytes, postern, postfix = {"4k": (4096, 10_000, 1000), "50k": (51200, 4000, 800), "1m": (1048576, 600, 300)}[size]
    tls = {"plain": "plaintext", "starttls": "STARTTLS both hops, unverified", "strict": "TLS both hops, verified"}[protection]
    each = (20 if size == "4k" else 10) if reused else 1
    return Set(
        name=f"{size}-{protection}-{'reused' if reused else 'new'}-c{connections}",
        title=f"{size[:-1]} {size[-1].upper()}B {tls}, {each} a connection, {connections} connections",
        size=size_bytes,
        tls=protection != "plain",
        per_connection=each,
        messages={"postern": postern if reused else postern // 2, "postfix": postfix},
        connections=connections,
        verify=protection == "strict",
    )


# Every size with every protection, with and without reuse of connections, by few and by many at once.
MATRIX = tuple(
    _crossed(*one) for one in product(("4k", "50k", "1m"), ("plain", "starttls", "strict"), (True, False), (10, 50, 200))
)

ON_DISKS = tuple(one for one in MATRIX if one.name in ("4k-strict-reused-c50", "50k-strict-reused-c50"))

LONG = Set("long", "1 KB to 25 MB in the shares of real mail, TLS both hops, 10 a connection", 0, True, 10, {}, mixed=True)

QUICK = (Set("quick", "4 KB TLS both hops, 20 a connection", 4096, True, 20, {"postfix": 1000, "postern": 5000, "exim": 200, "haraka": 200}),)
