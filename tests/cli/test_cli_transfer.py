"""A configuration moves from one gateway to another by export and import."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from cli_helpers import Cli

GROUPS = ("domain", "route", "sender", "policy", "exception")


@pytest.fixture
def other(program: Path, tmp_path: Path) -> Cli:
    """A second gateway, with nothing in it."""
    data_dir = tmp_path / "other"
    data_dir.mkdir()
    return Cli(program, data_dir)


def configure(cli: Cli, account: str, domain: str) -> None:
    """Something of every group, for one account."""
    of = ("--account", account)
    cli("domain", "add", domain, "--already-validated", *of)
    cli("route", "add", domain, "--host", f"mail.{domain}", "--mode", "strict", "--name", "mx.example.net", *of)
    cli("route", "add", "*", "--host", "2001:db8::25", "--port", "587", "--priority", "5", *of)
    cli("sender", "add", "--range", f"192.0.2.{len(account)}", "--require-tls", "--note", '=café, "the office"', *of)
    cli("policy", "add", "partner.example", "--mx", "*.example.net", "--note", f"for {account}", *of)
    cli("exception", "add", "late.example", "--reason", "lapsed", "--for", "3d", *of)


def exported(cli: Cli, group: str, account: str) -> str:
    return cli(group, "export", "--account", account).stdout


def test_a_configuration_of_two_accounts_moves_to_another_gateway(cli: Cli, other: Cli) -> None:
    cli("account", "add", "second", "--title", "Second, Ltd")
    configure(cli, "main", "one.example.org")
    configure(cli, "second", "two.example.org")
    other("account", "import", "-", stdin=cli("account", "export").stdout)
    for account in ("main", "second"):
        for group in GROUPS:
            more = ("--already-validated",) if group == "domain" else ()
            text = exported(cli, group, account)
            other(group, "import", "-", "--account", account, *more, stdin=text)
    assert other("account", "export").stdout == cli("account", "export").stdout
    for account in ("main", "second"):
        for group in GROUPS:
            arrived = list(csv.DictReader(io.StringIO(exported(other, group, account))))
            left = list(csv.DictReader(io.StringIO(exported(cli, group, account))))
            for row in arrived + left:
                row.pop("created", None)  # an exception is made anew
            assert arrived == left, group
            again = other(group, "import", "-", "--account", account, stdin=exported(cli, group, account))
            assert "0 added, 0 changed" in again.stdout and "0 refused" in again.stdout
    assert other.json("audit", "verify")["intact"]


def test_no_password_leaves_the_gateway_and_none_is_lost(cli: Cli, other: Cli) -> None:
    secret = "correct-horse-battery"
    cli("sender", "add", "--user", "app", "--password-file", "-", stdin=secret + "\n")
    login = ("--user", "gateway", "--password-file", "-")
    cli("route", "add", "*", "--host", "smart.example", *login, stdin=secret + "\n")
    for group in ("sender", "route"):
        text = cli(group, "export").stdout
        whole = text + cli(group, "export", "--json").stdout + cli(group, "list", "--json").stdout
        assert secret not in whole and "argon2id$" not in whole
        [row] = csv.DictReader(io.StringIO(text))
        assert row["has_password"] == "yes"
        refused = other.json(group, "import", "-", stdin=text, code=1)
        assert "--password-file FILE" in refused[0]["reason"]
        assert "1 unchanged" in cli(group, "import", "-", stdin=text).stdout


def test_a_long_list_with_bad_lines_takes_the_good_ones_in_one_change(cli: Cli) -> None:
    lines = [f"d{i}.example.org" for i in range(3000)]
    lines[1000] = "not a domain"
    lines[2000] = "d1.example.org"
    verdicts = cli.json("domain", "import", "-", stdin="\n".join(lines), code=3)
    refused = {line["line"]: line["verdict"] for line in verdicts if line["refused"]}
    assert refused == {1001: "Invalid Domain", 2001: "Duplicate Domain"}
    assert len(cli.json("domain", "list")) == 2998
    assert cli("domain", "import", "-", stdin="\n".join(lines), code=3).stdout.endswith(
        "0 added, 0 changed, 2998 unchanged, 2 refused.\n"
    )
