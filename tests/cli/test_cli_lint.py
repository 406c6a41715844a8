"""postern lint: what a domain publishes about TLS, read and explained before it is published."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest
from cli_helpers import ROOT, Cli

PAGE = ROOT / "docs/lint.md"
DIGEST = "8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1"
REPORT = {
    "organization-name": "Company-X",
    "date-range": {"start-datetime": "2026-11-25T00:00:00Z", "end-datetime": "2026-11-25T23:59:59Z"},
    "contact-info": "tls@company-x.example",
    "report-id": "5065427c",
    "policies": [
        {
            "policy": {"policy-type": "no-policy-found", "policy-domain": "example.com"},
            "summary": {"total-successful-session-count": 5, "total-failure-session-count": 0},
        }
    ],
}
GOOD = {
    "sts-record": "v=STSv1; id=20160831085700Z;",
    "sts-policy": "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 1209600\r\n",
    "tlsrpt-record": "v=TLSRPTv1; rua=mailto:reports@example.com",
    "tlsa": f"3 1 1 {DIGEST}",
    "report": json.dumps(REPORT),
}
BAD = {
    "sts-record": "v=STSv1; id=;",
    "sts-policy": "<html>Not Found</html>",
    "tlsrpt-record": "v=TLSRPTv1; rua=reports@example.com",
    "tlsa": f"1 1 1 {DIGEST}",
    "report": '{"policies": []}',
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_right_is_explained_without_a_finding(cli: Cli, kind: str) -> None:
    page = cli.json("lint", kind, stdin=GOOD[kind])
    assert (page["kind"], page["valid"], page["findings"]) == (kind, True, [])
    assert page["meaning"] and page["value"]
    shown = cli("lint", kind, stdin=GOOD[kind]).stdout
    assert shown.splitlines()[0].endswith(" is valid.")
    assert all(sentence in shown for sentence in page["meaning"])


@pytest.mark.parametrize("kind", BAD)
def test_what_is_wrong_is_named_and_fails(cli: Cli, kind: str) -> None:
    page = cli.json("lint", kind, stdin=BAD[kind], code=1)
    assert (page["valid"], page["meaning"], page["value"]) == (False, [], None)
    assert "error" in {finding["severity"] for finding in page["findings"]}
    shown = cli("lint", kind, stdin=BAD[kind], code=1).stdout
    assert all(finding["text"] in shown for finding in page["findings"])


@pytest.mark.parametrize("kind", GOOD)
def test_nothing_at_all_is_not_valid(cli: Cli, kind: str) -> None:
    cli("lint", kind, stdin="", code=1)


def test_warnings_leave_the_exit_code_at_zero(cli: Cli) -> None:
    policy = "version: STSv1\nmode: testing\nmx: mail.example.com\nmax_age: 60\n"
    findings = cli.json("lint", "sts-policy", stdin=policy)["findings"]
    assert [finding["severity"] for finding in findings] == ["warning", "warning"]


def test_wrong_usage_is_another_exit_code(cli: Cli) -> None:
    cli("lint", code=2)
    cli("lint", "sts", code=2)
    cli("lint", "tlsa", f"3 1 1 {DIGEST}", code=2)


def test_lint_needs_neither_configuration_nor_records(program: Path, tmp_path: Path) -> None:
    command = [program, "--config", tmp_path / "none.toml", "--data-dir", tmp_path / "none", "lint", "tlsa"]
    done = subprocess.run(command, input=GOOD["tlsa"], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "none").exists()


def lint_bytes(program: Path, kind: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program, "lint", kind], input=data, capture_output=True, timeout=120, check=False)


def test_a_report_may_be_gzip_and_a_bomb_may_not(program: Path) -> None:
    assert lint_bytes(program, "report", gzip.compress(json.dumps(REPORT).encode())).returncode == 0
    bomb = lint_bytes(program, "report", gzip.compress(b" " * (64 << 20)))
    assert bomb.returncode == 1
    assert b"Inflated, it has more than 16777216 bytes." in bomb.stdout


@pytest.mark.parametrize("kind", GOOD)
def test_any_bytes_get_an_answer_that_is_safe_to_show(program: Path, kind: str) -> None:
    for data in (bytes(range(256)) * 20, b"\x1b[2J" * 1000, b"\0" * 70_000, GOOD[kind].encode() + b"\x1b[2J\xff"):
        done = lint_bytes(program, kind, data)
        assert done.returncode == 1, data[:20]
        assert done.stderr == b""
        done.stdout.decode("utf-8")
        assert b"\x1b" not in done.stdout and b"\0" not in done.stdout


def test_too_much_is_refused_and_not_read_to_its_end(program: Path) -> None:
    for kind in GOOD:
        assert lint_bytes(program, kind, b"x" * (20 << 20)).returncode == 1


def test_every_example_of_the_page_prints_what_the_page_says(program: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"^```(sh|output)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "postern").symlink_to(program.resolve())
    script = "set -u\n" + "\n".join(text for kind, text in blocks if kind == "sh")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "".join(text for kind, text in blocks if kind == "output")
