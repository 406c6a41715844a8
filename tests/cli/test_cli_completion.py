"""Completion and the manual page come from the command tree, and are kept current in the tree."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from cli_helpers import ROOT, Cli

GENERATED = {
    "packaging/completions/postern.bash": ("completion", "bash"),
    "packaging/completions/_postern": ("completion", "zsh"),
    "packaging/man/postern.1": ("docs", "man"),
}


@pytest.mark.parametrize("file", GENERATED)
def test_the_file_in_the_tree_is_what_the_program_makes(cli: Cli, file: str) -> None:
    words = GENERATED[file]
    assert (ROOT / file).read_text() == cli(*words).stdout, (
        f"not current: build/release/postern {' '.join(words)} > {file}"
    )


def complete(program: Path, *words: str, folder: Path) -> list[str]:
    """What bash offers for the last word."""
    script = f"""
        source <({shlex.quote(str(program))} completion bash)
        COMP_WORDS=({shlex.join(words)})
        COMP_CWORD={len(words) - 1}
        _postern
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, cwd=folder, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands_options_words_and_files(program: Path, tmp_path: Path) -> None:
    (tmp_path / "partners.txt").write_text("example.com\n")
    groups = complete(program, "postern", "", folder=tmp_path)
    assert {"policy", "queue", "audit", "--account"} <= set(groups)
    assert complete(program, "postern", "pol", folder=tmp_path) == ["policy"]
    assert {"add", "promote"} <= set(complete(program, "postern", "policy", "", folder=tmp_path))
    assert "--mx" in complete(program, "postern", "policy", "add", "--m", folder=tmp_path)
    modes = complete(program, "postern", "policy", "add", "--mode", "", folder=tmp_path)
    assert modes == ["opportunistic", "relaxed", "strict"]
    after_global = ("postern", "--account", "main", "policy", "pro")
    assert complete(program, *after_global, folder=tmp_path) == ["promote"]
    imported = complete(program, "postern", "policy", "import", "par", folder=tmp_path)
    assert imported == ["partners.txt"]


def test_the_manual_page_has_every_command_and_formats_without_a_warning(cli: Cli) -> None:
    page = cli("docs", "man").stdout
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-cbou"],
        input=page,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    text = " ".join(done.stdout.replace("\N{HYPHEN}", "-").split())
    for command in ("policy import FILE", "audit verify", "exception add DOMAIN", "version"):
        assert f"postern {command}" in text
