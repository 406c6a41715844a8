"""What a wicked partner says where people will read it, and every place where they do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evil_world import EvilWorld, Target

WORDS: Mapping[str, bytes] = {
    "a window title": b"\x1b]0;OWNED\x07",
    "a cleared screen": b"\x1b[2J\x1b[31mOWNED\x1b[0m",
    "eight-bit controls": b"\x9b2J\x9d0;OWNED\x9c",
    "controls by UTF-8": b"\xc2\x9b2J\xc2\x9d0;OWNED\xc2\x9c",
    "a NUL": b"before\x00behind",
    "bytes that are no UTF-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf5",
    "words from right to left": "\u202egnp.exe\u2066\u2028\u200b".encode(),
    "a lone carriage return": b"before\rlevel=info event=forged",
    "a lone line feed": b"before\nlevel=info event=forged",
    "markup": b"<script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": b'" , "forged": "yes\\',
    "backspaces": b"honest\x08\x08\x08\x08\x08\x08wicked\x7f",
}
_CONTROLS = {chr(code) for code in [*range(32), *range(127, 160)]} - {"\n"}
_INVISIBLE = set("\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def wrong_in(shown: bytes) -> set[str]:
    """The characters in a text that it must not have as they are."""
    return set(shown.decode("utf-8")) & (_CONTROLS | _INVISIBLE)


def printed(evil: EvilWorld, *words: str) -> tuple[bytes, bytes]:
    """On standard output and as an error."""
    done = evil.gateway.command(*words, timeout=120)
    return done.stdout, done.stderr


def shown(evil: EvilWorld, target: Target, message: str) -> dict[str, bytes]:
    """All that the program says of a message and of its partner, by where."""
    outputs = {
        " ".join(words): printed(evil, *words)
        for words in (
            ("queue", "list"),
            ("queue", "show", message),
            ("evidence", "list", "--domain", target.domain),
            ("explain", f"bob@{target.domain}"),
            ("probe", target.domain, "--timeout", "10"),
            ("queue", "list", "--json"),
            ("queue", "show", message, "--json"),
            ("evidence", "list", "--domain", target.domain, "--json"),
            ("probe", target.domain, "--timeout", "10", "--json"),
        )
    }
    found = {where: output for where, (output, _) in outputs.items()}
    found |= {f"{where}, its errors": errors for where, (_, errors) in outputs.items()}
    found["log"] = (evil.gateway.directory / "postern.log").read_bytes()
    found["stderr"] = (evil.gateway.directory / "stderr").read_bytes()
    return found


def is_plain(found: Mapping[str, bytes]) -> bool:
    """Every text is valid UTF-8 without controls, and JSON is JSON and has none inside its strings' escapes."""
    for where, text in found.items():
        assert not (wrong := wrong_in(text)), f"{where} shows {wrong!r}"
        assert b"\nlevel=info event=forged" not in text, f"{where} shows a forged line"
        if where.endswith("--json") and text.strip():
            assert not (forged := forged_in(json.loads(text))), f"{where} has forged fields: {forged}"
    return True


def forged_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [key for key in value if key == "forged"] + [one for part in value.values() for one in forged_in(part)]
    if isinstance(value, list):
        return [one for part in value for one in forged_in(part)]
    return []
