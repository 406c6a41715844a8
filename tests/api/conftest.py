"""A gateway with its web application, shared by the tests that leave it as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from api_client import PASSWORD, Api, fresh_name

from lab.client import World
from lab.gateway import Gateway


@pytest.fixture(scope="session")
def gateway(practice_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Two accounts, main and other, and the administrator root."""
    folder = tmp_path_factory.mktemp("api") / "gateway"
    with Gateway.start(folder, practice_world) as running:
        running.cli("account", "add", "other")
        add_user(running, "root", "*:administrator")
        yield running


@pytest.fixture
def user(gateway: Gateway) -> Callable[..., Api]:
    """A new user with these roles, signed in."""

    def make(*grants: str, name: str = "") -> Api:
        name = name or fresh_name()
        add_user(gateway, name, *grants)
        api = Api(gateway.web)
        assert api.sign_in(name).status_code == 200
        return api

    return make


@pytest.fixture
def root(gateway: Gateway) -> Api:
    """The administrator of every account, signed in."""
    api = Api(gateway.web)
    assert api.sign_in("root").status_code == 200
    return api


def add_user(gateway: Gateway, name: str, *grants: str) -> None:
    words = [word for grant in grants for word in ("--grant", grant)]
    gateway.cli("user", "add", name, "--password-file", "-", *words, stdin=PASSWORD + "\n")
