"""One practice world, one gateway and the three peers around it, for all tests of interoperation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from town import PEERS, Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town")) as built:
        yield built


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> str:
    return str(request.param)
