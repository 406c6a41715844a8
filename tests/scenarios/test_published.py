"""What partners publish, DANE and MTA-STS, over real sockets: delivered, refused, remembered, explained."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway

MESSAGE = "Subject: hello\r\n\r\nhello\r\n"
PARTNERS = ("trusted", "self-signed", "no-starttls", "unsigned", "tls13-only")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=PARTNERS) as running:
        yield running


@pytest.fixture
def gateway(world: World, gateway_factory: Callable[..., Gateway]) -> Iterator[Gateway]:
    for name in PARTNERS:
        world.set(f"{name}.example", posture=name)
        world.publish(f"{name}.example", tlsa=[], withdraw_sts=True)
        world.zone(f"{name}.example", faults=[])
        world.forget(f"{name}.example")
    yield gateway_factory(world, changes={"delivery": {"retry": ["1h"]}})


def send(gateway: Gateway, domain: str) -> None:
    assert not gateway.send("anna@corp.example", [f"bob@{domain}"], MESSAGE)


def attempt(gateway: Gateway, domain: str) -> dict[str, Any]:
    """The last attempt that is on record for a domain, once there is one."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        rows = gateway.json("evidence", "list", "--domain", domain)
        if rows:
            return dict(rows[-1])
    raise AssertionError(gateway.log()[-4000:])


def test_a_self_signed_certificate_that_its_tlsa_record_names_is_proved(world: World, gateway: Gateway) -> None:
    world.publish("self-signed.example", tlsa=["3 1 1"])
    send(gateway, "self-signed.example")
    world.wait("self-signed.example")
    seen = attempt(gateway, "self-signed.example")
    assert (seen["required"], seen["authentication"], seen["met"]) == ("strict", "dane", True)


def test_a_trusted_certificate_that_no_tlsa_record_names_gets_nothing(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", tlsa=["3 1 1 " + "00" * 32])
    send(gateway, "trusted.example")
    assert attempt(gateway, "trusted.example")["reason"] == "dane-mismatch"
    assert not world.mail("trusted.example")
    assert all("MAIL" not in command for session in world.sessions("trusted.example") for command in session["commands"])


def test_dane_ta_wants_the_name_too(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", tlsa=["2 0 1"])
    send(gateway, "trusted.example")
    world.wait("trusted.example")
    assert attempt(gateway, "trusted.example")["authentication"] == "dane"


def test_a_plaintext_partner_with_tlsa_records_gets_nothing(world: World, gateway: Gateway) -> None:
    world.publish("no-starttls.example", tlsa=["3 1 1 " + "00" * 32])
    # It shows no certificate, so the record is published as it stands.
    world.zone("no-starttls.example", records=["@ MX 10 mx", f"_{world.facts['smtp_port']}._tcp.mx TLSA 3 1 1 " + "00" * 32])
    send(gateway, "no-starttls.example")
    assert attempt(gateway, "no-starttls.example")["reason"] == "starttls-not-supported"
    assert not world.mail("no-starttls.example")


@pytest.mark.parametrize("effect", ["servfail", "timeout"])
def test_tlsa_records_that_cannot_be_looked_up_hold_the_message(
    world: World, gateway_factory: Callable[..., Gateway], effect: str
) -> None:
    world.publish("tls13-only.example", tlsa=["3 1 1"])
    world.zone("tls13-only.example", faults=[f"_tcp.mx TLSA {effect}"])
    gateway = gateway_factory(world, changes={"resolver": {"timeout": "2s"}, "delivery": {"retry": ["1h"]}})
    send(gateway, "tls13-only.example")
    assert attempt(gateway, "tls13-only.example")["reason"] in ("dns-servfail", "dns-timeout")
    assert not world.mail("tls13-only.example")
    world.zone("tls13-only.example", faults=[])


def test_enforce_holds_what_a_self_signed_host_would_get(world: World, gateway: Gateway) -> None:
    world.publish("self-signed.example", mode="enforce")
    send(gateway, "self-signed.example")
    seen = attempt(gateway, "self-signed.example")
    assert seen["reason"] == "certificate-self-signed"
    assert not world.mail("self-signed.example")
    explained = gateway.cli("explain", "self-signed.example")
    assert "MTA-STS of self-signed.example asks for Strict - Trusted Enforced" in explained


def test_testing_is_recorded_and_blocks_nothing(world: World, gateway: Gateway) -> None:
    world.publish("self-signed.example", mode="testing")
    send(gateway, "self-signed.example")
    world.wait("self-signed.example")
    assert attempt(gateway, "self-signed.example")["would_fail"] == "certificate-self-signed"


def test_a_host_that_the_policy_does_not_list_is_not_used(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", mode="enforce", mx=["mx.elsewhere.example"])
    send(gateway, "trusted.example")
    assert attempt(gateway, "trusted.example")["reason"] == "mx-not-listed"
    assert not world.sessions("trusted.example")


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 301, "location": "https://elsewhere.example/"},
        {"status": 500},
        {"content_type": "text/html"},
        {"body": "version: STSv1\r\nmode: enforce\r\nmax_age: 86400\r\n"},
        {"body": "x: " + "y" * 70_000},
        {"certificate": {"issuer": "self"}},
        {"certificate": {"names": ["somebody-else.example"]}},
        {"certificate": {"ends_in_days": -1, "starts_in_days": -9}},
        {"fault": "refused"},
        {"fault": "cut"},
    ],
    ids=lambda wrong: "-".join(f"{key}" for key in wrong) + str(len(str(wrong))),
)
def test_a_policy_that_cannot_be_had_and_was_never_kept_asks_for_nothing(
    world: World, gateway: Gateway, wrong: dict[str, Any]
) -> None:
    """RFC 8461 3.3 demands it."""
    world.publish("unsigned.example", mode="enforce", mx=["mx.elsewhere.example"], **wrong)
    send(gateway, "unsigned.example")
    world.wait("unsigned.example")
    assert "sts-fetch-failed" in gateway.log()


