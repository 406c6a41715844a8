"""Short hands for writing the rows of the table."""

from __future__ import annotations

from typing import Any

from .model import ORDINARY_EXTENSIONS, Behaviour, Certificate, Expect, Host, Posture, Tls

SELF_SIGNED = Behaviour(tls=Tls(Certificate(issuer="self")))
PLAIN = Behaviour(tls=None)


def row(
    expect: Expect, name: str, sentence: str, hosts: tuple[Host, ...] | None = None, **facts: Any
) -> Posture:
    """A posture; with no hosts said it has one good MX."""
    return Posture(name, sentence, expect, (Host(),) if hosts is None else hosts, **facts)


def one_mx(certificate: Certificate | None = None, **behaviour: Any) -> tuple[Host, ...]:
    """One MX, good in everything that is not said here."""
    if certificate is not None:
        behaviour["tls"] = Tls(certificate)
    return (Host("mx", Behaviour(**behaviour)),)


def without(*extensions: str) -> tuple[str, ...]:
    """The ordinary extensions but these."""
    return tuple(known for known in ORDINARY_EXTENSIONS if known.split()[0] not in extensions)
