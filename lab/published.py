"""What a domain publishes about TLS: TLSA records of its servers, its MTA-STS policy, and where it
wants reports."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .model import Reporting, Sts
from .reports import PATH, mailbox, report_host


def tlsa_lines(host: str, ports: tuple[int, ...], wanted: tuple[str, ...], chain: Path | None) -> list[str]:
    """Zone lines for the TLSA records of a host: each wanted one is `USAGE SELECTOR TYPE`, made
    from the certificate that the server shows (usage 3, 1) or the CA above it (usage 2, 0), or is
    a whole record. A server without TLS has no certificate, and so only whole records."""
    certificates = [] if chain is None else _certificates(chain)
    lines = []
    for record in wanted:
        words = record.split()
        if len(words) == 3 and not certificates:
            continue
        if len(words) == 3:
            usage, selector, kind = (int(word) for word in words)
            which = certificates[0] if usage % 2 else certificates[-1]
            words.append(_data(which, selector, kind).hex())
        lines += [f"_{port}._tcp.{host}. TLSA {' '.join(words)}" for port in ports]
    return lines


def _certificates(chain: Path) -> list[x509.Certificate]:
    # Debian 12's cryptography reads one certificate at a time.
    end = b"-----END CERTIFICATE-----\n"
    pems = [pem + end for pem in chain.read_bytes().split(end) if pem.strip()]
    return [x509.load_pem_x509_certificate(pem) for pem in pems]


def _data(certificate: x509.Certificate, selector: int, kind: int) -> bytes:
    whole = (
        certificate.public_bytes(Encoding.DER)
        if selector == 0
        else certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    return {0: bytes, 1: lambda x: hashlib.sha256(x).digest(), 2: lambda x: hashlib.sha512(x).digest()}[
        kind
    ](whole)


def sts_lines(domain: str, sts: Sts, address: str) -> list[str]:
    """Zone lines for the policy's record and its host."""
    lines = [f"mta-sts.{domain}. A {address}"]
    if sts.record:
        text = sts.record.format(id=sts.id)
        lines.append(f'_mta-sts.{domain}. TXT "{text}"')
    return lines


def reporting_lines(domain: str, reporting: Reporting, address: str, port: int) -> list[str]:
    """Zone lines that ask for reports, and the report host."""
    lines = [f"{report_host(domain)}. A {address}"]
    text = reporting.record.replace("{mailto}", f"mailto:{mailbox(domain)}")
    text = text.replace("{https}", f"https://{report_host(domain)}:{port}{PATH}")
    for record in text.split("\n"):
        quoted = [_quoted(record[start : start + 200]) for start in range(0, len(record), 200)]
        if quoted:
            lines.append(f"_smtp._tls.{domain}. TXT {' '.join(quoted)}")
    return lines


def _quoted(text: str) -> str:
    """One string of a TXT record; a record may have several, which readers join."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def sts_body(domain: str, zone: str, sts: Sts) -> str:
    """The policy as it is served."""
    if sts.body:
        return sts.body
    hosts = [name.format(domain=domain, zone=zone) for name in sts.mx]
    lines = ["version: STSv1", f"mode: {sts.mode}", *(f"mx: {host}" for host in hosts), f"max_age: {sts.max_age}"]
    return "\r\n".join(lines) + "\r\n"
