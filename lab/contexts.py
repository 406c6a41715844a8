"""TLS contexts for the servers' postures."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from .model import Certificate, Tls
from .pki import Files
from .wire import ObservedTls

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


def server_context(
    tls: Tls, host: str, issue: Callable[[Certificate, str], Files], client_ca: tuple[Path, ...]
) -> ssl.SSLContext:
    """The context of the server `host`; `issue` makes a certificate, with a suffix."""
    named = _context(tls, tls.certificate, "", issue, client_ca)
    if tls.without_sni is None:
        named.sni_callback = _remember_name
        return named
    default = _context(tls, tls.without_sni, ".default", issue, client_ca)

    def choose(session: ssl.SSLObject, server_name: str | None, _: ssl.SSLContext) -> None:
        _remember_name(session, server_name, named)
        if server_name == host:
            session.context = named

    default.sni_callback = choose
    return default


def _remember_name(session: ssl.SSLObject, server_name: str | None, _: ssl.SSLContext) -> None:
    assert isinstance(session, ObservedTls)
    session.server_name = server_name


def _context(
    tls: Tls,
    certificate: Certificate | None,
    suffix: str,
    issue: Callable[[Certificate, str], Files],
    client_ca: tuple[Path, ...],
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = ObservedTls
    old = tls.oldest in ("TLSv1", "TLSv1.1")
    weak = certificate is None or certificate.key == "rsa-1024" or tls.weak_dh
    ciphers = tls.ciphers or ("aNULL" if certificate is None else "DHE" if tls.weak_dh else "DEFAULT")
    # Security level 2, Debian's choice, knows neither TLS 1.0 nor anonymous suites nor short keys.
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0" if old or weak else ciphers)
    context.minimum_version = _VERSIONS[tls.oldest]
    context.maximum_version = _VERSIONS[tls.newest]
    if tls.weak_dh:
        context.load_dh_params(Path(__file__).with_name("dh1024.pem"))
    if certificate is not None:
        files = issue(certificate, suffix)
        context.load_cert_chain(files.certificate, files.key)
    if tls.asks_client_certificate:
        context.verify_mode = ssl.CERT_OPTIONAL
        for path in client_ca:
            context.load_verify_locations(path)
    return context
