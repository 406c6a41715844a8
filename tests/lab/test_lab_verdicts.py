"""A second opinion on every row: a probe of dnspython, smtplib and ssl finds its verdict."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

import dns.exception
import dns.resolver
import pytest

from lab_helpers import Connect, relaxed_client, strict_client
from lab.client import World
from lab.model import Posture
from lab.postures import PARTNERS

# Forgery in DNS needs a validator (test_lab_dns.py); smtplib does not see an injected reply
# (test_lab_dialogue.py looks at the bytes), and knows neither DANE nor MTA-STS (Postfix knows DANE:
# tests/interop/test_dane_postfix.py).
NEEDS_OTHER_EYES = ("bogus", "bogus-expired", "starttls-injection")
WAITS = {"silent": 0.3, "unreachable": 0.3}


def _resolver(world: World) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [world.facts["resolver"]["address"]]
    resolver.port = world.facts["resolver"]["port"]
    resolver.lifetime = 0.5
    return resolver


def _servers(world: World, domain: str) -> list[dict[str, Any]]:
    """The servers of a domain as DNS tells them, following aliases by hand across zones."""
    resolver = _resolver(world)
    name = domain
    answer = resolver.resolve(name + ".", "MX", raise_on_no_answer=False)
    if answer.rrset is None and answer.response.answer:
        name = answer.response.answer[-1][0].target.to_text().rstrip(".")
        answer = resolver.resolve(name + ".", "MX", raise_on_no_answer=False)
    hosts = sorted((mx.preference, mx.exchange.to_text()) for mx in answer.rrset or ())
    servers = []
    for _, host in hosts or [(0, name + ".")]:
        for kind in ("A", "AAAA"):
            found = resolver.resolve(host, kind, raise_on_no_answer=False)
            for record in found.rrset or ():
                port = world.facts["smtp_port"]
                servers.append(
                    {"host": host.rstrip("."), "address": record.to_text(), "port": port}
                )
    return servers


def _opinion(world: World, server: dict[str, Any], smtp: Connect, timeout: float) -> str:
    for context, verdict in (
        (strict_client(world), "Ready: strict"),
        (relaxed_client(), "Ready: relaxed"),
    ):
        try:
            client = smtp(server, timeout)
            client.ehlo()
        except (OSError, smtplib.SMTPException):
            return "Unknown"
        try:
            code, _ = client.starttls(context=context)
            if code == 220 and client.ehlo()[0] == 250:
                return verdict
        except (OSError, ssl.SSLError, smtplib.SMTPException):
            pass
    return "Not ready"


def _publishes(posture: Posture) -> bool:
    """Whether it says itself how its mail must be protected."""
    return posture.sts is not None or any(host.tlsa for host in posture.hosts)


RANK = ("Unknown", "Not ready", "Ready: relaxed", "Ready: strict")


@pytest.mark.parametrize(
    "posture",
    [posture for posture in PARTNERS if posture.name not in NEEDS_OTHER_EYES and not _publishes(posture)],
    ids=lambda posture: posture.name,
)
def test_an_independent_probe_reaches_the_same_verdict(
    posture, world: World, smtp: Connect
) -> None:
    timeout = WAITS.get(posture.name, 5)
    try:
        servers = _servers(world, posture.domain_name)
    except dns.resolver.NXDOMAIN:
        servers = []
    except dns.exception.DNSException:
        assert posture.expect == "Unknown"
        return
    if not servers:
        assert posture.expect == "Not ready" and posture.remark
        return
    opinions = [_opinion(world, server, smtp, timeout) for server in servers]
    assert max(opinions, key=RANK.index) == posture.expect


@pytest.mark.parametrize("posture", PARTNERS, ids=lambda posture: posture.name)
def test_world_json_lists_the_servers_that_dns_tells(posture, world: World) -> None:
    if posture.dns_faults:
        return  # DNS tells nothing; test_lab_dns.py shows that
    try:
        told = {
            (server["host"], server["address"]) for server in _servers(world, posture.domain_name)
        }
    except dns.resolver.NXDOMAIN:
        told = set()
    entry = world.partner(posture.domain_name)
    listed = {(server["host"], server["address"]) for server in entry["mx"]}
    # An MX that is an alias appears under its own name in DNS and under the machine's in the list.
    if posture.name == "mx-cname":
        told = {("mx.mx-cname.example", address) for _, address in told}
    assert listed == told
