"""Many small messages into a gateway, quickly: several connections, each a message ahead of its answers."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

CONNECTIONS = 32


def flood(address: str, port: int, sender: str, recipient: str, count: int) -> None:
    """Hands over `count` messages; fails if one of them is refused."""
    shares = [count // CONNECTIONS + (number < count % CONNECTIONS) for number in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda share: _hand_over(address, port, sender, recipient, share), shares))


def _hand_over(address: str, port: int, sender: str, recipient: str, count: int) -> None:
    """One connection. DATA ends a group of commands (RFC 2920 3.1); the next group follows the dot at once."""
    group = f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n"
    message = f"From: {sender}\r\nTo: {recipient}\r\nSubject: one of many\r\n\r\nHello\r\n.\r\n"
    with socket.create_connection((address, port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = connection.makefile("rb")

        def expect(code: bytes) -> None:
            line = replies.readline()
            while line[3:4] == b"-":
                line = replies.readline()
            assert line.startswith(code), line

        expect(b"220")
        connection.sendall(b"EHLO mail.corp.example\r\n")
        expect(b"250")
        for number in range(count):
            if number == 0:
                connection.sendall(group.encode())
            for code in (b"250", b"250", b"354"):
                expect(code)
            connection.sendall((message + (group if number + 1 < count else "")).encode())
            expect(b"250")
