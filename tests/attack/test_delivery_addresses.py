"""A partner's DNS cannot point the gateway at this machine or at the networks inside (SSRF)."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from evil_partner import EvilPartner, Manners
from evil_world import EvilWorld, until
from lab.client import World

# Nothing of the world may be at any of these: RFC 6890, and what they look like by IPv6.
INSIDE = [
    "A 127.0.0.1",
    "A 127.255.255.254",
    "A 0.0.0.0",
    "A 0.1.2.3",
    "A 10.0.0.1",
    "A 172.16.0.1",
    "A 172.31.255.255",
    "A 192.168.1.1",
    "A 100.64.0.1",
    "A 169.254.169.254",
    "A 192.0.0.1",
    "A 198.18.0.1",
    "A 224.0.0.1",
    "A 255.255.255.255",
    "AAAA ::1",
    "AAAA ::",
    "AAAA ::ffff:127.0.0.1",
    "AAAA ::ffff:169.254.169.254",
    "AAAA ::127.0.0.1",
    "AAAA 64:ff9b::7f00:1",
    "AAAA 64:ff9b::a9fe:a9fe",
    "AAAA 2002:7f00:1::",
    "AAAA fe80::1",
    "AAAA fc00::1",
    "AAAA fd00:ec2::254",
    "AAAA ff02::1",
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvilWorld]:
    """A gateway as in production, which sends no mail of the world to special addresses."""
    with World.start(tmp_path_factory.mktemp("guarded-world"), only=("trusted",), spare=60) as world:
        changes = {"delivery": {"special_addresses": False, "connect_timeout": "3s"}}
        attacked = EvilWorld(world, tmp_path_factory.mktemp("guarded"), changes)
        with attacked.gateway:
            yield attacked


@pytest.fixture(scope="module")
def traps(guarded: EvilWorld) -> Iterator[list[EvilPartner]]:
    """Servers of this machine that nobody outside may reach."""
    port = guarded.world.facts["smtp_port"]
    with EvilPartner("127.0.0.1", port, Manners()) as four, EvilPartner("::1", port, Manners()) as six:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
        until(guarded.gateway, lambda: four.visits)  # the traps work
        four.visits.clear()
        yield [four, six]


@pytest.mark.parametrize("address", INSIDE)
def test_no_mx_leads_inside(address: str, guarded: EvilWorld, traps: list[EvilPartner]) -> None:
    target = guarded.target("none")
    guarded.world.zone(target.domain, records=["@ MX 10 inside", f"inside {address}"])
    guarded.send(target)
    attempt = guarded.attempt(target)
    assert attempt["outcome"] in ("deferred", "bounced"), attempt
    assert attempt["reason"] == "special-address", attempt
    assert not [visit for trap in traps for visit in trap.visits]


@pytest.mark.parametrize(
    "records",
    [
        ["@ MX 10 127.0.0.1."],
        ["@ MX 10 localhost."],
        ["@ MX 10 ip6-localhost."],
        ["@ MX 10 alias", "alias CNAME localhost."],
        ["@ A 127.0.0.1"],
        ["@ AAAA ::1"],
        ["@ MX 10 a", "@ MX 20 b", "a A 127.0.0.1", "b AAAA ::1"],
        ["@ MX 10 a", "a A 127.0.0.1", "a A 169.254.169.254", "a AAAA ::1"],
    ],
    ids=" ".join,
)
def test_no_name_leads_inside(records: list[str], guarded: EvilWorld, traps: list[EvilPartner]) -> None:
    target = guarded.target("none")
    guarded.world.zone(target.domain, records=records)
    guarded.send(target)
    assert guarded.attempt(target)["outcome"] in ("deferred", "bounced")
    assert not [visit for trap in traps for visit in trap.visits]


def test_a_probe_goes_where_mail_may_go(guarded: EvilWorld, traps: list[EvilPartner]) -> None:
    target = guarded.target("none")
    guarded.world.zone(target.domain, records=["@ MX 10 a", "a A 127.0.0.1", "a AAAA ::1"])
    said = guarded.gateway.cli("probe", target.domain, check=False)
    assert target.domain in said and "Ready" not in said, said
    assert not [visit for trap in traps for visit in trap.visits]


def test_no_policy_is_fetched_from_inside(guarded: EvilWorld) -> None:
    """RFC 8461 3.3: the host is made of the domain's name, so its owner chooses where it leads."""
    target = guarded.target("none")
    guarded.world.publish(target.domain, mode="enforce")
    answer = guarded.gateway.cli("sts", "refetch", target.domain, "--json", check=False)
    assert "private or special" in answer, answer
    assert not guarded.world.policy_requests()
