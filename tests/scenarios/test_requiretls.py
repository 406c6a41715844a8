"""REQUIRETLS and TLS-Required: No (RFC 8689), from the client's first word to the next hop's, or the bounce."""

from __future__ import annotations

import email
import time
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

import pytest

from lab.client import World
from lab.gateway import Gateway
from lab.model import ORDINARY_EXTENSIONS

SECRET = "the body is nobody's business"
MESSAGE = f"From: anna@corp.example\r\nSubject: hello\r\n\r\n{SECRET}\r\n"
PARTNERS = ("trusted", "unsigned", "self-signed", "no-starttls", "several-mx")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=PARTNERS) as running:
        yield running


@pytest.fixture
def gateway(world: World, gateway_factory: Callable[..., Gateway]) -> Iterator[Gateway]:
    for name in PARTNERS:
        world.set(f"{name}.example", posture=name)
        world.publish(f"{name}.example", tlsa=[], withdraw_sts=True)
        world.forget(f"{name}.example")
    announces(world, "corp.example")
    world.forget("corp.example")
    yield gateway_factory(world, changes={"delivery": {"retry": ["1h"]}})


def announces(world: World, domain: str) -> None:
    world.set(domain, extensions=[*ORDINARY_EXTENSIONS, "REQUIRETLS"])


def require_tls(gateway: Gateway, domain: str, *options: str) -> None:
    assert not gateway.send("anna@corp.example", [f"bob@{domain}"], MESSAGE, options=["REQUIRETLS", *options])


def attempts(gateway: Gateway, domain: str, count: int = 1) -> list[dict[str, Any]]:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        rows = gateway.json("evidence", "list", "--domain", domain)
        if len(rows) >= count:
            return list(rows)
    raise AssertionError(gateway.log()[-4000:])


def bounce(world: World) -> Message:
    return email.message_from_bytes(open(world.wait("corp.example")[0]["path"], "rb").read())


def test_it_is_offered_under_tls_alone_and_refused_elsewhere(gateway: Gateway) -> None:
    with gateway.client() as client:
        client.ehlo()
        assert not client.has_extn("REQUIRETLS")
        assert client.mail("anna@corp.example", ["REQUIRETLS"])[0] == 555
        client.starttls()
        client.ehlo()
        assert client.has_extn("REQUIRETLS")
        assert client.mail("anna@corp.example", ["REQUIRETLS=yes"])[0] == 501
        assert client.mail("anna@corp.example", ["REQUIRETLS"])[0] == 250


def test_a_proved_host_that_announces_it_gets_the_message_with_the_parameter(world: World, gateway: Gateway) -> None:
    announces(world, "trusted.example")
    require_tls(gateway, "trusted.example")
    mail = world.wait("trusted.example")[0]
    assert any(command.upper().startswith("MAIL FROM") and "REQUIRETLS" in command for command in mail["commands"])
    seen = attempts(gateway, "trusted.example")[-1]
    assert (seen["required"], seen["met"], seen["authentication"]) == ("strict", True, "pkix")


def test_a_host_that_does_not_announce_it_ends_in_a_bounce_of_headers_alone(world: World, gateway: Gateway) -> None:
    require_tls(gateway, "trusted.example", "RET=FULL")
    notice = bounce(world)
    assert "5.7.30" in notice.as_string()
    assert SECRET not in notice.as_string()
    assert "Subject: hello" in notice.as_string()
    assert not world.mail("trusted.example")
    # What tells of the message is protected like the message.
    assert any("REQUIRETLS" in command for command in world.mail("corp.example")[0]["commands"])


def test_every_mx_is_tried_before_it_is_given_up(world: World, gateway: Gateway) -> None:
    require_tls(gateway, "several-mx.example")
    bounce(world)
    hosts = {row["peer_host"] for row in attempts(gateway, "several-mx.example", 2)}
    assert hosts == {"mx1.several-mx.example", "mx2.several-mx.example"}


def test_one_mx_that_can_is_enough(world: World, gateway: Gateway) -> None:
    world.set("several-mx.example", host="mx2", extensions=[*ORDINARY_EXTENSIONS, "REQUIRETLS"])
    require_tls(gateway, "several-mx.example")
    assert world.wait("several-mx.example")[0]["host"] == "mx2.several-mx.example"


def test_a_name_that_plain_dns_gives_proves_nothing(world: World, gateway: Gateway) -> None:
    announces(world, "unsigned.example")
    require_tls(gateway, "unsigned.example")
    assert attempts(gateway, "unsigned.example")[-1]["reason"] == "certificate-host-mismatch"
    assert not world.mail("unsigned.example")


def test_mta_sts_makes_that_name_good(world: World, gateway: Gateway) -> None:
    announces(world, "unsigned.example")
    world.publish("unsigned.example", mode="enforce")
    require_tls(gateway, "unsigned.example")
    world.wait("unsigned.example")


def test_dane_proves_a_self_signed_host(world: World, gateway: Gateway) -> None:
    announces(world, "self-signed.example")
    world.publish("self-signed.example", tlsa=["3 1 1"])
    require_tls(gateway, "self-signed.example")
    world.wait("self-signed.example")


def test_an_open_connection_of_other_mail_carries_it_only_when_it_was_proved_for_it(
    world: World, gateway: Gateway
) -> None:
    world.set("unsigned.example", extensions=[*ORDINARY_EXTENSIONS, "REQUIRETLS"])
    assert not gateway.send("anna@corp.example", ["bob@unsigned.example"], MESSAGE)
    world.wait("unsigned.example")
    require_tls(gateway, "unsigned.example")
    assert attempts(gateway, "unsigned.example", 2)[-1]["reason"] == "certificate-host-mismatch"
    assert len(world.mail("unsigned.example")) == 1
    # And its failure is none of ordinary mail's.
    assert not gateway.send("anna@corp.example", ["bob@unsigned.example"], MESSAGE)
    world.wait("unsigned.example", 2)


def test_tls_required_no_sets_dane_and_mta_sts_aside(world: World, gateway: Gateway) -> None:
    world.publish("no-starttls.example", mode="enforce")
    relaxed = MESSAGE.replace("Subject", "TLS-Required: No\r\nSubject")
    assert not gateway.send("anna@corp.example", ["bob@no-starttls.example"], MESSAGE)
    assert attempts(gateway, "no-starttls.example")[-1]["reason"] == "starttls-not-supported"
    assert not gateway.send("anna@corp.example", ["bob@no-starttls.example"], relaxed)
    world.wait("no-starttls.example")


def test_tls_required_no_never_lowers_a_policy_of_the_account(world: World, gateway: Gateway) -> None:
    gateway.cli("policy", "add", "no-starttls.example", "--mode", "relaxed", "--no-probe")
    relaxed = MESSAGE.replace("Subject", "TLS-Required: No\r\nSubject")
    assert not gateway.send("anna@corp.example", ["bob@no-starttls.example"], relaxed)
    assert attempts(gateway, "no-starttls.example")[-1]["reason"] == "starttls-not-supported"
    assert not world.mail("no-starttls.example")


def test_requiretls_beats_tls_required_no(world: World, gateway: Gateway) -> None:
    world.publish("no-starttls.example", mode="enforce")
    both = MESSAGE.replace("Subject", "TLS-Required: No\r\nSubject")
    assert not gateway.send("anna@corp.example", ["bob@no-starttls.example"], both, options=["REQUIRETLS"])
    assert attempts(gateway, "no-starttls.example")[-1]["reason"] == "starttls-not-supported"
    assert not world.mail("no-starttls.example")
