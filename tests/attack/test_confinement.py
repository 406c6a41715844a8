"""A gateway that was taken over can start nothing and leave nothing outside its own folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.gateway import Gateway, default_program


def status_of(gateway: Gateway) -> dict[str, str]:
    assert gateway.process is not None
    lines = Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.skipif("asan" in default_program().parts, reason="the leak sanitizer needs what is given up")
def test_every_thread_of_the_running_gateway_has_given_up_its_rights(gateway: Gateway) -> None:
    assert gateway.process is not None
    threads = sorted(Path(f"/proc/{gateway.process.pid}/task").iterdir())
    assert len(threads) > 3
    for thread in threads:
        text = (thread / "status").read_text()
        assert "NoNewPrivs:\t1" in text, thread
        assert "Seccomp:\t2" in text, thread
    assert "rights-kept" not in (gateway.directory / "postern.log").read_text()


def test_what_was_given_up_is_not_missed(gateway: Gateway, domain: str) -> None:
    gateway.send("ann@world.example", [f"user@{domain}"], "Subject: x\r\n\r\nx\r\n", listener="world")
    gateway.cli("status")
    assert status_of(gateway)["State"].startswith(("S", "R"))


def test_the_systemd_unit_lets_the_program_give_up_its_rights() -> None:
    """A call outside the unit's filter ends the process, and no group of Debian 12's systemd holds these."""
    unit = Path(__file__).resolve().parents[2] / "packaging/systemd/postern.service"
    lines = [line.partition("=")[2] for line in unit.read_text().splitlines() if line.startswith("SystemCallFilter=")]
    allowed = {word for line in lines for word in line.split()}
    needed = {"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}
    assert "@system-service" in allowed and needed <= allowed
    assert not any(word.startswith("~") for word in allowed)
