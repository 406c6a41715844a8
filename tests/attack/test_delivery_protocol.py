"""Old and odd TLS at a partner: an enforced policy takes TLS 1.2 and later, and nothing is compressed."""

from __future__ import annotations

import ssl

import pytest

from evil_partner import Manners, Visit
from evil_world import EvilWorld


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=str)
@pytest.mark.parametrize("mode", ["none", "relaxed", "strict"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_for_mail_without_a_policy(mode: str, version: ssl.TLSVersion, evil: EvilWorld) -> None:
    target = evil.target(mode)
    context = evil.good_context(target)
    context.minimum_version = context.maximum_version = version
    with evil.evil(target, Manners(context)) as partner:
        evil.send(target)
        attempt = evil.attempt(target)
        assert attempt["outcome"] == ("delivered" if mode == "none" else "deferred"), attempt
        assert b"MAIL" not in partner.heard_in_clear(), "even old TLS is better than none"
        assert bool(partner.messages()) == (mode == "none")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
def test_no_other_protocol_is_offered_and_nothing_is_compressed(version: ssl.TLSVersion, evil: EvilWorld) -> None:
    target = evil.target("strict")
    context = evil.good_context(target)
    context.maximum_version = context.minimum_version = version
    context.options &= ~ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1", "h2"])
    with evil.evil(target, Manners(context)) as partner:
        evil.send(target)
        assert evil.attempt(target)["outcome"] == "delivered"
        (visit,) = partner.visits
        assert is_plain_smtp(visit)


def is_plain_smtp(visit: Visit) -> bool:
    return visit.tls and visit.protocol is None and visit.compression is None
