"""DNS gone, in the middle of the traffic: mail that needs it waits, other mail does not notice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lab.client import World
from overload_mail import Hop, Sender
from overload_post import Post, until

MakePost = Callable[..., Post]
# Each demands TLS with a proof: an account's policy, DANE, MTA-STS.
PARTNERS = {"trusted.example": "pkix", "dane.example": "dane", "sts-enforce.example": "pkix"}


@pytest.fixture
def flowing(make_post: MakePost, make_hop: Callable[..., Hop], world: World) -> Iterator[tuple[Post, Hop]]:
    """A gateway through which mail to all of them has gone, and to a server of our own."""
    hop = make_hop()
    post = make_post({"resolver": {"timeout": "2s"}})
    post.route("ours.example", hop.port)
    post.gateway.cli("policy", "add", "trusted.example", "--mode", "strict", "--no-probe")
    post.run()
    send(post, "before", 1)
    for domain in PARTNERS:
        world.wait(domain, 1, 30)
    hop.wait_taken(1)
    try:
        yield post, hop
    finally:
        world.dns_faults()


def send(post: Post, name: str, count: int) -> None:
    with Sender(post.port("internal")) as sender:
        for number in range(count):
            for domain in (*PARTNERS, "ours.example"):
                sender.send(f"bob@{domain}", f"{name}-{number}")


def waiting(post: Post) -> dict[str, dict[str, Any]]:
    """The deliveries that were tried and wait, by domain."""
    messages = post.ask("/v1/queue?limit=500")["messages"]
    return {d["domain"]: d for m in messages for d in m["deliveries"] if "last" in d}


def test_without_dns_mail_waits_and_leaves_by_the_same_rules_once_dns_is_back(
    flowing: tuple[Post, Hop], world: World
) -> None:
    post, hop = flowing
    world.forget("corp.example")  # what other tests made go there
    world.dns_faults(". * timeout")
    # What was looked up holds for some seconds more; then nothing can be found any more.
    rounds = 0
    while set(waiting(post)) != set(PARTNERS):
        rounds += 1
        send(post, f"without-{rounds}", 1)
        hop.wait_taken(1 + rounds)
    print(f"\nwithout DNS after {rounds} rounds: {sorted({d['last']['code'] for d in waiting(post).values()})}")
    for delivery in waiting(post).values():
        assert delivery["last"]["enhanced"].startswith("4."), delivery
    world.dns_faults()
    back = time.monotonic()
    until(lambda: post.counts()["messages"] == 0, 300, "everything has left")
    print(f"everything had left {time.monotonic() - back:.1f} s after DNS was back")
    for domain in PARTNERS:
        arrived = world.mail(domain)
        assert len(arrived) == 1 + rounds, domain
    check_evidence(post)
    assert world.mail("corp.example") == [], "a bounce or a notice was sent"
    post.stop()


def test_partners_that_wait_for_dns_never_take_every_connection(
    make_post: MakePost, make_hop: Callable[..., Hop], world: World
) -> None:
    hop = make_hop()
    # Two shards with ten connections each; a lookup goes on for longer than the test.
    post = make_post({"resolver": {"timeout": "50s"}, "delivery": {"connections": 20}})
    post.route("ours.example", hop.port)
    post.run()
    world.dns_faults(". * timeout")
    try:
        with Sender(post.port("internal")) as sender:
            for number in range(100):
                sender.send(f"bob@d{number}.trusted.example", str(number))
            sender.send("bob@ours.example", "ours")
        hop.wait_taken(1, within=40)
        assert waiting(post) == {}, "the others have given up by now, which proves nothing"
    finally:
        world.dns_faults()
    post.gateway.kill()


def check_evidence(post: Post) -> None:
    """Every delivery to a partner was made under TLS, and proved as its policy demands."""

    def rows() -> list[dict[str, Any]]:
        return list(post.gateway.json("evidence", "list", "--limit", "500"))

    delivered = [r for r in rows() if r["hop"] == "gateway-to-partner" and r["outcome"] == "delivered"]
    assert {r["domain"] for r in delivered} == set(PARTNERS)
    for row in delivered:
        assert row["authentication"] == PARTNERS[row["domain"]], row
