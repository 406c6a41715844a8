"""Every operation of the API, tried with every role that must not be let in, and by strangers.

The operations come from the gateway's own document, so one that is added is tried without being
named here. Admission comes before the body is read: none is needed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from door import Api, refused

from lab.gateway import Gateway

ROLES = ["viewer", "operator", "administrator"]
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def operations(gateway: Gateway) -> list[tuple[str, str, str]]:
    """Method, path and who may."""
    document = Api(gateway.web).get("/openapi.json").json()
    found = [
        (method.upper(), path, operation["x-access"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    assert len(found) >= 15
    return found


def filled(path: str, account: str) -> str:
    parts = [account if part == "{account}" else "1" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def test_nobody_gets_further_than_what_is_open(
    gateway: Gateway, operations: list[tuple[str, str, str]]
) -> None:
    for method, path, access in operations:
        answer = Api(gateway.web).call(method, filled(path, "main"))
        if access == "anyone":
            assert answer.status_code != 401 or answer.json()["code"] != "sign-in-needed", (method, path)
        else:
            refused(answer, 401, "sign-in-needed")


def test_no_role_does_what_belongs_to_a_higher_one(
    gateway: Gateway, operations: list[tuple[str, str, str]], user: Callable[..., Api]
) -> None:
    for held in ROLES:
        for grant in (f"main:{held}", f"*:{held}"):
            api = user(grant)
            for method, path, access in operations:
                if not is_above(access, grant):
                    continue
                refused(api.call(method, filled(path, "main")), 403, "role-too-low")
            assert api.get("/session").status_code == 200  # nothing of it ended the session


def is_above(access: str, grant: str) -> bool:
    account, held = grant.split(":")
    if access == "administrator of every account":
        return grant != "*:administrator"
    return access in ROLES and ROLES.index(access) > ROLES.index(held)


def test_another_account_does_not_even_exist(
    operations: list[tuple[str, str, str]], user: Callable[..., Api]
) -> None:
    api = user("other:administrator")
    for method, path, _ in operations:
        if "{account}" not in path:
            continue
        foreign = refused(api.call(method, filled(path, "main")), 404, "not-found")
        nowhere = refused(api.call(method, filled(path, "nowhere")), 404, "not-found")
        assert foreign["detail"].replace("main", "nowhere") == nowhere["detail"], (method, path)


def test_a_token_is_held_to_its_grants_like_a_person(
    gateway: Gateway, operations: list[tuple[str, str, str]], root: Api
) -> None:
    wanted = {"name": "reader", "grants": [{"account": "main", "role": "viewer"}]}
    made = root.post("/tokens", wanted).json()
    api = Api(gateway.web, token=made["secret"])
    for method, path, access in operations:
        if is_above(access, "main:viewer"):
            refused(api.call(method, filled(path, "main")), 403, "role-too-low")
        elif "{account}" in path:
            refused(api.call(method, filled(path, "other")), 404, "not-found")


def test_no_session_changes_anything_without_its_csrf_token(
    operations: list[tuple[str, str, str]], root: Api
) -> None:
    root.csrf = ""
    for method, path, access in operations:
        if method != "GET" and access != "anyone":
            refused(root.call(method, filled(path, "main")), 403, "csrf-token-missing")
