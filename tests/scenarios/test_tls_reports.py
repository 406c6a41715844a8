"""TLS reports (RFC 8460), over real sockets: counted, signed, sent by mail and HTTPS, tried again, and read."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dkim
import pytest

from lab.client import World
from lab.gateway import Gateway

MESSAGE = "Subject: hello\r\n\r\nhello\r\n"
PARTNERS = ("trusted", "self-signed", "no-starttls")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=PARTNERS) as running:
        yield running


@pytest.fixture
def gateway(world: World, gateway_factory: Callable[..., Gateway]) -> Iterator[Gateway]:
    for name in PARTNERS:
        world.set(f"{name}.example", posture=name)
        world.report_host(f"{name}.example", status=200, location="")
        world.publish(f"{name}.example", tlsa=[], withdraw_sts=True, tlsrpt="")
        world.forget(f"{name}.example")
    world.forget("corp.example")
    yield gateway_factory(world, changes={"delivery": {"retry": ["1h"]}})


def until(condition: Callable[[], Any], gateway: Gateway) -> Any:
    """What the condition answers once it answers something."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        if found := condition():
            return found
    raise AssertionError(gateway.log()[-5000:])


def send(gateway: Gateway, domain: str) -> None:
    """One message, and its attempt on record."""
    before = len(gateway.json("evidence", "list", "--domain", domain))
    assert not gateway.send("anna@corp.example", [f"bob@{domain}"], MESSAGE)
    until(lambda: len(gateway.json("evidence", "list", "--domain", domain)) > before, gateway)


def to_yesterday(gateway: Gateway) -> None:
    """Restarts the gateway, which puts its counts away, and moves them to a day that is over."""
    gateway.stop()
    with sqlite3.connect(gateway.directory / "data" / "records.db") as records:
        assert records.execute("UPDATE tls_sessions SET day = day - 1").rowcount > 0
    gateway.run()


def sendings(gateway: Gateway, domain: str, state: str) -> list[dict[str, Any]]:
    """The domain's reports that were tried, or are not to be, and are in a state."""
    rows = gateway.json("tls-report", "sent")
    tried = [row for row in rows if row["attempts"] > 0 or row["state"] == "unwanted"]
    return [row for row in tried if (row["domain"], row["state"]) == (domain, state)]


