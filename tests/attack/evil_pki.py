"""Certificates as an attacker would like them: every field can be wrong."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True)
class Issuer:
    """A key and the name it goes by, with the certificate if there is one."""

    certificate: x509.Certificate
    key: Key


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def usage(signs: bool, cert_sign: bool | None = None, signature: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs if cert_sign is None else cert_sign,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def certificate(
    subject: str,
    issuer: Issuer | None,
    *,
    names: Sequence[str] = (),
    ca: bool = False,
    path_length: int | None = None,
    key: Key | None = None,
    days: tuple[int, int] = (-10, 90),
    purposes: Sequence[x509.ObjectIdentifier] = (),
    key_usage: x509.KeyUsage | None = None,
    permitted: Sequence[str] = (),
    signed_with: hashes.HashAlgorithm | None = None,
    padding: int = 0,
    alternatives: Sequence[x509.GeneralName] = (),
) -> Issuer:
    """A certificate from `issuer`, or self-signed; it can issue others, rightly or wrongly."""
    own = key or new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.datetime.now(datetime.timezone.utc)
    signer = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=days[0]))
        .not_valid_after(now + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, path_length if ca else None), critical=True)
        .add_extension(key_usage or usage(ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    shown: list[x509.GeneralName] = [*(x509.DNSName(one) for one in names), *alternatives]
    if shown:
        builder = builder.add_extension(x509.SubjectAlternativeName(shown), critical=False)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if permitted:
        subtrees = [x509.DNSName(one) for one in permitted]
        builder = builder.add_extension(x509.NameConstraints(subtrees, None), critical=True)
    if padding:
        extra = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x04" * padding)
        builder = builder.add_extension(extra, critical=False)
    return Issuer(builder.sign(signer, signed_with or hashes.SHA256()), own)


def server_context(directory: Path, leaf: Issuer, *chain: Issuer) -> ssl.SSLContext:
    """A server that shows `leaf` and then `chain`, however weak or wrong they are."""
    path = directory / "shown.pem"
    shown = [one.certificate.public_bytes(serialization.Encoding.PEM) for one in (leaf, *chain)]
    secret = leaf.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + b"".join(shown))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(path)
    return context
