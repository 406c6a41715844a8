"""The time of day jumps by hours, while messages wait for their retry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from overload_clock import Clock
from overload_mail import Hop, Sender
from overload_post import Post, until

MakePost = Callable[..., Post]
MESSAGES = 20


@pytest.fixture
def hop(make_hop: Callable[..., Hop]) -> Hop:
    return make_hop(serves=False)


@pytest.fixture
def post(make_post: MakePost, hop: Hop) -> Post:
    """Messages are given up after two hours, which is four attempts at least."""
    ready = make_post({"delivery": {"retry": ["1s", "30m"], "lifetime": "2h", "delay_notice": "0s"}})
    ready.route("ours.example", hop.port)
    return ready


@pytest.fixture
def clock(clock_layer: Path, post: Post) -> Clock:
    return Clock(clock_layer, post)


def attempts(post: Post) -> list[int]:
    return [d["attempts"] for m in post.ask("/v1/queue?limit=100")["messages"] for d in m["deliveries"]]


def all_tried(post: Post, hop: Hop, times: int) -> None:
    """Until everything has failed so often; whoever connects is hung up on."""

    def tried() -> bool:
        hop.hang_up()
        return attempts(post) == [times] * MESSAGES

    until(tried, 90, f"each has been tried {times} times: {attempts(post)}")


def send_and_fail(post: Post, hop: Hop) -> None:
    post.run()
    with Sender(post.port("internal")) as sender:
        for number in range(MESSAGES):
            sender.send("bob@ours.example", str(number))
    all_tried(post, hop, 2)


def test_a_clock_set_forward_bounces_nothing_before_its_attempts_are_made(
    post: Post, clock: Clock, hop: Hop
) -> None:
    send_and_fail(post, hop)
    clock.set(hours=6)  # longer than a message may wait
    all_tried(post, hop, 3)
    assert post.metric("bounces_total") == 0
    hop.serve()
    post.gateway.cli("queue", "retry", "--all")
    hop.wait_taken(MESSAGES)
    until(lambda: post.counts()["messages"] == 0, 60, "the queue is empty")
    assert set(hop.taken.values()) == {1}
    post.stop()


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_a_clock_set_back_leaves_no_message_behind(restart: bool, post: Post, clock: Clock, hop: Hop) -> None:
    clock.set(hours=6)
    send_and_fail(post, hop)
    hop.serve()
    if restart:
        post.gateway.kill()
    clock.set(hours=0)
    if restart:
        post.run()
    hop.wait_taken(MESSAGES)
    until(lambda: post.counts()["messages"] == 0, 60, "the queue is empty")
    assert set(hop.taken.values()) == {1}
    with Sender(post.port("internal")) as sender:
        sender.send("bob@ours.example", "afterwards")
    hop.wait_taken(MESSAGES + 1)
    post.stop()


def test_a_message_for_a_lost_cause_is_bounced_in_the_end_whatever_the_clock_did(
    post: Post, clock: Clock, hop: Hop
) -> None:
    send_and_fail(post, hop)
    clock.set(hours=6)
    all_tried(post, hop, 3)
    clock.set(hours=7)
    until(lambda: hop.hang_up() or post.metric("bounces_total") == MESSAGES, 90, "each has been bounced")
    post.stop()
