"""Sending from the practice world; one of its own servers plays the gateway."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.client import LabError, World
from lab.send import machine_of, send
from lab_helpers import REPOSITORY

SENDER = "anna@several-mx.example"


@pytest.fixture
def gateway(own_world: World) -> tuple[str, int]:
    """trusted.example with the gateway's name, asking for client certificates."""
    own_world.certificate("trusted.example", names=["gateway.example"])
    own_world.set("trusted.example", tls={"asks_client_certificate": True})
    server = own_world.partner("trusted.example")["mx"][0]
    return server["address"], server["port"]


def test_mail_comes_from_the_senders_own_address_under_tls(
    own_world: World, gateway: tuple[str, int]
) -> None:
    sent = send(own_world, SENDER, ["x@trusted.example"], gateway)
    assert sent.accepted and sent.steps[-1] == "DATA: 250 2.0.0 Message taken"
    [message] = own_world.wait("trusted.example")
    assert message["peer"] == own_world.partner("several-mx")["mx"][0]["address"]
    assert message["ehlo"] == "mx1.several-mx.example"
    assert message["tls"]["sni"] == "gateway.example"


def test_the_senders_certificate_is_shown_when_asked(
    own_world: World, gateway: tuple[str, int]
) -> None:
    own_world.certificate("several-mx.example", usage="both")
    assert send(own_world, SENDER, ["x@trusted.example"], gateway, show_certificate=True).accepted
    assert own_world.wait("trusted.example")[0]["tls"]["client_certificate_sha256"]


def test_a_refusal_is_told_and_not_raised(own_world: World, gateway: tuple[str, int]) -> None:
    own_world.set("trusted.example", requires_tls=True)
    sent = send(own_world, SENDER, ["x@trusted.example"], gateway, tls=False)
    assert not sent.accepted
    assert sent.steps[-1] == f"MAIL FROM:<{SENDER}>: 530 5.7.0 Must issue a STARTTLS command first"
    own_world.certificate("trusted.example", names=["other.example"])
    untrusted = send(own_world, SENDER, ["x@trusted.example"], gateway)
    assert not untrusted.accepted and "Hostname mismatch" in untrusted.steps[-1]


def test_internal_servers_send_too_and_domains_without_servers_cannot(own_world: World) -> None:
    assert machine_of(own_world, "anna@corp.example")["host"] == "mail1.corp.example"
    with pytest.raises(LabError, match="null-mx.example has no server"):
        machine_of(own_world, "anna@null-mx.example")


def test_the_command_prints_the_steps(own_world: World, gateway: tuple[str, int]) -> None:
    words = ["send", "--dir", own_world.facts["directory"], "--from", SENDER]
    words += ["--to", "x@trusted.example", "--server", f"{gateway[0]}:{gateway[1]}"]
    program = str(REPOSITORY / "lab" / "lab")
    done = subprocess.run([program, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("DATA: 250 2.0.0 Message taken\n")
    nowhere = str(Path(own_world.facts["directory"]) / "nowhere")
    words[2] = nowhere
    failed = subprocess.run([program, *words], capture_output=True, text=True)
    assert failed.returncode == 1 and f"no world runs in {nowhere}" in failed.stderr


def test_where_prints_commands_that_work(own_world: World) -> None:
    program = str(REPOSITORY / "lab" / "lab")
    words = [program, "where", "--dir", own_world.facts["directory"]]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert f"port {own_world.facts['resolver']['port']}" in told
    own_world.certificate("trusted.example", starts_in_days=-9, ends_in_days=-1)
    told = subprocess.run([*words, "trusted"], capture_output=True, text=True, check=True).stdout
    [command] = [line.strip() for line in told.splitlines() if "openssl" in line]
    shown = subprocess.run(command.split(), input="", capture_output=True, text=True)
    assert "certificate has expired" in shown.stderr
    told = subprocess.run([*words, "corp"], capture_output=True, text=True, check=True).stdout
    assert told.count("openssl s_client") == 2
