"""The running gateway as its operator meets it: start, change, reload, stop, crash, a full disk."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import smtplib
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.client import World
from lab.gateway import Gateway, default_program

PARTNERS = ("trusted", "self-signed", "no-starttls", "greylisting", "several-mx", "refused")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small practice world, which these tests change as they like."""
    with World.start(tmp_path_factory.mktemp("world"), only=PARTNERS) as running:
        yield running


@pytest.fixture
def gateway(tmp_path: Path, world: World) -> Iterator[Gateway]:
    with Gateway.start(tmp_path / "gateway", world) as running:
        yield running


def until(condition: Callable[[], bool], within: float = 30.0) -> None:
    """Asks until it holds; asking takes time itself."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not come to it in time"


def restart(gateway: Gateway) -> None:
    gateway.stop()
    gateway.run()


def test_a_policy_is_in_force_when_the_command_returns(gateway: Gateway, world: World) -> None:
    world.forget("no-starttls.example")
    gateway.cli("policy", "add", "no-starttls.example", "--mode", "relaxed", "--on-failure", "bounce")
    before = len(world.mail("corp.example"))
    gateway.send("anna@corp.example", ["bob@no-starttls.example"], "Subject: x\r\n\r\nx\r\n")
    world.wait("corp.example", before + 1, timeout=30)
    assert world.mail("no-starttls.example") == []


def test_a_removed_policy_lets_waiting_mail_go_within_seconds(gateway: Gateway, world: World) -> None:
    world.forget("no-starttls.example")
    gateway.cli("policy", "add", "no-starttls.example", "--mode", "strict", "--no-probe")
    gateway.send("anna@corp.example", ["bob@no-starttls.example"], "Subject: x\r\n\r\nx\r\n")
    until(lambda: "starttls-not-supported" in gateway.cli("queue", "list"))
    gateway.cli("policy", "remove", "no-starttls.example")
    world.wait("no-starttls.example", 1, timeout=30)


def test_a_held_message_waits_for_its_release(gateway: Gateway, world: World) -> None:
    world.forget("refused.example")
    gateway.send("anna@corp.example", ["bob@refused.example"], "Subject: x\r\n\r\nx\r\n")
    until(lambda: "connection-refused" in gateway.cli("queue", "list"))
    [message] = gateway.json("queue", "list")["messages"]
    gateway.cli("queue", "hold", message["id"])
    assert gateway.json("queue", "show", message["id"])["deliveries"][0]["state"] == "held"
    gateway.cli("queue", "release", message["id"])
    assert gateway.json("queue", "show", message["id"])["deliveries"][0]["state"] == "queued"
    assert "Subject: x" in gateway.cli("queue", "export", message["id"])
    gateway.cli("queue", "remove", message["id"])
    assert gateway.json("queue", "list")["messages"] == []


def test_a_long_list_of_domains_that_several_threads_share_is_answered_in_its_order(gateway: Gateway) -> None:
    domains = [f"nobody{number}.example" for number in range(300)]
    domains[0], domains[150], domains[-1] = "trusted.example", "self-signed.example", "no-starttls.example"
    done = gateway.command("probe", "--file", "-", "--json", stdin="\n".join([*domains, "trusted.example"]).encode())
    assert done.returncode == 3, "some are ready"
    findings = json.loads(done.stdout)
    assert [one["domain"] for one in findings] == domains
    verdicts = [one["verdict"] for one in findings]
    assert (verdicts[0], verdicts[150]) == ("ready-strict", "ready-relaxed")
    assert not any(verdict.startswith("ready") for verdict in verdicts[1:150] + verdicts[151:])


def test_every_command_that_asks_the_gateway_or_the_dns_prints_json(gateway: Gateway, world: World) -> None:
    world.forget("refused.example")
    gateway.send("anna@corp.example", ["bob@refused.example"], "Subject: x\r\n\r\nx\r\n")
    until(lambda: "connection-refused" in gateway.cli("queue", "list"))
    message = gateway.json("queue", "list")["messages"][0]["id"]
    for words in (
        ("status",),
        ("probe", "trusted.example"),
        ("explain", "bob@refused.example"),
        ("queue", "show", message),
        ("queue", "hold", message),
        ("queue", "release", message),
        ("queue", "retry", message),
        ("queue", "recalculate"),
    ):
        assert gateway.json(*words), words
    exported = gateway.json("queue", "export", message)
    assert b"Subject: x" in base64.b64decode(exported["message_base64"])
    assert gateway.json("queue", "remove", message)["deliveries"] == 1
    [verdict] = json.loads(gateway.cli("domain", "validate", "corp.example", "--json", check=False))
    assert verdict["result"] == "validated"


def test_acknowledged_mail_survives_kill_and_arrives_unharmed(gateway: Gateway, world: World) -> None:
    world.forget("trusted.example")
    bodies: dict[str, str] = {}
    for number in range(40):
        text = f"number {number} " + "x" * (100 + 997 * number) + "\r\n"
        if number == 20:
            gateway.kill()
            gateway.run()
        wrapped = "\r\n".join(text[i : i + 900] for i in range(0, len(text) - 2, 900)) + "\r\n"
        gateway.send("anna@corp.example", ["bob@trusted.example"], f"Subject: {number}\r\n\r\n{wrapped}")
        bodies[str(number)] = hashlib.sha256(wrapped.encode()).hexdigest()
    gateway.kill()
    gateway.run()

    def arrived() -> dict[str, str]:
        found = {}
        for mail in world.mail("trusted.example"):
            raw = Path(mail["path"]).read_bytes()
            head, _, body = raw.partition(b"\r\n\r\n")
            subject = head.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
            found[subject] = hashlib.sha256(body).hexdigest()
        return found

    until(lambda: len(arrived()) == len(bodies))
    assert arrived() == bodies


def test_a_stop_finishes_in_order_and_loses_nothing(gateway: Gateway, world: World) -> None:
    gateway.send("anna@corp.example", ["bob@refused.example"], "Subject: x\r\n\r\nx\r\n")
    assert gateway.stop() == 0
    gateway.run()
    assert len(gateway.json("queue", "list")["messages"]) == 1


def test_a_second_gateway_on_the_same_queue_is_refused_with_the_holder(gateway: Gateway) -> None:
    done = subprocess.run(
        [gateway.program, "serve", "--config", str(gateway.config)], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert gateway.process is not None
    assert str(gateway.process.pid) in done.stderr


def test_a_mistake_in_the_configuration_stops_the_start_with_file_line_and_remedy(tmp_path: Path) -> None:
    config = tmp_path / "postern.toml"
    config.write_text('[delivery]\nlifetme = "5d"\n')
    done = subprocess.run([default_program(), "serve", "--config", str(config)], capture_output=True, text=True)
    assert done.returncode == 1
    assert f'{config}:2: there is no setting "lifetme"; did you mean "lifetime"?' in done.stderr


def test_a_changed_certificate_is_used_without_a_restart(gateway: Gateway, world: World, tmp_path: Path) -> None:
    def fingerprint() -> str:
        place = gateway.listeners["world"]
        with smtplib.SMTP(place.address, place.port, timeout=30) as connection:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection.starttls(context=context)
            sock = connection.sock
            assert isinstance(sock, ssl.SSLSocket)
            return hashlib.sha256(sock.getpeercert(True) or b"").hexdigest()

    certificate = Path(world.facts["gateway"]["cert"])
    key = Path(world.facts["gateway"]["key"])
    old_certificate, old_key, before = certificate.read_bytes(), key.read_bytes(), fingerprint()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         "/CN=new", "-addext", "subjectAltName=DNS:gateway.example", "-days", "2", "-keyout", str(tmp_path / "k"),
         "-out", str(tmp_path / "c")],
        check=True, capture_output=True,
    )
    try:
        key.write_bytes((tmp_path / "k").read_bytes())
        certificate.write_bytes((tmp_path / "c").read_bytes())
        gateway.reload()
        until(lambda: fingerprint() != before)
    finally:
        key.write_bytes(old_key)
        certificate.write_bytes(old_certificate)


def test_metrics_health_and_readiness_are_served(gateway: Gateway, world: World) -> None:
    gateway.send("anna@corp.example", ["bob@trusted.example"], "Subject: x\r\n\r\nx\r\n")

    def page(path: str) -> str:
        with urllib.request.urlopen(f"http://{gateway.http}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    assert page("/healthz") == "alive\n"
    assert page("/readyz") == "ready\n"
    assert 'postern_messages_accepted_total{leg="' in page("/metrics")


def test_the_control_socket_is_for_its_user_only(gateway: Gateway) -> None:
    path = gateway.directory / "data" / "control.sock"
    assert path.stat().st_mode & 0o077 == 0
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(b"GARBAGE\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_evidence_and_audit_hold_what_happened(gateway: Gateway, world: World) -> None:
    world.forget("trusted.example")
    gateway.cli("policy", "add", "trusted.example", "--mode", "strict")
    gateway.send("anna@corp.example", ["bob@trusted.example"], "Subject: x\r\n\r\nx\r\n")
    world.wait("trusted.example", timeout=30)
    until(lambda: "gateway-to-partner" in gateway.cli("evidence", "list", "--json"))
    assert json.loads(gateway.cli("audit", "verify", "--json"))["intact"] is True
    restart(gateway)
    assert "gateway-to-partner" in gateway.cli("evidence", "list", "--json")


def test_systemd_may_bind_the_socket_for_the_gateway(tmp_path: Path, world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        gateway = Gateway.start(
            tmp_path / "gateway", world, listeners=[{"name": "passed", "socket": "smtp", "role": "world"}],
            inherited={"smtp": bound},
        )
        with gateway:
            with smtplib.SMTP(*bound.getsockname(), timeout=30) as connection:
                assert connection.ehlo()[0] == 250
            assert gateway.listeners["passed"].port == bound.getsockname()[1]


def test_a_full_disk_answers_452_and_recovers_when_space_returns(tmp_path: Path, world: World) -> None:
    data = tmp_path / "gateway" / "data"
    data.mkdir(parents=True)
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    owner = f"uid={os.getuid()},gid={os.getgid()}"
    subprocess.run([*as_root, "mount", "-t", "tmpfs", "-o", f"size=64m,mode=0700,{owner}", "postern", str(data)], check=True)
    try:
        with Gateway.start(tmp_path / "gateway", world, {"queue": {"segment": "1MiB", "reserve": "8MiB"}}) as gateway:
            filler = data / "filler"
            with filler.open("wb") as file:
                file.write(b"x" * (54 << 20))

            def refused() -> bool:
                try:
                    gateway.send("anna@corp.example", ["bob@trusted.example"], "Subject: x\r\n\r\nx\r\n")
                except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as problem:
                    return problem.smtp_code == 452
                return False

            until(refused)
            filler.unlink()

            def accepted() -> bool:
                return not refused()

            until(accepted)
    finally:
        subprocess.run([*as_root, "umount", "-l", str(data)], check=True)
