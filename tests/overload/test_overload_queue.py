"""Long queues: for a domain that is dead, and for one that accepts connections and stalls.

The slice has more messages than delivery holds in memory at once; the large run has a million.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lab.inotify import WRITTEN, Arrivals
from overload_mail import Hop, Sender
from overload_post import Post, until
from overload_size import Size

MEMORY = 300  # MiB; a million messages kept in memory would be several times that
START_WITHIN = 2.0  # seconds of its own

MakePost = Callable[..., Post]
# What a long queue may be asked for at once, in messages.
PAGE = 100
IDLE_FOR = "30s"
MANY = 100_000  # that stall; several times what delivery holds in memory


@pytest.fixture
def hop(make_hop: Callable[..., Hop]) -> Hop:
    return make_hop()


def send_some(post: Post, hop: Hop, count: int, name: str) -> float:
    """To a domain that works: all of it arrives. Answers how many messages a second that were."""
    before = time.monotonic()
    arrived = len(hop.taken)
    with Sender(post.port("internal")) as sender:
        for number in range(count):
            sender.send("bob@ours.example", f"{name}-{number}")
    hop.wait_taken(arrived + count)
    return count / (time.monotonic() - before)


def wait_until_all_are_tried(post: Post, within: float) -> None:
    """Reads the queue as docs/queue-format.md says, each time that something was written to it.

    From its end, where the last ones stand that are tried: so it reads a row or two, not a million.
    """
    end = time.monotonic() + within
    untried = "SELECT id FROM delivery WHERE attempts = 0 ORDER BY id DESC LIMIT 1"
    queue = post.data / "queue"
    with closing(sqlite3.connect(f"file:{queue}/queue.db?mode=ro", uri=True)) as rows:
        with Arrivals(queue, events=WRITTEN) as written:
            while rows.execute(untried).fetchone():
                assert written.wait(max(0.0, end - time.monotonic())), "some were not tried"


def questions_about(post_world: object, domain: str) -> int:
    return sum(1 for line in post_world.queries() if domain in line)  # type: ignore[attr-defined]


def test_messages_that_wait_for_their_retry_cost_neither_start_nor_memory_nor_processor(
    size: Size, fill_queue: Path, make_post: MakePost, make_hop: Callable[..., Hop], hop: Hop
) -> None:
    late = make_hop(serves=False)
    post = make_post({"delivery": {"retry": [IDLE_FOR, "2h"]}})
    post.route("ours.example", hop.port)
    post.route("late.example", late.port)
    before = time.monotonic()
    post.fill("refused.example", size.messages, "--tried", "--due-in", "3600", "--over", "7200")
    filled = time.monotonic() - before
    took = post.run()
    print(f"\n{size.messages} messages (filled in {filled:.0f} s): started in {took:.2f} s, {post.memory():.0f} MiB")
    assert took < START_WITHIN
    assert post.counts()["messages"] == size.messages
    page_through(post)
    used = post.processor_seconds()
    rate = send_some(post, hop, 500, "beside")
    used = post.processor_seconds() - used
    print(f"beside them: {rate:.0f} messages/s, {used * 1000 / 500:.2f} ms of processor each; {post.peak_memory():.0f} MiB at most")
    until(lambda: post.counts()["messages"] == size.messages, 60, "what was sent has left, nothing else")
    assert post.peak_memory() < MEMORY
    if size.is_large:
        watch_idle(post, late)
    post.stop()


def page_through(post: Post) -> None:
    """The first pages, by the command line; and the last ones, which are as quick."""
    first = post.gateway.json("queue", "list", "--limit", str(PAGE))
    assert len(first["messages"]) == PAGE
    second = post.ask(f"/v1/queue?limit={PAGE}&after={first['next']}")
    assert not {m["id"] for m in first["messages"]} & {m["id"] for m in second["messages"]}
    before = post.processor_seconds()
    one = post.ask("/v1/queue?limit=100&domain=nobody.example")
    print(f"a page for a domain that has nothing: {post.processor_seconds() - before:.2f} s of processor")
    assert one["messages"] == []


def watch_idle(post: Post, late: Hop) -> None:
    """What an idle gateway does with all that in its queue, until a message is due that failed once."""
    with Sender(post.port("internal")) as sender:
        sender.send("bob@late.example", "late")
    late.wait_connections(1)
    late.serve()  # and hangs up: it is tried again after the first wait of the schedule
    until(lambda: post.metric('delivery_attempts_total{outcome="deferred"}') == 1, 60, "it has failed")
    used, before = post.processor_seconds(), time.monotonic()
    late.wait_taken(1)
    share = (post.processor_seconds() - used) / (time.monotonic() - before)
    print(f"idle: {share:.2%} of a processor")


def test_mail_for_a_dead_domain_shares_its_fate_and_hinders_no_other(
    size: Size, fill_queue: Path, make_post: MakePost, hop: Hop, world: object
) -> None:
    post = make_post({"delivery": {"retry": ["1h"]}, "log": {"level": "warning"}})
    post.route("ours.example", hop.port)
    post.fill("refused.example", size.messages)
    asked = questions_about(world, "refused.example")
    took = post.run()
    print(f"\n{size.messages} due at once: started in {took:.2f} s")
    before = time.monotonic()
    rate = send_some(post, hop, 500, "beside")
    print(f"beside them: {rate:.0f} messages/s")
    wait_until_all_are_tried(post, 1200)
    until(lambda: post.counts()["messages"] == size.messages, 60, "what was sent beside has left")
    used = post.processor_seconds()
    print(f"all tried after {time.monotonic() - before:.0f} s, {used:.0f} s of processor; {post.peak_memory():.0f} MiB at most;"
          f" {questions_about(world, 'refused.example') - asked} questions to DNS")
    assert took < START_WITHIN
    assert post.peak_memory() < MEMORY
    # A plan holds ten seconds, so there are some for each ten seconds that it took, and none for a message.
    assert questions_about(world, "refused.example") - asked < size.messages / 100
    post.stop()


def test_a_destination_that_stalls_hinders_no_other_and_is_served_when_it_wakes(
    size: Size, fill_queue: Path, make_post: MakePost, make_hop: Callable[..., Hop], hop: Hop
) -> None:
    stalling = make_hop(serves=False)
    messages = min(size.messages, MANY)
    post = make_post({"delivery": {"retry": ["1s", "1h"]}})
    post.route("ours.example", hop.port)
    post.route("stalls.example", stalling.port)
    post.fill("stalls.example", messages)
    post.run()
    stalling.wait_connections(4)
    rate = send_some(post, hop, 500, "beside")
    print(f"\nbeside {messages} that stall: {rate:.0f} messages/s; {post.peak_memory():.0f} MiB at most")
    assert stalling.at_most <= 20
    assert post.peak_memory() < MEMORY
    stalling.serve()
    before = time.monotonic()
    stalling.wait_taken(1000)
    print(f"once it serves: {1000 / (time.monotonic() - before):.0f} messages/s")
    assert json.loads(post.gateway.cli("queue", "list", "--limit", "1", "--json"))["messages"]
    post.stop()
