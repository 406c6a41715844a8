"""One practice world for all tests of the API; a gateway for each, or the shared one below for those
that leave it as it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from door import Api, add_user, fresh_name  # noqa: E402

from lab.client import World  # noqa: E402
from lab.gateway import Gateway  # noqa: E402


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
