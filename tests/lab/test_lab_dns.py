"""The zones as libunbound, and so the gateway, sees them with the lab as its forwarder."""

from __future__ import annotations

from collections.abc import Callable

import dns.flags
import dns.message
import dns.query
import dns.rdatatype
import pytest

from lab.client import World
from lab.postures import PARTNERS

Validate = Callable[..., dict[str, list[str]]]

A, MX, TXT, AAAA, DS, TLSA, CNAME = 1, 15, 16, 28, 43, 52, 5
NOERROR, SERVFAIL, NXDOMAIN = "0", "2", "3"

_SECURITY = {"secure": "secure", "absent": "secure", "insecure": "insecure"}


def test_mx_of_every_partner_is_as_secure_as_its_posture_says(
    world: World, validate: Validate
) -> None:
    postures = [p for p in PARTNERS if p.name not in ("servfail", "dns-timeout")]
    answers = validate(world, *(f"{posture.domain_name}/{MX}" for posture in postures))
    for posture, (_, security, _, why) in zip(postures, answers.values(), strict=True):
        assert security == _SECURITY.get(posture.dnssec, "bogus"), (posture.name, why)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (f"mx.trusted.example/{A}", [NOERROR, "secure", "1"]),
        (f"mx.trusted.example/{AAAA}", [NOERROR, "secure", "0"]),
        (f"mx.ipv6-only.example/{AAAA}", [NOERROR, "secure", "1"]),
        (f"nobody.trusted.example/{A}", [NXDOMAIN, "secure", "0"]),
        (f"_25._tcp.mx.trusted.example/{TLSA}", [NXDOMAIN, "secure", "0"]),
        (f"_25._tcp.mx.unsigned.example/{TLSA}", [NXDOMAIN, "insecure", "0"]),
        (f"unsigned.example/{DS}", [NOERROR, "secure", "0"]),
        (f"trusted.example/{DS}", [NOERROR, "secure", "1"]),
        (f"mx.unsigned.example/{A}", [NOERROR, "insecure", "1"]),
        (f"signed-to-unsigned.example/{MX}", [NOERROR, "secure", "1"]),
        (f"implicit-mx.example/{A}", [NOERROR, "secure", "1"]),
        (f"implicit-mx.example/{MX}", [NOERROR, "secure", "0"]),
        (f"half-dead.example/{MX}", [NOERROR, "secure", "1"]),
        (f"mx.half-dead.example/{A}", [NOERROR, "secure", "2"]),
        (f"alias.cname-domain.example/{MX}", [NOERROR, "secure", "1"]),
        (f"alias.cname-elsewhere.example/{MX}", [NOERROR, "secure", "1"]),
        (f"mail.mx-cname.example/{A}", [NOERROR, "secure", "1"]),
        (f"sales.wildcard-domain.example/{MX}", [NOERROR, "secure", "1"]),
        (f"any.thing.wildcard-domain.example/{MX}", [NOERROR, "secure", "1"]),
        (f"mx.wildcard-domain.example/{MX}", [NOERROR, "secure", "0"]),
        (f"null-mx.example/{MX}", [NOERROR, "secure", "1"]),
        (f"no-mail.example/{MX}", [NOERROR, "secure", "0"]),
        (f"nxdomain.example/{MX}", [NXDOMAIN, "secure", "0"]),
        (f"gone.mx-nowhere.example/{A}", [NXDOMAIN, "secure", "0"]),
        (f"corp.example/{MX}", [NOERROR, "secure", "1"]),
        (f"gateway.example/{A}", [NOERROR, "secure", "1"]),
        (f"mx-servfail.example/{MX}", [NOERROR, "secure", "1"]),
        (f"mx.mx-servfail.example/{A}", [SERVFAIL, "insecure", "0"]),
        (f"servfail.example/{MX}", [SERVFAIL, "insecure", "0"]),
        (f"_25._tcp.mx.dane.example/{TLSA}", [NOERROR, "secure", "1"]),
        (f"_25._tcp.mx.dane-bogus.example/{TLSA}", [NOERROR, "bogus", "1"]),
        (f"mx.dane-bogus.example/{A}", [NOERROR, "secure", "1"]),
        (f"_25._tcp.mx.dane-servfail.example/{TLSA}", [SERVFAIL, "insecure", "0"]),
        (f"_mta-sts.sts-enforce.example/{TXT}", [NOERROR, "insecure", "1"]),
        (f"mta-sts.sts-enforce.example/{A}", [NOERROR, "insecure", "1"]),
        (f"_smtp._tls.tls-reports.example/{TXT}", [NOERROR, "secure", "1"]),
    ],
)
def test_answers_validate(
    question: str, expected: list[str], world: World, validate: Validate
) -> None:
    assert validate(world, question)[question][:3] == expected


@pytest.mark.parametrize("domain", ["bogus.example", "bogus-expired.example"])
def test_forged_answers_are_bogus_for_every_type(
    domain: str, world: World, validate: Validate
) -> None:
    answers = validate(world, f"{domain}/{MX}", f"mx.{domain}/{A}", f"nobody.{domain}/{A}")
    assert [answer[1] for answer in answers.values()] == ["bogus"] * 3


def test_resolver_answers_over_tcp_too(world: World) -> None:
    resolver = world.facts["resolver"]
    query = dns.message.make_query("trusted.example.", "MX", want_dnssec=True)
    answer = dns.query.tcp(query, resolver["address"], timeout=5, port=resolver["port"])
    assert [rrset.rdtype for rrset in answer.answer] == [dns.rdatatype.MX, dns.rdatatype.RRSIG]
    assert answer.flags & dns.flags.AA


def test_a_path_that_strips_signatures_makes_signed_zones_bogus(
    own_world: World, validate: Validate
) -> None:
    question = f"trusted.example/{MX}"
    assert validate(own_world, question)[question][1] == "secure"
    own_world.dns_faults(". * strip")
    assert validate(own_world, question)[question][1] == "bogus"
    own_world.dns_faults()
    assert validate(own_world, question)[question][1] == "secure"


def test_a_fault_can_hit_one_type_at_one_name(own_world: World, validate: Validate) -> None:
    own_world.zone("trusted.example", faults=["_25._tcp.mx TLSA servfail"])
    tlsa, address = f"_25._tcp.mx.trusted.example/{TLSA}", f"mx.trusted.example/{A}"
    answers = validate(own_world, tlsa, address)
    assert answers[tlsa][0] == SERVFAIL
    assert answers[address][:2] == [NOERROR, "secure"]
    assert "_25._tcp.mx.trusted.example TLSA" in own_world.queries()


def test_replaced_records_are_served_and_signed(own_world: World, validate: Validate) -> None:
    own_world.zone("trusted.example", ["@ MX 5 mx", "@ MX 7 mx.several-mx.example.", "x TXT hi"])
    question = f"trusted.example/{MX}"
    assert validate(own_world, question)[question][:3] == [NOERROR, "secure", "2"]
    own_world.zone("trusted.example", dnssec="bogus")
    assert validate(own_world, question)[question][1] == "bogus"
    own_world.zone("trusted.example", dnssec="insecure")
    assert validate(own_world, question)[question][1] == "insecure"
    own_world.zone("trusted.example", dnssec="absent")
    assert validate(own_world, question)[question][:2] == [NXDOMAIN, "secure"]
    own_world.zone("trusted.example", dnssec="secure")
    assert validate(own_world, question)[question][:3] == [NOERROR, "secure", "2"]
