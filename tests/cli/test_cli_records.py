"""Records by command line, from outside: what is printed, what is kept, what is never shown.

Strict policies are added with pins or with --no-probe: a probe would ask the machine's DNS.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cli_helpers import Cli


def test_first_command_makes_records_that_only_the_owner_can_read(cli: Cli) -> None:
    assert [account["name"] for account in cli.json("account", "list")] == ["main"]
    for file in cli.data_dir.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_records_that_others_can_read_are_refused_with_the_remedy(cli: Cli) -> None:
    cli("account", "list")
    records = cli.data_dir / "records.db"
    os.chmod(records, 0o644)
    refused = cli("policy", "list", code=1)
    assert f"chmod 600 {records}" in refused.stderr


def test_a_missing_folder_is_named(cli: Cli) -> None:
    cli.data_dir = cli.data_dir / "nowhere"
    assert f"Make the folder {cli.data_dir}" in cli("policy", "list", code=1).stderr


def test_policies_survive_a_round_trip_through_csv_that_python_reads(cli: Cli) -> None:
    cli("policy", "add", "example.com", "--mx", "*.example.net", "--note", 'said "yes", twice')
    cli("policy", "add", "*.gov.uk", "--mode", "relaxed", "--exclude", "old.gov.uk")
    exported = cli("policy", "export").stdout
    rows = {row["domain"]: row for row in csv.DictReader(io.StringIO(exported))}
    assert rows["example.com"]["mx"] == "*.example.net"
    assert rows["example.com"]["note"] == 'said "yes", twice'
    assert rows["*.gov.uk"]["exclude"] == "old.gov.uk"
    cli("policy", "remove", "example.com", "*.gov.uk")
    cli("policy", "import", "-", stdin=exported)
    assert cli("policy", "export").stdout == exported


def test_import_of_many_lines_is_idempotent_and_dry_run_changes_nothing(cli: Cli) -> None:
    lines = "".join(f"partner{i}.example.com\n" for i in range(5000))
    assert "5000 added" in cli("policy", "import", "-", "--dry-run", stdin=lines).stdout
    assert cli.json("policy", "list") == []
    cli("policy", "import", "-", "--stage", "monitor", stdin=lines)
    before = cli("policy", "export").stdout
    again = cli("policy", "import", "-", "--stage", "monitor", stdin=lines).stdout
    assert "0 added, 0 changed, 5000 unchanged, 0 refused." in again
    assert cli("policy", "export").stdout == before


def test_some_refused_lines_end_with_exit_code_3(cli: Cli) -> None:
    verdicts = cli.json("policy", "import", "-", stdin="example.com\nco.uk\nnot a domain\n", code=3)
    assert [line["verdict"] for line in verdicts] == ["Added", "Public Suffix", "Invalid Domain"]


def test_wrong_usage_ends_with_exit_code_2(cli: Cli) -> None:
    assert "--help" in cli("policy", "frobnicate", code=2).stderr
    cli("policy", "add", code=2)
    cli("policy", "set", "example.com", code=2)


def test_passwords_are_taken_from_a_file_and_never_shown(cli: Cli, tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    cli("domain", "add", "corp.example.com", "--already-validated")
    cli("sender", "add", "--user", "app", "--password-file", "-", stdin=secret + "\n")
    shown = "".join(
        cli(*words).stdout
        for words in (
            ("sender", "list"),
            ("sender", "list", "--json"),
            ("audit", "export"),
            ("audit", "export", "--csv"),
        )
    )
    assert "app" in shown
    assert secret not in shown
    assert "argon2id$" not in shown


def test_the_audit_chain_can_be_recomputed_by_anyone(cli: Cli) -> None:
    cli("policy", "add", "example.com", "--no-probe", "--note", "café")
    cli("policy", "set", "example.com", "--mode", "relaxed")
    cli("policy", "remove", "example.com")
    previous = ""
    entries = [json.loads(line) for line in cli("audit", "export").stdout.splitlines()]
    assert [entry["action"] for entry in entries] == [
        "account.add",
        "policy.add",
        "policy.set",
        "policy.remove",
    ]
    for entry in entries:
        fields = [
            previous,
            *(
                str(entry[name])
                for name in ("sequence", "time", "actor", "via", "account_id", "action")
            ),
            *(entry[name] for name in ("object", "before", "after")),
        ]
        text = b"".join(b"%d:%s," % (len(raw), raw) for raw in (field.encode() for field in fields))
        previous = hashlib.sha256(text).hexdigest()
        assert entry["hash"] == previous
    assert cli.json("audit", "verify")["head"] == previous


def test_tampering_with_the_file_shows(cli: Cli) -> None:
    cli("policy", "add", "example.com", "--no-probe")
    head = cli.json("audit", "verify")["head"]
    with sqlite3.connect(cli.data_dir / "records.db") as records:
        records.execute("DROP TRIGGER audit_keeps_entries")
        records.execute("DELETE FROM audit WHERE sequence = 2")
    records.close()
    assert "NOT intact" in cli("audit", "verify", code=1).stderr
    assert "was rewritten" not in cli("audit", "verify", "--head", head, code=1).stderr


def test_commands_that_run_at_the_same_time_all_take_effect(cli: Cli) -> None:
    cli("account", "list")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: cli("policy", "add", f"p{i}.example.com", "--no-probe"), range(16)))
    assert len(cli.json("policy", "list")) == 16
    assert cli.json("audit", "verify")["intact"]


def test_accounts_do_not_see_each_other(cli: Cli) -> None:
    cli("account", "add", "other")
    cli("policy", "add", "example.com", "--mode", "relaxed", "--account", "other")
    assert cli.json("policy", "list") == []
    assert [one["account"] for one in cli.json("policy", "list", "--account", "other")] == ["other"]
    cli("policy", "add", "example.com", "--mode", "strict", "--no-probe")
    assert cli.json("policy", "show", "example.com")[0]["mode"] == "strict"


def test_an_exception_is_bounded_and_named_in_the_audit_log(cli: Cli) -> None:
    cli("exception", "add", "example.com", "--reason", "lapsed", "--for", "40d", code=1)
    cli("exception", "add", "example.com", "--reason", "lapsed", "--for", "3d")
    assert cli.json("exception", "list")[0]["reason"] == "lapsed"
    assert "exception.add" in cli("audit", "list").stdout


def test_a_pipe_that_closes_early_ends_the_command_quietly(cli: Cli) -> None:
    cli("policy", "import", "-", stdin="".join(f"p{i}.example.com\n" for i in range(3000)))
    with subprocess.Popen(
        [cli.program, "--data-dir", cli.data_dir, "policy", "export"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as export:
        assert export.stdout is not None and export.stderr is not None
        export.stdout.readline()
        export.stdout.close()
        assert export.stderr.read() == b""
