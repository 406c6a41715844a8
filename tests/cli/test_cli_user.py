"""Users of the web application by command line: the way in, and the way back in."""

from __future__ import annotations

import sqlite3

from cli_helpers import Cli

PASSWORD = "correct horse battery"


def add(cli: Cli, name: str, *grants: str, code: int = 0) -> str:
    words = [word for grant in grants for word in ("--grant", grant)]
    done = cli("user", "add", name, "--password-file", "-", *words, stdin=PASSWORD + "\n", code=code)
    return done.stdout + done.stderr


def password_hash(cli: Cli, name: str) -> str:
    with sqlite3.connect(cli.data_dir / "records.db") as records:
        return str(records.execute("SELECT password_hash FROM users WHERE name = ?", (name,)).fetchone()[0])


def test_a_user_is_added_shown_changed_and_removed(cli: Cli) -> None:
    assert "postern user add" in cli("user", "list").stdout
    assert add(cli, "Anna", "*:administrator", "main:viewer") == "User anna added: *:administrator main:viewer.\n"
    add(cli, "bert", "main:viewer")
    assert [user["name"] for user in cli.json("user", "list")] == ["anna", "bert"]
    before = password_hash(cli, "bert")
    cli("user", "set", "bert", "--grant", "main:operator", "--password-file", "-", stdin="another horse battery\n")
    assert cli.json("user", "show", "bert")["grants"] == [{"account": "main", "role": "operator"}]
    after = password_hash(cli, "bert")
    assert before != after and after.startswith("$argon2id$")
    cli("user", "remove", "bert")
    assert "There is no user" in cli("user", "show", "bert", code=1).stderr


def test_the_last_administrator_stays_until_there_is_another(cli: Cli) -> None:
    add(cli, "anna", "*:administrator")
    assert "last administrator" in cli("user", "remove", "anna", code=1).stderr
    assert "last administrator" in cli("user", "set", "anna", "--grant", "main:viewer", code=1).stderr
    add(cli, "bert", "*:administrator")
    cli("user", "remove", "anna")


def test_a_second_factor_that_was_lost_is_taken_away(cli: Cli) -> None:
    add(cli, "anna", "*:administrator")
    with sqlite3.connect(cli.data_dir / "records.db") as records:
        records.execute("UPDATE users SET totp_secret = 'c2VjcmV0'")
    assert cli.json("user", "show", "anna")["second_factor"] is True
    cli("user", "set", "anna", "--reset-second-factor")
    assert cli.json("user", "show", "anna")["second_factor"] is False


def test_mistakes_are_said_with_what_to_write_instead(cli: Cli) -> None:
    assert "ACCOUNT:ROLE" in add(cli, "anna", "main", code=1)
    assert "ACCOUNT:ROLE" in add(cli, "anna", "main:boss", code=1)
    assert 'no account "ghost"' in add(cli, "anna", "ghost:viewer", code=1)
    assert "letters" in add(cli, "a b", "main:viewer", code=1)
    weak = cli("user", "add", "anna", "--password-file", "-", "--grant", "main:viewer", stdin="short\n", code=1)
    assert "at least 12 characters" in weak.stderr
    add(cli, "anna", "main:viewer")
    assert "already" in add(cli, "anna", "main:viewer", code=1)
    assert "say what is to change" in cli("user", "set", "anna", code=2).stderr


def test_the_audit_log_says_who_was_changed_and_no_password(cli: Cli) -> None:
    add(cli, "anna", "*:administrator")
    cli("user", "set", "anna", "--password-file", "-", stdin="another horse battery\n")
    entries = cli.json("audit", "list")
    assert [entry["action"] for entry in entries if entry["object"] == "user anna"] == ["user.add", "user.change"]
    told = cli("audit", "list", "--json").stdout
    assert "password_changed" in told
    for secret in (PASSWORD, "another horse battery", "argon2id"):
        assert secret not in told
