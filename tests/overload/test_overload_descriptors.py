"""A system that lets a process open few files: the clients must not get them all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from overload_crowd import Crowd, addresses
from overload_mail import Hop, Refused, Sender
from overload_post import Post

# 500 are for next hops (its default), 500 for the gateway's own files, a tenth of the rest for internal servers.
DESCRIPTORS = 1500
WORLD = 450


def test_a_crowd_never_takes_the_files_that_accepting_and_delivering_mail_needs(
    make_post: Callable[..., Post], make_hop: Callable[..., Hop]
) -> None:
    hop = make_hop()
    post = make_post()
    post.route("ours.example", hop.port)
    post.limit_descriptors(DESCRIPTORS)
    post.run()
    assert "few-descriptors" in post.gateway.log()
    with Crowd(post.port("world"), DESCRIPTORS + 500, addresses().__next__) as crowd:
        crowd.wait_seen()
        assert crowd.inside == WORLD
        assert crowd.last_words == {"421 4.3.2": crowd.gone}
        with pytest.raises(Refused, match="421 4.3.2"):
            Sender(post.port("world"), "127.0.0.77")
        with Sender(post.port("internal")) as sender:
            for number in range(20):
                sender.send("bob@ours.example", str(number))
        hop.wait_taken(20)
    post.stop()
