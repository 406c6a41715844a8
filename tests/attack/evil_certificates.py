"""Certificate chains that a strict policy must refuse, each wrong in one way, and some that are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from evil_pki import CLIENT, SERVER, Issuer, certificate, new_key, usage

Chain = list[Issuer]
Maker = Callable[[str, Issuer], Chain]  # the host's name and a trusted root -> the leaf and what is sent with it


def rsa_key(size: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def named(*patterns: str) -> Maker:
    """A leaf that names these; {host} and {zone} are filled in, its subject's CN is the host."""

    def make(host: str, root: Issuer) -> Chain:
        zone = host.partition(".")[2]
        return [certificate(host, root, names=[one.format(host=host, zone=zone) for one in patterns])]

    return make


def through(**intermediate: object) -> Maker:
    """A good leaf below an intermediate that is special."""

    def make(host: str, root: Issuer) -> Chain:
        middle = certificate("Evil Middle", root, **{"ca": True, **intermediate})  # type: ignore[arg-type]
        return [certificate(host, middle, names=[host]), middle]

    return make


def leaf(**fields: object) -> Maker:
    def make(host: str, root: Issuer) -> Chain:
        return [certificate(host, root, **{"names": [host], **fields})]  # type: ignore[arg-type]

    return make


def instead_of_a_name(kind: type[x509.RFC822Name] | type[x509.UniformResourceIdentifier], text: str) -> Maker:
    def make(host: str, root: Issuer) -> Chain:
        return [certificate(host, root, alternatives=[kind(text.format(host=host))])]

    return make


def long_chain(length: int) -> Maker:
    def make(host: str, root: Issuer) -> Chain:
        chain = [root]
        for place in range(length):
            chain.append(certificate(f"Evil {place}", chain[-1], ca=True))
        return [certificate(host, chain[-1], names=[host]), *reversed(chain[1:])]

    return make


def beyond_path_length(host: str, root: Issuer) -> Chain:
    first = certificate("Evil First", root, ca=True, path_length=0)
    second = certificate("Evil Second", first, ca=True)
    return [certificate(host, second, names=[host]), second, first]


def issued_by_a_leaf(host: str, root: Issuer) -> Chain:
    other = certificate("evil.example", root, names=["evil.example"])
    return [certificate(host, other, names=[host]), other]


def signed_with(algorithm: hashes.HashAlgorithm) -> Maker:
    def make(host: str, root: Issuer) -> Chain:
        middle = certificate("Evil RSA Middle", root, ca=True, key=rsa_key(2048))
        return [certificate(host, middle, names=[host], signed_with=algorithm), middle]

    return make


def cross_signed(host: str, _: Issuer) -> Chain:
    """Five levels of six authorities that share a name and a key: 6^5 paths, none to a root."""
    keys = [new_key() for _ in range(6)]
    top = certificate("Evil Top", None, ca=True)
    levels = [[certificate("Bomb 0", top, ca=True, key=keys[0])]]
    for level in range(1, 6):
        issuers = levels[-1] if level == 1 else levels[-1][:6]
        levels.append(
            [certificate(f"Bomb {level}", issuers[n % len(issuers)], ca=True, key=keys[level]) for n in range(6)]
        )
    return [certificate(host, levels[-1][0], names=[host]), *(one for level in reversed(levels) for one in level)]


def circular(host: str, _: Issuer) -> Chain:
    """Two authorities that have signed each other, and nobody else has."""
    first, second = certificate("Evil A", None, ca=True), certificate("Evil B", None, ca=True)
    first_by_second = certificate("Evil A", second, ca=True, key=first.key)
    second_by_first = certificate("Evil B", first, ca=True, key=second.key)
    return [certificate(host, first, names=[host]), first_by_second, second_by_first]


def forged_root(host: str, root: Issuer) -> Chain:
    """An authority that bears the trusted root's name, with a key of its own."""
    forged = certificate("Evil Test Root", None, ca=True)
    return [certificate(host, forged, names=[host]), forged]


def own_authority(host: str, _: Issuer) -> Chain:
    return [certificate(host, None, names=[host], ca=True)]


