"""The table of postures is whole, readable, and the committed copy is current."""

import json
import subprocess
from pathlib import Path

import pytest

from lab_helpers import REPOSITORY
from lab.cli import TABLE, table_text
from lab.postures import INTERNAL, PARTNERS

EVERY = (*PARTNERS, *INTERNAL)


def test_committed_table_is_current() -> None:
    assert (
        TABLE.read_text() == table_text()
    ), "run lab/lab list --write and commit lab/postures.json"


def test_names_and_domains_are_unique() -> None:
    assert len({posture.name for posture in EVERY}) == len(EVERY)
    assert len({posture.domain_name for posture in EVERY}) == len(EVERY)


@pytest.mark.parametrize("posture", EVERY, ids=lambda posture: posture.name)
def test_every_posture_explains_itself_in_one_sentence(posture) -> None:
    assert posture.sentence.endswith(".") and ". " not in posture.sentence
    assert posture.sentence[0].isupper() and len(posture.sentence) < 100


def test_strict_partners_say_what_proves_their_name() -> None:
    for posture in PARTNERS:
        assert (posture.expect == "Ready: strict") == bool(posture.strict_by), posture.name


def test_the_postures_that_the_issue_names_are_there() -> None:
    wanted = (
        "trusted self-signed expired not-yet-valid wrong-name wrong-purpose incomplete-chain "
        "no-starttls starttls-4xx starttls-5xx tls10-only anonymous tls13-only mixed mx-elsewhere "
        "null-mx no-mail bogus slow drops-at-data greylisting"
    ).split()
    assert set(wanted) <= {posture.name for posture in PARTNERS}


def test_list_prints_every_domain_from_anywhere(tmp_path: Path) -> None:
    program = str(REPOSITORY / "lab" / "lab")
    shown = subprocess.run(
        [program, "list"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for posture in EVERY:
        assert f"{posture.domain_name} " in shown.stdout and posture.sentence in shown.stdout
    data = subprocess.run([program, "list", "--json"], capture_output=True, text=True, check=True)
    assert len(json.loads(data.stdout)["partners"]) == len(PARTNERS)
