"""Crowds of connections: slow ones, idle ones, and far too many from one address."""

from __future__ import annotations

import itertools
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from overload_crowd import Crowd, addresses
from overload_mail import Hop, Refused, Sender
from overload_post import Post, until
from overload_size import Size

# MiB that a gateway has in any case, and KiB for each session: a buffer that grows with what a
# client sends or does not read, or a session that is not let go, breaks this soon.
BASE = 160
PLAIN_SESSION = 48
TLS_SESSION = 160

MakePost = Callable[..., Post]


@pytest.fixture
def hop(make_hop: Callable[..., Hop]) -> Hop:
    return make_hop()


@pytest.fixture
def crowded(make_post: MakePost, hop: Hop) -> MakePost:
    """A running gateway whose own domain has the hop as its server."""

    def start(**limits: object) -> Post:
        post = make_post({"limits": limits})
        post.route("ours.example", hop.port)
        post.run()
        return post

    return start


def send_from_everywhere(post: Post, source: str, count: int) -> None:
    """From a stranger with this address, and from an internal server."""
    for listener, whence in (("world", source), ("internal", "127.0.0.1")):
        with Sender(post.port(listener), whence) as sender:
            for number in range(count):
                sender.send("bob@ours.example", f"{listener}-{number}")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_thousands_of_slow_connections_take_little_memory_and_hinder_nobody(
    tls: bool, size: Size, crowded: MakePost, hop: Hop, trusting: ssl.SSLContext
) -> None:
    count = size.tls_connections if tls else size.connections
    post = crowded()
    before = post.memory()
    source = addresses().__next__
    with Crowd(post.port("world"), count, source, trusting if tls else None) as crowd:
        crowd.wait_inside()
        assert post.metric("sessions_open") == count
        send_from_everywhere(post, "127.0.0.77", 20)
        hop.wait_taken(40)
        each = (post.memory() - before) * 1024 / count
        print(f"\n{count} {'TLS' if tls else 'plain'} sessions: {before:.0f} MiB before,"
              f" {post.peak_memory():.0f} MiB at most, {each:.1f} KiB each")
        assert post.peak_memory() < BASE + count * (TLS_SESSION if tls else PLAIN_SESSION) / 1024
        assert crowd.gone == 0
    until(lambda: post.metric("sessions_open") == 0, 60, "every session has been let go")


def test_clients_that_leave_their_354_unanswered_hold_up_nobody(crowded: MakePost, hop: Hop) -> None:
    post = crowded()
    with ExitStack() as silent:
        for source in itertools.islice(addresses(), 100):
            silent.enter_context(Sender(post.port("world"), source)).begin("bob@ours.example")
        send_from_everywhere(post, "127.0.0.77", 20)
        hop.wait_taken(40)


def test_more_clients_than_are_taken_in_at_once_all_get_their_250(crowded: MakePost, hop: Hop) -> None:
    post, count = crowded(), 60

    def send_two(source: str) -> None:
        with Sender(post.port("world"), source) as sender:
            for number in range(2):
                sender.send("bob@ours.example", f"{source}-{number}", size=50_000)

    with ThreadPoolExecutor(count) as crowd:
        list(crowd.map(send_two, itertools.islice(addresses(), count)))
    hop.wait_taken(2 * count)


def test_connections_that_come_to_nothing_end_by_themselves(size: Size, crowded: MakePost) -> None:
    post = crowded(idle="3s")
    count = size.connections // 4
    with Crowd(post.port("world"), count, addresses().__next__) as crowd:
        crowd.wait_for(lambda c: c.gone == count, "all of them were ended")
        assert crowd.last_words == {"421 4.4.2": count}
    assert post.metric("sessions_open") == 0


def test_a_full_house_says_421_and_keeps_room_for_internal_servers(crowded: MakePost, hop: Hop) -> None:
    post = crowded(connections=200)
    with Crowd(post.port("world"), 400, addresses().__next__) as crowd:
        crowd.wait_seen()
        assert crowd.codes[421] == crowd.gone == crowd.last_words["421 4.3.2"]
        assert crowd.inside >= 100
        with pytest.raises(Refused, match="421 4.3.2"):
            Sender(post.port("world"), "127.0.0.77")
        with Sender(post.port("internal")) as sender:
            sender.send("bob@ours.example", "from inside")
        hop.wait_taken(1)
    until(lambda: post.metric("sessions_open") == 0, 60, "every session has been let go")
    send_from_everywhere(post, "127.0.0.77", 1)
    hop.wait_taken(3)


def test_a_flood_from_one_address_fills_its_own_share_alone(crowded: MakePost, hop: Hop) -> None:
    post = crowded(connections_per_address=50)
    with Crowd(post.port("world"), 1000, itertools.repeat("127.0.0.66").__next__, drips=False) as crowd:
        crowd.wait_seen()
        assert (crowd.inside, crowd.gone) == (50, 950)
        assert crowd.last_words == {"421 4.7.0": 950}
        with pytest.raises(Refused, match="421 4.7.0"):
            Sender(post.port("world"), "127.0.0.66")
        send_from_everywhere(post, "127.0.0.77", 20)
        hop.wait_taken(40)
    until(lambda: post.metric("sessions_open") == 0, 60, "every session has been let go")
    send_from_everywhere(post, "127.0.0.66", 1)