GOOD: Mapping[str, Maker] = {
    "signed by the root": named("{host}"),
    "in capitals among others": lambda host, root: [certificate("x", root, names=["a.example", host.upper()])],
    "a wildcard for one label": named("*.{zone}"),
    "an intermediate in between": through(path_length=0),
    "an intermediate for these names": through(permitted=["example"]),
    "a chain of eight": long_chain(8),
}

NAME, TRUST, TIME = "certificate-host-mismatch", "certificate-not-trusted", "certificate-expired"
EARLY, WEAK = "certificate-not-yet-valid", "certificate-weak"
PURPOSE, OTHER = "certificate-wrong-purpose", "validation-failure"
# What the sentence says besides a reason that covers several things.
CAUSES: Mapping[str, str] = {
    "an intermediate for other names": "permitted subtree violation",
    "an intermediate for clients": "unsuitable certificate purpose",
    "an intermediate that may not sign": "invalid CA certificate",
    "an intermediate that is no authority": "invalid CA certificate",
    "an intermediate of tomorrow": "or one above it is not valid yet",
    "a path that is too long": "path length constraint exceeded",
    "issued by a leaf": "invalid CA certificate",
    "a chain of twenty": "certificate chain too long",
}
BAD: Mapping[str, tuple[Maker, str]] = {
    "a NUL in the name": (named("{host}\x00.evil.example"), NAME),
    "a NUL at the end": (named("{host}\x00"), NAME),
    "a NUL after the wildcard": (named("*\x00.{zone}"), NAME),
    "a space behind the name": (named("{host} "), NAME),
    "a line break in the name": (named("evil.example\r\n{host}"), NAME),
    "a common name alone": (named(), NAME),
    "a common name beside another name": (named("evil.example"), NAME),
    "an address of mail that ends so": (instead_of_a_name(x509.RFC822Name, "x@{host}"), NAME),
    "a URI of the host": (instead_of_a_name(x509.UniformResourceIdentifier, "https://{host}/"), NAME),
    "a wildcard for everything": (named("*"), NAME),
    "a wildcard for two labels": (named("*.example"), NAME),
    "a wildcard in a label": (named("m*.{zone}"), NAME),
    "a wildcard that ends a label": (named("*x.{zone}"), NAME),
    "two wildcards": (named("*.*.example"), NAME),
    "a wildcard in the middle": (named("mx.*.example"), NAME),
    "a wildcard below the host": (named("*.{host}"), NAME),
    "a name that begins with a dot": (named(".{zone}"), NAME),
    "the zone without the host": (named("x.{zone}"), NAME),
    "an intermediate for other names": (through(permitted=["other.example"]), OTHER),
    "an intermediate for clients": (through(purposes=[CLIENT]), OTHER),
    "an intermediate that may not sign": (through(key_usage=usage(True, cert_sign=False)), OTHER),
    "an intermediate that is no authority": (through(ca=False, key_usage=usage(True)), OTHER),
    "an intermediate with a short key": (lambda host, root: through(key=rsa_key(1024))(host, root), WEAK),
    "an intermediate that has expired": (through(days=(-90, -1)), TIME),
    "an intermediate of tomorrow": (through(days=(1, 90)), EARLY),
    "a path that is too long": (beyond_path_length, OTHER),
    "issued by a leaf": (issued_by_a_leaf, OTHER),
    "for clients alone": (leaf(purposes=[CLIENT]), PURPOSE),
    "for signing certificates alone": (leaf(key_usage=usage(True, signature=False), purposes=[SERVER]), PURPOSE),
    "a short key": (lambda host, root: leaf(key=rsa_key(1024))(host, root), WEAK),
    "signed with SHA-1": (signed_with(hashes.SHA1()), WEAK),  # noqa: S303
    "signed with MD5": (signed_with(hashes.MD5()), WEAK),  # noqa: S303
    "expired": (leaf(days=(-90, -1)), TIME),
    "of tomorrow": (leaf(days=(1, 90)), EARLY),
    "a chain of twenty": (long_chain(20), TRUST),
    "a chain of a hundred": (long_chain(100), TRUST),
    "many paths to nowhere": (cross_signed, TRUST),
    "a circle": (circular, TRUST),
    "a root by name alone": (forged_root, TRUST),
    "its own authority": (own_authority, "certificate-self-signed"),
}
