"""What the tests of the practice world share: clients of various care."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from pathlib import Path

from lab.client import World

REPOSITORY = Path(__file__).resolve().parents[2]

Connect = Callable[..., smtplib.SMTP]


def strict_client(world: World) -> ssl.SSLContext:
    """What a careful client trusts: the public CA, the name, TLS 1.2 and later."""
    context = ssl.create_default_context(cafile=world.facts["ca"])
    context.hostname_checks_common_name = False
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def relaxed_client() -> ssl.SSLContext:
    """TLS 1.2 and later with any certificate and any key exchange that OpenSSL has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=1")
    return context


def old_client(ciphers: str) -> ssl.SSLContext:
    """TLS 1.0 and whatever suites are asked for."""
    context = relaxed_client()
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context
