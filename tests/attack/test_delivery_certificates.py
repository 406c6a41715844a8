"""Certificates made to deceive: strict refuses each for what is wrong with it, relaxed records it."""

from __future__ import annotations

import pytest

from evil_certificates import BAD, CAUSES, GOOD, Maker
from evil_partner import EvilPartner, Manners
from evil_pki import certificate, server_context
from evil_world import EvilWorld


def delivery(evil: EvilWorld, mode: str, maker: Maker) -> tuple[dict[str, object], EvilPartner]:
    """What became of a message to a partner that shows such a chain."""
    target = evil.target(mode)
    context = server_context(evil.directory, *maker(target.host, evil.root))
    with evil.evil(target, Manners(context)) as partner:
        evil.send(target)
        return evil.attempt(target), partner


@pytest.mark.parametrize("what", GOOD)
def test_strict_takes_what_is_right(what: str, evil: EvilWorld) -> None:
    attempt, partner = delivery(evil, "strict", GOOD[what])
    assert (attempt["outcome"], attempt["authentication"]) == ("delivered", "pkix"), attempt
    assert len(partner.messages()) == 1


@pytest.mark.parametrize("what", BAD)
def test_strict_refuses_what_is_wrong_and_says_why(what: str, evil: EvilWorld) -> None:
    maker, reason = BAD[what]
    attempt, partner = delivery(evil, "strict", maker)
    assert (attempt["outcome"], attempt["reason"]) == ("deferred", reason), attempt
    assert CAUSES.get(what, "") in attempt["detail"], attempt
    assert partner.visits
    assert b"MAIL" not in partner.heard_in_clear() + partner.heard_under_tls()


@pytest.mark.parametrize("what", BAD)
def test_relaxed_takes_any_certificate(what: str, evil: EvilWorld) -> None:
    attempt, partner = delivery(evil, "relaxed", BAD[what][0])
    assert (attempt["outcome"], attempt["authentication"]) == ("delivered", "none"), attempt
    assert b"MAIL" not in partner.heard_in_clear()
    assert len(partner.messages()) == 1


@pytest.mark.parametrize("mode", ["relaxed", "strict"])
def test_a_certificate_without_end_is_not_read(mode: str, evil: EvilWorld) -> None:
    attempt, partner = delivery(
        evil, mode, lambda host, root: [certificate(host, root, names=[host], padding=300_000)]
    )
    assert attempt["outcome"] == "deferred", attempt
    assert b"MAIL" not in partner.heard_in_clear() + partner.heard_under_tls()
