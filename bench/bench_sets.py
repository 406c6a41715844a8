"""What is measured: the sets of messages."""

from __future__ import annotations

from dataclasses import dataclass


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
    mixed: bool = False  # sizes of real mail, see bench_load.cc; `size` is not used then


SETS = (
    Set("4k-plain", "4 KB plaintext, 20 a connection", 4096, False, 20, {"postfix": 3000, "postern": 30000}),
    Set("4k-tls", "4 KB TLS both hops, 20 a connection", 4096, True, 20, {"postfix": 2000, "postern": 20000}),
    Set("4k-tls-c10", "4 KB TLS both hops, 20 a connection, 10 connections", 4096, True, 20, {"postfix": 1500, "postern": 12000}, 10),
    Set("4k-tls-c200", "4 KB TLS both hops, 20 a connection, 200 connections", 4096, True, 20, {"postfix": 2000, "postern": 20000}, 200),
    Set("4k-tls-new", "4 KB TLS both hops, a new connection each", 4096, True, 1, {"postfix": 1500, "postern": 5000}),
    Set("50k-tls", "50 KB TLS both hops, 10 a connection", 51200, True, 10, {"postfix": 1500, "postern": 8000}),
    Set("1m-tls", "1 MB TLS both hops, 10 a connection", 1048576, True, 10, {"postfix": 400, "postern": 800}),
)

LONG = Set("long", "1 KB to 25 MB in the shares of real mail, TLS both hops, 10 a connection", 0, True, 10, {}, mixed=True)

QUICK = (Set("quick", "4 KB TLS both hops, 20 a connection", 4096, True, 20, {"postfix": 1000, "postern": 5000}),)
