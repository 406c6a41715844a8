"""Partners that ask for TLS reports (RFC 8460) receive them by mail and over HTTPS, as it is told to them."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import dns.resolver
import pytest

from lab.client import LabError, World
from lab_helpers import Connect

DOMAIN = "trusted.example"
REPORT = {"organization-name": "Someone", "report-id": "1@someone.example"}
BODY = gzip.compress(json.dumps(REPORT).encode())


@pytest.fixture
def world(own_world: World) -> Iterator[World]:
    own_world.publish(DOMAIN, tlsrpt="v=TLSRPTv1; rua={mailto},{https}")
    yield own_world


def asked(world: World) -> list[str]:
    """What the domain's record says, its strings joined."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [world.facts["resolver"]["address"]]
    resolver.port = world.facts["resolver"]["port"]
    answer = resolver.resolve(f"_smtp._tls.{DOMAIN}.", "TXT")
    return sorted(b"".join(record.strings).decode() for record in answer)


def posted(world: World) -> http.client.HTTPSConnection:
    """Posts a report as a careful sender would: the name from the record, the CA of the world."""
    host = f"reports.{DOMAIN}"
    client = http.client.HTTPSConnection(host, world.facts["policy_port"])
    context = ssl.create_default_context(cafile=world.facts["ca"])
    plain = socket.create_connection(("127.43.0.1", world.facts["policy_port"]), timeout=10)
    client.sock = context.wrap_socket(plain, server_hostname=host)
    client.request("POST", "/tls-reports", BODY, {"Content-Type": "application/tlsrpt+gzip"})
    return client


def post(world: World) -> http.client.HTTPResponse:
    """The answer to a posted report."""
    return posted(world).getresponse()


def mail(world: World, smtp: Connect) -> None:
    """Mails a report, as RFC 8460 5.3 shapes it."""
    message = EmailMessage()
    message["From"], message["To"] = "tls@someone.example", f"tls-reports@{DOMAIN}"
    message["TLS-Report-Domain"] = DOMAIN
    message.set_content("This is a TLS report.")
    message.add_attachment(BODY, "application", "tlsrpt+gzip", filename="someone.example!trusted.example!1!2.json.gz")
    message.replace_header("Content-Type", 'multipart/report; report-type="tlsrpt"; boundary="b"')
    smtp(world.partner(DOMAIN)["mx"][0]).send_message(message)


def test_the_record_names_the_mailbox_and_the_report_host(world: World) -> None:
    port = world.facts["policy_port"]
    assert asked(world) == [
        f"v=TLSRPTv1; rua=mailto:tls-reports@trusted.example,https://reports.trusted.example:{port}/tls-reports"
    ]


def test_a_record_may_be_long_odd_or_two(world: World) -> None:
    long = "v=TLSRPTv1; rua=mailto:" + "x" * 400 + "@trusted.example"
    world.publish(DOMAIN, tlsrpt=long + '\nv=TLSRPTv1; "quoted"')
    assert asked(world) == ['v=TLSRPTv1; "quoted"', long]


def test_an_empty_record_asks_for_nothing(world: World) -> None:
    world.publish(DOMAIN, tlsrpt="")
    with pytest.raises(dns.resolver.NXDOMAIN):
        asked(world)


def test_a_posted_report_is_kept_with_its_headers(world: World) -> None:
    assert post(world).status == 201
    [report] = world.reports(DOMAIN)
    assert (report.via, report.body, report.status) == ("https", BODY, 201)
    assert report.to == f"https://reports.trusted.example:{world.facts['policy_port']}/tls-reports"
    assert report.headers["content-type"] == "application/tlsrpt+gzip"
    assert report.document == REPORT


def test_a_mailed_report_is_kept_as_it_came(world: World, smtp: Connect) -> None:
    mail(world, smtp)
    [report] = world.wait_reports(DOMAIN)
    assert (report.via, report.to, report.headers["tls-report-domain"]) == ("mailto", f"tls-reports@{DOMAIN}", DOMAIN)
    assert report.document == REPORT


def test_other_mail_of_the_domain_is_no_report(world: World, smtp: Connect) -> None:
    smtp(world.partner(DOMAIN)["mx"][0]).sendmail("a@someone.example", [f"bob@{DOMAIN}"], "Subject: x\r\n\r\nx\r\n")
    assert world.mail(DOMAIN) and not world.reports(DOMAIN)


def test_a_host_that_is_busy_or_has_moved_says_so_and_keeps_what_it_got(world: World) -> None:
    world.report_host(DOMAIN, status=503)
    assert post(world).status == 503
    world.report_host(DOMAIN, status=301, location="https://elsewhere.example/")
    assert post(world).getheader("Location") == "https://elsewhere.example/"
    world.report_host(DOMAIN, status=200, location="")
    assert post(world).status == 200
    assert [report.status for report in world.reports(DOMAIN)] == [503, 301, 200]


@pytest.mark.parametrize(
    ("fault", "met"),
    [("silent", TimeoutError), ("cut", http.client.RemoteDisconnected)],
)
def test_a_host_that_never_answers_has_the_report_all_the_same(
    world: World, fault: str, met: type[Exception]
) -> None:
    world.report_host(DOMAIN, fault=fault)
    client = posted(world)
    assert len(world.wait_reports(DOMAIN)) == 1
    if fault == "silent":
        client.sock.settimeout(0.1)
    with pytest.raises(met):
        client.getresponse()


def test_a_host_may_have_a_certificate_that_nobody_trusts(world: World) -> None:
    world.report_host(DOMAIN, certificate={"issuer": "self"})
    with pytest.raises(ssl.SSLCertVerificationError):
        post(world)
    assert not world.reports(DOMAIN)


def test_forgotten_reports_are_gone_and_waiting_in_vain_says_what_is_there(world: World) -> None:
    post(world)
    with pytest.raises(LabError, match="1 of 2 reports"):
        world.wait_reports(DOMAIN, 2, timeout=0.1)
    world.forget(DOMAIN)
    assert not world.reports(DOMAIN)