def test_a_kept_policy_outlives_a_blocked_fetch_a_vanished_record_and_a_restart(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", mode="enforce", id="1")
    send(gateway, "trusted.example")
    world.wait("trusted.example")
    # The attacker blocks the fetch, announces another id, and shows a certificate of his own.
    world.publish("trusted.example", mode="enforce", id="2", fault="refused")
    world.certificate("trusted.example", issuer="self")
    gateway.stop()
    gateway.run()
    send(gateway, "trusted.example")
    end = time.monotonic() + 30
    while gateway.json("evidence", "list", "--domain", "trusted.example")[-1]["reason"] != "certificate-self-signed":
        assert time.monotonic() < end, gateway.log()[-4000:]
    assert len(world.mail("trusted.example")) == 1
    # Nor does it help to take the record away.
    world.publish("trusted.example", mode="enforce", record="")
    gateway.stop()
    gateway.run()
    assert "the MTA-STS" not in gateway.cli("explain", "trusted.example")
    assert "MTA-STS of trusted.example asks for Strict" in gateway.cli("explain", "trusted.example")


def test_a_record_that_cannot_be_looked_up_holds_the_message(
    world: World, gateway_factory: Callable[..., Gateway], gateway: Gateway
) -> None:
    world.zone("unsigned.example", faults=["_mta-sts TXT servfail"])
    send(gateway, "unsigned.example")
    assert attempt(gateway, "unsigned.example")["reason"] == "dns-servfail"
    assert not world.mail("unsigned.example")


def test_a_resolver_that_strips_signatures_is_named_as_such(
    world: World, gateway_factory: Callable[..., Gateway]
) -> None:
    world.dns_faults(". * strip")
    try:
        gateway = gateway_factory(world)
        end = time.monotonic() + 30
        while "event=dnssec-not-validated" not in gateway.log():
            assert time.monotonic() < end, gateway.log()[-4000:]
        assert "strips them" in gateway.log()
    finally:
        world.dns_faults()


def test_where_dnssec_works_nothing_is_said(gateway: Gateway, world: World) -> None:
    send(gateway, "trusted.example")
    world.wait("trusted.example")
    assert "dnssec-not-validated" not in gateway.log()


def test_the_probe_says_what_a_delivery_meets(world: World, gateway: Gateway) -> None:
    world.publish("self-signed.example", tlsa=["3 1 1"])
    found = gateway.json("probe", "self-signed.example")[0]
    assert found["verdict"] == "ready-strict"
    world.publish("trusted.example", tlsa=["3 1 1 " + "00" * 32])
    found = json.loads(gateway.cli("probe", "trusted.example", "--json", check=False))[0]
    assert (found["verdict"], found["reason"]) == ("not-ready", "dane-mismatch")


def test_kept_policies_can_be_shown_fetched_anew_and_forgotten(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", mode="enforce", id="1")
    send(gateway, "trusted.example")
    world.wait("trusted.example")
    (kept,) = gateway.json("sts", "show", "trusted.example")
    assert (kept["id"], kept["mode"], kept["mx"], kept["holds"]) == ("1", "enforce", ["*.trusted.example"], True)
    # The owner mends the policy and forgot to change its id: nobody would fetch it for a day.
    world.publish("trusted.example", mode="enforce", mx=["mx.elsewhere.example"], id="1")
    changes = gateway.log().count("event=policies-changed")
    assert gateway.json("sts", "refetch", "trusted.example")[0]["result"] == "fetched"
    end = time.monotonic() + 30
    while gateway.log().count("event=policies-changed") == changes:
        assert time.monotonic() < end, gateway.log()[-4000:]
    send(gateway, "trusted.example")
    while gateway.json("evidence", "list", "--domain", "trusted.example")[-1]["reason"] != "mx-not-listed":
        assert time.monotonic() < end, gateway.log()[-4000:]
    world.publish("trusted.example", withdraw_sts=True)
    assert "MTA-STS of trusted.example asks for Strict" in gateway.cli("explain", "trusted.example")
    gateway.cli("sts", "forget", "trusted.example")
    # A fetch that was under way may still leave word that it failed; no policy comes back by that.
    assert not any(row["id"] for row in gateway.json("sts", "show", "trusted.example"))
    assert "absent: MTA-STS of trusted.example" in gateway.cli("explain", "trusted.example")
    assert "sts-policy.forget" in gateway.cli("audit", "list")
    # The message that waited for it is on its way at once.
    world.wait("trusted.example", 2)


def test_a_refetch_that_fails_says_why_and_keeps_what_is_kept(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", mode="enforce")
    gateway.cli("sts", "refetch", "trusted.example")
    world.publish("trusted.example", mode="enforce", status=404)
    assert gateway.cli("sts", "refetch", "trusted.example", check=False) == ""
    (kept,) = gateway.json("sts", "show", "trusted.example")
    assert kept["holds"] and kept["failures"] == 1 and "status 404" in kept["failure"]


def test_policies_are_kept_apart_from_what_an_administrator_has_set(world: World, gateway: Gateway, tmp_path: Path) -> None:
    """A relaxed policy of one's own weakens neither."""
    world.publish("self-signed.example", mode="enforce")
    gateway.cli("policy", "add", "self-signed.example", "--mode", "relaxed")
    send(gateway, "self-signed.example")
    assert attempt(gateway, "self-signed.example")["reason"] == "certificate-self-signed"
    assert not world.mail("self-signed.example")
