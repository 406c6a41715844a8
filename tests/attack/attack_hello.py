"""TLS hellos by hand: what a client may offer, and what stands in a server's answer, byte by byte."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
NULL, DEFLATE = b"\x00", b"\x01"
FALLBACK_SCSV = 0x5600
# One for TLS 1.3, AES-GCM for 1.2, AES-CBC with SHA-1 for what is older; the last two are for RSA keys.
SUITES = (0x1301, 0xC02B, 0xC009, 0xC02F, 0xC013)
# The end of a ServerHello's random, from a server that would have spoken a later version (RFC 8446 4.1.3).
MARK_OF_1_2, MARK_OF_OLDER = b"DOWNGRD\x01", b"DOWNGRD\x00"

# Extensions, record and message types (RFC 8446 4.2, 5.1, 4).
SERVER_NAME, GROUPS, POINT_FORMATS, SIGNATURES, ALPN = 0, 10, 11, 13, 16
SUPPORTED_VERSIONS, KEY_SHARE, RENEGOTIATION_INFO = 43, 51, 0xFF01
ALERT, HANDSHAKE = 21, 22
CLIENT_HELLO, SERVER_HELLO = 1, 2

HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, DECODE_ERROR, PROTOCOL_VERSION, INAPPROPRIATE_FALLBACK = 40, 47, 50, 70, 86
NO_RENEGOTIATION, UNSUPPORTED_EXTENSION, UNRECOGNIZED_NAME, NO_APPLICATION_PROTOCOL = 100, 110, 112, 120

Take = Callable[[int], bytes]
"""The next bytes of a connection, exactly so many; fewer when it has ended."""


def sized(data: bytes, width: int) -> bytes:
    """`data` behind its length in `width` bytes."""
    return len(data).to_bytes(width, "big") + data


def record(kind: int, data: bytes, version: int = TLS12) -> bytes:
    return struct.pack(">BH", kind, version) + sized(data, 2)


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + sized(body, 3)


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">H", kind) + sized(data, 2)


@dataclass(frozen=True)
class Hello:
    """A ClientHello. The default is a client that knows TLS 1.2, and nothing newer."""

    version: int = TLS12
    suites: Sequence[int] = SUITES
    compression: bytes = NULL
    name: str = ""
    protocols: Sequence[bytes] = ()

    def __bytes__(self) -> bytes:
        legacy = min(self.version, TLS12)
        parts = [
            extension(GROUPS, sized(struct.pack(">HH", 0x001D, 0x0017), 2)),
            extension(POINT_FORMATS, b"\x01\x00"),
            extension(SIGNATURES, sized(struct.pack(">6H", 0x0403, 0x0804, 0x0401, 0x0203, 0x0201, 0x0503), 2)),
            extension(RENEGOTIATION_INFO, b"\x00"),
        ]
        if self.name:
            parts.append(extension(SERVER_NAME, sized(b"\x00" + sized(self.name.encode(), 2), 2)))
        if self.protocols:
            parts.append(extension(ALPN, sized(b"".join(sized(one, 1) for one in self.protocols), 2)))
        if self.version == TLS13:
            parts.append(extension(SUPPORTED_VERSIONS, sized(struct.pack(">HH", TLS13, TLS12), 1)))
            parts.append(extension(KEY_SHARE, sized(struct.pack(">H", 0x001D) + sized(os.urandom(32), 2), 2)))
        suites = b"".join(struct.pack(">H", one) for one in self.suites)
        body = struct.pack(">H", legacy) + os.urandom(32) + sized(b"", 1) + sized(suites, 2)
        body += sized(self.compression, 1) + sized(b"".join(parts), 2)
        return record(HANDSHAKE, message(CLIENT_HELLO, body), TLS10)


@dataclass(frozen=True)
class Alert:
    description: int


@dataclass(frozen=True)
class Served:
    """A ServerHello: the server goes on with the handshake."""

    version: int
    random: bytes
    suite: int
    compression: bytes
    extensions: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def protocol(self) -> bytes | None:
        """By ALPN, where TLS 1.2 or older says so in the open."""
        chosen = self.extensions.get(ALPN)
        return None if chosen is None else chosen[3:]


def answer(take: Take) -> Alert | Served:
    """What a server says to a hello; an end of the connection is no answer."""
    kind, data = next_record(take)
    if kind == ALERT:
        return Alert(data[1])
    assert kind == HANDSHAKE and data[0] == SERVER_HELLO, (kind, data)
    body = data[4 : 4 + int.from_bytes(data[1:4], "big")]
    fixed = Fields(body)
    version, random, _ = fixed.number(2), fixed.take(32), fixed.sized(1)
    suite, compression = fixed.number(2), fixed.take(1)
    return Served(version, random, suite, compression, dict(fixed.extensions()))


def next_record(take: Take) -> tuple[int, bytes]:
    head = take(5)
    assert len(head) == 5, f"the connection ended: {head!r}"
    return head[0], take(int.from_bytes(head[3:], "big"))


class Fields:
    """Reads a message field by field."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def sized(self, width: int) -> bytes:
        return self.take(self.number(width))

    def extensions(self) -> list[tuple[int, bytes]]:
        inner, found = Fields(self.sized(2)), []
        while inner._data:
            found.append((inner.number(2), inner.sized(2)))
        return found
