"""The messages of the fault harness: each can be checked by itself, from the number in its header.

A body is made from its number and its size alone, so whoever holds a message can say whether it is
whole without asking who sent it. Some lines begin with dots, as those of real mail do.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

_LINE = 76
_HEADER = b"X-Proof: "


@dataclass(frozen=True)
class Letter:
    """One message: its number, how many lines it has, and to which domains it goes."""

    number: str
    lines: int
    domains: tuple[str, ...]

    @property
    def body(self) -> bytes:
        return body_of(self.number, self.lines)

    @property
    def content(self) -> bytes:
        """The message as it is sent, without dot stuffing."""
        return b"Subject: proof\r\n%s%s %d\r\n\r\n" % (_HEADER, self.number.encode(), self.lines) + self.body


def body_of(number: str, lines: int) -> bytes:
    text = base64.b64encode(hashlib.shake_128(number.encode()).digest(lines * _LINE * 3 // 4))
    parts = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    parts[::9] = [b"." + part for part in parts[::9]]
    return b"\r\n".join(parts) + b"\r\n"


def stuffed(content: bytes) -> bytes:
    """With the dots that SMTP adds, and its end."""
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def unstuffed(data: bytes) -> bytes:
    return data.replace(b"\r\n..", b"\r\n.")


class Damaged(Exception):
    """A message that is not what was sent; the text says how."""


def read_whole(content: bytes) -> str:
    """The number of a stored or delivered message whose body is exactly what was sent."""
    head, _, body = content.partition(b"\r\n\r\n")
    marks = [line for line in head.split(b"\r\n") if line.startswith(_HEADER)]
    if len(marks) != 1:
        raise Damaged(f"a message of {len(content)} bytes without its number: {content[:200]!r}")
    number, lines = marks[0].removeprefix(_HEADER).decode().split()
    expected = body_of(number, int(lines))
    if body != expected:
        raise Damaged(f"message {number}: {len(body)} bytes of body where {len(expected)} were sent, or others")
    return number
