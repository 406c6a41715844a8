"""Zones of the practice world, signed in process (RFC 4033 to 4035, ECDSAP256SHA256).

One key a zone signs everything; the parent vouches for it with a DS. A zone may be left
unsigned, or be signed so that validation fails; that is what its `dnssec` says. Signing all
zones takes a few tenths of a second, so nothing is kept between runs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.zone
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.RRSIG import RRSIG

_ALGORITHM = 13  # ECDSAP256SHA256
_DAY = 86400


@dataclass
class Zone:
    """One zone: what it says (zone-file lines, names relative to the zone) and how it is signed."""

    name: str
    """Without the final dot; empty for the root."""
    lines: list[str]
    dnssec: str = "secure"
    children: dict[str, "Zone"] = field(default_factory=dict)
    """Zones delegated from here, by name."""
    serial: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def origin(self) -> dns.name.Name:
        return dns.name.from_text(self.name + ".")

    @property
    def signed(self) -> bool:
        return self.dnssec in ("secure", "bogus", "expired")

    @cached_property
    def dnskey(self) -> DNSKEY:
        key = dns.dnssec.make_dnskey(self.key.public_key(), _ALGORITHM, flags=257)
        assert isinstance(key, DNSKEY)
        return key

    @cached_property
    def key_tag(self) -> int:
        return int(dns.dnssec.key_id(self.dnskey))

    @cached_property
    def ds(self) -> DS:
        """What the parent, or for the root the trust anchor, says of this zone's key."""
        return dns.dnssec.make_ds(self.origin, self.dnskey, "SHA256")


def trust_anchor(root: Zone) -> str:
    """The root's DS in zone-file format, as libunbound's ub_ctx_add_ta_file reads it."""
    return f". IN DS {root.ds.to_text()}\n"


def zone_file(zone: Zone, ttl: int, name_server: str) -> str:
    """The whole zone in zone-file format, with its delegations, signed as its state says."""
    parsed = _parse(zone, ttl, name_server)
    if zone.signed:
        _sign(parsed, zone, ttl)
    return f"$ORIGIN {zone.origin}\n$TTL {ttl}\n" + str(parsed.to_text(relativize=False))


def _parse(zone: Zone, ttl: int, name_server: str) -> dns.zone.Zone:
    text = [
        f"$TTL {ttl}",
        f"@ SOA {name_server} hostmaster.{name_server} {zone.serial} 3600 600 {_DAY} {ttl}",
        f"@ NS {name_server}",
        *zone.lines,
    ]
    for child in zone.children.values():
        text.append(f"{child.origin} NS {name_server}")
        if child.signed:
            text.append(f"{child.origin} DS {child.ds.to_text()}")
    return dns.zone.from_text("\n".join(text), origin=zone.origin, relativize=False)


def _sign(parsed: dns.zone.Zone, zone: Zone, ttl: int) -> None:
    keys = parsed.find_rdataset(zone.origin, "DNSKEY", create=True)
    keys.add(zone.dnskey, ttl)
    cuts = {name for name in parsed if name != zone.origin and parsed.get_rdataset(name, "NS")}
    names = sorted(name for name in parsed if not _below_a_cut(name, cuts))
    for name, following in zip(names, names[1:] + names[:1]):
        nsec = parsed.find_rdataset(name, "NSEC", create=True)
        types = {rdataset.rdtype for rdataset in parsed.find_node(name)} | {dns.rdatatype.RRSIG}
        listed = " ".join(dns.rdatatype.to_text(rdtype) for rdtype in sorted(types))
        nsec.add(dns.rdata.from_text("IN", "NSEC", f"{following} {listed}"), ttl)
    for name in names:
        node = parsed.find_node(name)
        for rdataset in list(node):
            # At a cut the NS set is the child's to sign (RFC 4035 2.2).
            if name in cuts and rdataset.rdtype not in (dns.rdatatype.DS, dns.rdatatype.NSEC):
                continue
            signatures = node.find_rdataset(
                rdataset.rdclass, dns.rdatatype.RRSIG, rdataset.rdtype, create=True
            )
            signatures.add(_signature(zone, name, rdataset), ttl)


def _below_a_cut(name: dns.name.Name, cuts: set[dns.name.Name]) -> bool:
    return any(name != cut and name.is_subdomain(cut) for cut in cuts)


def _signature(zone: Zone, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> RRSIG:
    """One RRSIG as RFC 4034 3.1.8.1 composes it; damaged or out of date if the zone is to be."""
    now = int(time.time())
    spoilt = rdataset.rdtype != dns.rdatatype.DNSKEY
    # Validators forgive a day (unbound: val-sig-skew-max), so it is out of date by more than that.
    expires = now - 10 * _DAY if zone.dnssec == "expired" and spoilt else now + 30 * _DAY
    wild = 1 if name.is_wild() else 0
    unsigned = RRSIG(
        dns.rdataclass.IN,
        dns.rdatatype.RRSIG,
        rdataset.rdtype,
        _ALGORITHM,
        len(name) - 1 - wild,
        rdataset.ttl,
        expires,
        now - 30 * _DAY,
        zone.key_tag,
        zone.origin,
        b"",
    )
    header = unsigned.to_wire(origin=zone.origin)
    assert header is not None
    owner = name.to_digestable()
    fixed = (
        rdataset.rdtype.to_bytes(2, "big")
        + rdataset.rdclass.to_bytes(2, "big")
        + rdataset.ttl.to_bytes(4, "big")
    )
    data = header
    for wire in sorted(rdata.to_digestable() for rdata in rdataset):
        data += owner + fixed + len(wire).to_bytes(2, "big") + wire
    if zone.dnssec == "bogus" and spoilt:
        data += b"altered on the way"
    r, s = decode_dss_signature(zone.key.sign(data, ec.ECDSA(hashes.SHA256())))
    signed = unsigned.replace(signature=r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    assert isinstance(signed, RRSIG)
    return signed