def key_of(gateway: Gateway) -> bytes:
    """What the DNS record of the gateway's DKIM key says."""
    pem = gateway.directory / "data" / "dkim.pem"
    der = subprocess.run(
        ["openssl", "pkey", "-in", str(pem), "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


# --- sent ---------------------------------------------------------------------------------------------------


def test_a_day_of_sessions_is_reported_by_https_and_by_signed_mail(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", tlsrpt="v=TLSRPTv1; rua={mailto},{https}")
    world.publish("self-signed.example", tlsrpt="v=TLSRPTv1; rua={https}", mode="testing")
    for domain in ("trusted.example", "self-signed.example"):
        send(gateway, domain)
    to_yesterday(gateway)
    gateway.cli("tls-report", "send")

    posted, mailed = world.wait_reports("trusted.example", 2)
    assert (posted.via, mailed.via) == ("https", "mailto")
    assert posted.headers["content-type"] == "application/tlsrpt+gzip"
    report = posted.document
    assert report["organization-name"] == "gateway.example"
    (policy,) = report["policies"]
    assert policy["policy"]["policy-type"] == "no-policy-found"
    assert policy["summary"] == {"total-successful-session-count": 1, "total-failure-session-count": 0}
    assert mailed.document["policies"] == report["policies"]

    assert mailed.headers["tls-required"] == "No"
    assert mailed.headers["tls-report-domain"] == "trusted.example"
    key = key_of(gateway)
    message = mailed.body[mailed.body.index(b"DKIM-Signature:") :]
    assert dkim.verify(message, dnsfunc=lambda name, **_: key)
    assert not dkim.verify(message.replace(b"Submitter: ", b"Submitter:  x"), dnsfunc=lambda name, **_: key)

    (report,) = [one.document for one in world.wait_reports("self-signed.example")]
    (policy,) = report["policies"]
    assert policy["policy"]["policy-type"] == "sts"
    assert "mode: testing" in policy["policy"]["policy-string"]
    (failure,) = policy["failure-details"]
    assert failure["result-type"] == "certificate-not-trusted"
    assert failure["receiving-mx-hostname"] == "mx.self-signed.example"
    assert failure["sending-mta-ip"].startswith("127.")


def test_a_connection_that_carries_many_messages_is_one_session(world: World, gateway: Gateway) -> None:
    for _ in range(3):
        send(gateway, "trusted.example")
    gateway.stop()
    gateway.run()
    report = gateway.json("tls-report", "preview", "trusted.example")
    assert report["policies"][0]["summary"]["total-successful-session-count"] == 1


def test_a_domain_that_asks_for_no_report_gets_none(world: World, gateway: Gateway) -> None:
    send(gateway, "trusted.example")
    to_yesterday(gateway)
    gateway.cli("tls-report", "send")
    (row,) = until(lambda: sendings(gateway, "trusted.example", "unwanted"), gateway)
    assert row["destination"] == ""
    assert not world.reports("trusted.example")


def test_the_reports_of_today_wait_until_the_day_is_over(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", tlsrpt="v=TLSRPTv1; rua={https}")
    world.publish("self-signed.example", tlsrpt="v=TLSRPTv1; rua={https}")
    send(gateway, "self-signed.example")
    to_yesterday(gateway)
    send(gateway, "trusted.example")
    gateway.stop()
    gateway.run()
    gateway.cli("tls-report", "send")
    world.wait_reports("self-signed.example")
    until(lambda: sendings(gateway, "self-signed.example", "sent"), gateway)
    assert not world.reports("trusted.example")


def test_a_report_that_was_not_taken_is_tried_again_after_a_restart_and_only_there(
    world: World, gateway: Gateway
) -> None:
    world.publish("trusted.example", tlsrpt="v=TLSRPTv1; rua={https},{mailto}")
    world.report_host("trusted.example", status=503)
    send(gateway, "trusted.example")
    to_yesterday(gateway)
    gateway.cli("tls-report", "send")
    (row,) = until(lambda: sendings(gateway, "trusted.example", "waiting"), gateway)
    assert "503" in row["detail"]
    until(lambda: sendings(gateway, "trusted.example", "sent"), gateway)

    world.report_host("trusted.example", status=200)
    gateway.stop()
    gateway.run()
    gateway.cli("tls-report", "send")
    until(lambda: len(sendings(gateway, "trusted.example", "sent")) == 2, gateway)
    reports = world.reports("trusted.example")
    answers = [(one.via, one.status) for one in reports if one.status != 503]
    assert answers == [("https", 200), ("mailto", 250)]
    assert len({one.document["report-id"] for one in reports if one.via == "https"}) == 1


def test_a_redirect_is_not_followed(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", tlsrpt="v=TLSRPTv1; rua={https}")
    world.report_host("trusted.example", status=301)
    send(gateway, "trusted.example")
    to_yesterday(gateway)
    gateway.cli("tls-report", "send")
    (row,) = until(lambda: sendings(gateway, "trusted.example", "waiting"), gateway)
    assert "301" in row["detail"]


def test_a_report_goes_out_though_tls_is_broken_and_is_in_no_report_itself(world: World, gateway: Gateway) -> None:
    world.publish("trusted.example", tlsrpt="v=TLSRPTv1; rua={mailto}", tlsa=["3 1 1 " + "00" * 32])
    send(gateway, "trusted.example")
    to_yesterday(gateway)
    gateway.cli("tls-report", "send")
    (report,) = [one.document for one in world.wait_reports("trusted.example")]
    (failure,) = report["policies"][0]["failure-details"]
    assert (failure["result-type"], failure["failure-reason-code"]) == ("validation-failure", "dane-mismatch")
    gateway.stop()
    with sqlite3.connect(gateway.directory / "data" / "records.db") as records:
        ((today,),) = records.execute(
            "SELECT count(*) FROM tls_sessions WHERE day > (SELECT min(day) FROM tls_sessions)"
        )
    assert today == 0
    gateway.run()


def test_a_gateway_that_is_told_to_sends_and_counts_nothing(
    world: World, gateway_factory: Callable[..., Gateway]
) -> None:
    silent = gateway_factory(world, changes={"tls_reports": {"send": False}})
    send(silent, "trusted.example")
    silent.stop()
    silent.run()
    assert not silent.cli("tls-report", "preview", "trusted.example", check=False)
    assert not (silent.directory / "data" / "dkim.pem").exists()


# --- received -----------------------------------------------------------------------------------------------


def document(**changes: Any) -> dict[str, Any]:
    """A report about corp.example, as Company-X would send it."""
    return {
        "organization-name": "Company-X",
        "date-range": {"start-datetime": "2026-11-24T00:00:00Z", "end-datetime": "2026-11-24T23:59:59Z"},
        "contact-info": "mailto:reports@company-x.example",
        "report-id": "one",
        "policies": [
            {
                "policy": {"policy-type": "no-policy-found", "policy-domain": "corp.example"},
                "summary": {"total-successful-session-count": 5, "total-failure-session-count": 2},
                "failure-details": [
                    {
                        "result-type": "certificate-expired",
                        "receiving-mx-hostname": "mx.corp.example",
                        "failed-session-count": 2,
                    }
                ],
            }
        ],
    } | changes


def mail_of(report: bytes, kind: str = "application/tlsrpt+gzip") -> str:
    """A report as a message (RFC 8460 5.3)."""
    lines = base64.encodebytes(report).decode().replace("\n", "\r\n")
    return (
        'From: reports@company-x.example\r\nContent-Type: multipart/report; report-type="tlsrpt"; boundary="b"\r\n'
        "\r\n--b\r\n\r\nA report.\r\n--b\r\n"
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{lines}--b--\r\n"
    )


def receive(gateway: Gateway, message: str, sender: str = "reports@company-x.example") -> None:
    assert not gateway.send(sender, ["TLS-Reports@corp.example"], message, listener="world")


def events(gateway: Gateway, name: str) -> list[str]:
    return [line for line in gateway.log().splitlines() if f"event={name} " in line]


def test_a_report_about_our_domain_is_read_and_not_passed_on(world: World, gateway: Gateway) -> None:
    receive(gateway, mail_of(gzip.compress(json.dumps(document()).encode())))
    (row,) = until(lambda: gateway.json("tls-report", "list"), gateway)
    assert (row["domain"], row["organization"], row["successful"], row["failed"]) == (
        "corp.example",
        "Company-X",
        5,
        2,
    )
    (failing,) = gateway.json("tls-report", "failures", "corp.example")
    assert (failing["result_type"], failing["host"], failing["sessions"]) == ("certificate-expired", "mx.corp.example", 2)
    shown = gateway.json("tls-report", "show", str(row["id"]))
    assert shown["policies"][0]["summary"]["total-failure-session-count"] == 2
    assert until(lambda: gateway.json("queue", "list")["messages"] == [], gateway)
    assert not world.mail("corp.example")


def test_a_new_failure_is_told_once(world: World, gateway: Gateway) -> None:
    for number in ("one", "two"):
        receive(gateway, mail_of(json.dumps(document(**{"report-id": number})).encode(), "application/json"))
        until(lambda: len(events(gateway, "tls-report-received")) == (1 if number == "one" else 2), gateway)
    (line,) = events(gateway, "tls-failure-reported")
    assert "result=certificate-expired" in line


def test_a_report_that_comes_twice_counts_once(world: World, gateway: Gateway) -> None:
    message = mail_of(gzip.compress(json.dumps(document()).encode()))
    receive(gateway, message)
    receive(gateway, message)
    until(lambda: gateway.json("tls-report", "list"), gateway)
    assert until(lambda: gateway.json("queue", "list")["messages"] == [], gateway)
    assert len(gateway.json("tls-report", "list")) == 1


@pytest.mark.parametrize(
    "message",
    [MESSAGE, mail_of(b"{}"), mail_of(b"\x1f\x8b broken"), mail_of(gzip.compress(b"[" * 1000))],
    ids=["no report", "no members", "no gzip", "too deep"],
)
def test_what_is_no_report_goes_back_to_its_sender(world: World, gateway: Gateway, message: str) -> None:
    receive(gateway, message, "bob@trusted.example")
    (bounce,) = world.wait("trusted.example")
    assert "Reason code: report-invalid" in Path(bounce["path"]).read_text()
    assert gateway.json("tls-report", "list") == []


def test_what_a_report_says_is_shown_escaped(world: World, gateway: Gateway) -> None:
    receive(gateway, mail_of(json.dumps(document(**{"organization-name": "\x1b[2J\r\nevil"})).encode(), "application/json"))
    (row,) = until(lambda: gateway.json("tls-report", "list"), gateway)
    assert "\x1b" not in row["organization"] and "\n" not in row["organization"]
    assert "\x1b" not in gateway.cli("tls-report", "list")


def test_other_mail_to_the_domain_goes_where_it_went(world: World, gateway: Gateway) -> None:
    assert not gateway.send(
        "bob@trusted.example", ["tls-reports@corp.example", "anna@corp.example"], MESSAGE, listener="world"
    )
    (mail,) = world.wait("corp.example")
    assert mail["recipients"] == ["anna@corp.example"]
