"""The certificate authorities of the practice world, and the good and bad certificates they issue.

Three authorities: a public root that the world trusts, which signs only an intermediate, which
signs the servers (so that a server can forget to send the intermediate); and a private root, as
an organisation runs one for its own servers.
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .model import Certificate

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Files:
    """Where a certificate (with the chain that its server sends) and its private key are."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class Pki:
    """Keys live only in memory and below the given directory, and only as long as the world."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._rsa_keys: dict[int, rsa.RSAPrivateKey] = {}
        directory.mkdir(parents=True, exist_ok=True)
        self._root = _new_authority("Postern Lab Public Root", None)
        self._issuing = _new_authority("Postern Lab Issuing CA", self._root)
        self._private = _new_authority("Postern Lab Private Root", None)
        self.ca = directory / "public-ca.pem"
        self.private_ca = directory / "private-ca.pem"
        self.ca.write_bytes(_pem(self._root.certificate))
        self.private_ca.write_bytes(_pem(self._private.certificate))

    def issue(self, what: Certificate, host: str, domain: str, address: str, stem: str) -> Files:
        """Issues the certificate described, for `host`, into files named after `stem`."""
        names = [name.format(host=host, domain=domain, zone=domain) for name in what.names]
        common_name = what.common_name.format(host=host, domain=domain, zone=domain)
        key = self._new_key(what.key)
        now = datetime.datetime.now(datetime.timezone.utc)
        subject = _name(common_name)
        issuer = {"ca": self._issuing, "private-ca": self._private, "self": None}[what.issuer]
        signer: PrivateKey = issuer.key if issuer else key
        signer_public = issuer.key.public_key() if issuer else key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=what.starts_in_days))
            .not_valid_after(now + datetime.timedelta(days=what.ends_in_days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_USAGES[what.usage]), critical=False)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_public), critical=False
            )
        )
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        if what.name_own_address:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(address)))
        if alternatives:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False
            )
        chain = _pem(builder.sign(signer, hashes.SHA256()))
        if what.issuer == "ca" and what.send_intermediate:
            chain += _pem(self._issuing.certificate)
        files = Files(self._directory / f"{stem}.crt", self._directory / f"{stem}.key")
        files.certificate.write_bytes(chain)
        _write_key(files.key, key)
        return files

    def _new_key(self, kind: str) -> PrivateKey:
        """RSA keys take long to make, so servers with the same size share one."""
        if kind == "ec-p256":
            return ec.generate_private_key(ec.SECP256R1())
        size = int(kind.removeprefix("rsa-"))
        if size not in self._rsa_keys:
            self._rsa_keys[size] = rsa.generate_private_key(public_exponent=65537, key_size=size)
        return self._rsa_keys[size]


_USAGES = {
    "server": [ExtendedKeyUsageOID.SERVER_AUTH],
    "client": [ExtendedKeyUsageOID.CLIENT_AUTH],
    "both": [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH],
}


def _new_authority(common_name: str, parent: _Authority | None) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = _name(common_name)
    signer = parent.key if parent else key
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.certificate.subject if parent else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=400))
        .not_valid_after(now + datetime.timedelta(days=400))
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=0 if parent else None), critical=True
        )
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    return _Authority(certificate, key)


def _name(common_name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Postern practice world")
    if not common_name:
        return x509.Name([organisation])
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_key(path: Path, key: PrivateKey) -> None:
    assert isinstance(
        key, (ec.EllipticCurvePrivateKeyWithSerialization, rsa.RSAPrivateKeyWithSerialization)
    )
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
