"""Signing in: what a session is made of, what ends it, and what strangers cannot do to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from http.cookies import SimpleCookie

import pytest
import requests
from api_client import PASSWORD
from door import Api, add_user, fresh_name, refused, totp

from lab.client import World
from lab.gateway import Gateway


def set_cookies(answer: requests.Response) -> SimpleCookie:
    cookies: SimpleCookie = SimpleCookie()
    for line in answer.raw.headers.getlist("Set-Cookie"):
        cookies.load(line)
    return cookies


def audit_actions(gateway: Gateway) -> list[str]:
    return [entry["action"] for entry in gateway.json("audit", "list")]


def test_the_set_up_link_makes_the_first_administrator_once(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    gateway = gateway_factory(practice_world)
    line = next(line for line in gateway.log().splitlines() if "setup-link" in line)
    link = line.split("url=")[1].split()[0].strip('"')
    assert link.startswith(gateway.web + "setup#")
    code = link.split("#")[1]
    assert "Nobody can sign in yet" in gateway.cli("status")

    api = Api(gateway.web)
    assert api.get("/setup").json() == {"needed": True}
    wanted = {"code": code, "user": "Anna", "password": PASSWORD}
    refused(api.post("/setup", {**wanted, "code": "x" + code}), 403, "wrong-code")
    weak = refused(api.post("/setup", {**wanted, "password": "short"}), 422, "invalid-password")
    assert weak["errors"][0]["pointer"] == "#/password"
    made = api.post("/setup", wanted)
    assert made.status_code == 200
    assert made.json()["user"] == "anna"
    assert made.json()["grants"] == [{"account": "*", "role": "administrator"}]
    assert api.get("/session").json()["user"] == "anna"

    assert api.get("/setup").json() == {"needed": False}
    refused(Api(gateway.web).post("/setup", {**wanted, "user": "mallory"}), 409, "not-needed")
    assert "Nobody can sign in yet" not in gateway.cli("status")
    gateway.cli("user", "add", "second", "--password-file", "-", "--grant", "*:administrator", stdin=PASSWORD)
    gateway.cli("user", "remove", "anna")
    refused(api.get("/session"), 401, "sign-in-needed")
    refused(api.post("/setup", wanted), 409, "not-needed")


def test_cookies_are_for_the_browser_and_this_site_only(gateway: Gateway, root: Api) -> None:
    answer = Api(gateway.web).sign_in("root")
    cookies = set_cookies(answer)
    assert set(cookies) == {"postern-session", "postern-device"}
    for cookie in cookies.values():
        assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"
        assert not cookie["domain"] and len(cookie.value) >= 43
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(gateway: Gateway) -> None:
    wrong = refused(Api(gateway.web).sign_in("root", "not the password"), 401, "sign-in-failed")
    unknown = refused(Api(gateway.web).sign_in(fresh_name(), PASSWORD), 401, "sign-in-failed")
    assert wrong == unknown


def test_a_wrong_name_is_the_work_of_a_wrong_password(gateway: Gateway, root: Api) -> None:
    """Else the time of an answer would say who exists."""

    def work(names: list[str]) -> float:
        before = gateway.processor_time()
        for name in names:
            refused(Api(gateway.web).sign_in(name, "not the password"), 401, "sign-in-failed")
        return gateway.processor_time() - before

    known = work(["root"] * 8)
    unknown = work([fresh_name() for _ in range(8)])
    assert known / 2 < unknown < known * 2


def test_a_session_says_who_is_signed_in_until_it_is_signed_out(gateway: Gateway) -> None:
    api = Api(gateway.web)
    refused(api.get("/session"), 401, "sign-in-needed")
    api.sign_in("ROOT")
    me = api.get("/session").json()
    assert me["user"] == "root" and me["second_factor"] is False and me["csrf_token"] == api.csrf
    kept = api.cookie()
    assert api.delete("/session").status_code == 204
    refused(api.get("/session"), 401, "sign-in-needed")
    again = api.get("/session", headers={"Cookie": f"postern-session={kept}"})
    refused(again, 401, "sign-in-needed")


def test_a_request_that_changes_something_needs_the_sessions_token(root: Api) -> None:
    right, root.csrf = root.csrf, ""
    refused(root.delete("/session"), 403, "csrf-token-missing")
    root.csrf = right[:-1] + ("A" if right[-1] != "A" else "B")
    refused(root.delete("/session"), 403, "csrf-token-missing")
    root.csrf = right
    assert root.delete("/session").status_code == 204


def test_every_sign_in_has_an_id_of_its_own_and_takes_none_from_the_client(gateway: Gateway) -> None:
    api = Api(gateway.web)
    planted = "A" * 43
    answer = api.post("/session", {"user": "root", "password": PASSWORD}, headers={"Cookie": f"postern-session={planted}"})
    first = set_cookies(answer)["postern-session"].value
    assert first != planted
    refused(api.get("/session", headers={"Cookie": f"postern-session={planted}"}), 401, "sign-in-needed")
    api.sign_in("root")
    assert api.cookie() != first


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    gateway: Gateway, user: Callable[..., Api]
) -> None:
    here = user("main:viewer")
    name = here.get("/session").json()["user"]
    elsewhere = Api(gateway.web)
    elsewhere.sign_in(name)
    fresh = "another horse battery"
    wrong = refused(
        here.post("/session/password", {"current": "wrong wrong wrong", "fresh": fresh}), 422, "wrong-password"
    )
    assert wrong["errors"][0]["pointer"] == "#/current"
    assert here.post("/session/password", {"current": PASSWORD, "fresh": fresh}).status_code == 204
    assert here.get("/session").status_code == 200
    refused(elsewhere.get("/session"), 401, "sign-in-needed")
    refused(Api(gateway.web).sign_in(name, PASSWORD), 401, "sign-in-failed")
    assert Api(gateway.web).sign_in(name, fresh).status_code == 200


def test_a_user_who_is_removed_or_changed_is_so_at_once(gateway: Gateway, user: Callable[..., Api]) -> None:
    api = user("main:viewer")
    name = api.get("/session").json()["user"]
    gateway.cli("user", "set", name, "--grant", "other:operator")
    assert api.get("/session").json()["grants"] == [{"account": "other", "role": "operator"}]
    gateway.cli("user", "remove", name)
    refused(api.get("/session"), 401, "sign-in-needed")


def test_a_stranger_who_guesses_is_slowed_down_and_locks_nobody_out(gateway: Gateway) -> None:
    name = fresh_name()
    add_user(gateway, name, "main:viewer")
    owner = Api(gateway.web)
    assert owner.sign_in(name).status_code == 200
    stranger = Api(gateway.web)
    for _ in range(5):
        refused(stranger.sign_in(name, "a wrong password"), 401, "sign-in-failed")
    slowed = stranger.sign_in(name, PASSWORD)  # even the right one has to wait now
    refused(slowed, 429, "too-many-attempts")
    assert 0 < int(slowed.headers["Retry-After"]) <= 120
    # From the stranger's own address, but with the device that has signed in before.
    same_place = Api(gateway.web, address=stranger.address)
    refused(same_place.sign_in(name, PASSWORD), 429, "too-many-attempts")
    same_place.http.cookies.update(owner.http.cookies)
    assert same_place.sign_in(name, PASSWORD).status_code == 200
    assert Api(gateway.web).sign_in(name, PASSWORD).status_code == 200


def last_seen(gateway: Gateway, minutes_ago: int | None = None) -> int:
    """When the only session was last used, in microseconds; before that, sets it back."""
    with closing(sqlite3.connect(gateway.directory / "data/records.db", timeout=30)) as records, records:
        if minutes_ago is not None:
            moment = (int(time.time()) - 60 * minutes_ago) * 1_000_000
            records.execute("UPDATE sessions SET last_seen = ?", (moment,))
        return int(records.execute("SELECT max(last_seen) FROM sessions").fetchone()[0])


def test_a_page_that_nobody_touches_is_signed_out_though_it_listens(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    gateway = gateway_factory(practice_world)
    add_user(gateway, "anna", "*:administrator")
    api = Api(gateway.web)
    api.sign_in("anna")
    before = last_seen(gateway, minutes_ago=59)
    with api.get("/accounts/main/events", stream=True) as stream:
        assert stream.status_code == 200
        assert api.get("/accounts/main", headers={"X-Asked-By": "page"}).status_code == 200
        assert last_seen(gateway) == before
        # The stream ends with the session, in less than a minute; not after the usual five.
        begun = time.monotonic()
        assert b"retry" in stream.raw.read(1 << 20)
        assert time.monotonic() - begun < 100
    refused(api.get("/accounts/main/events"), 401, "sign-in-needed")
    api.sign_in("anna")
    before = last_seen(gateway, minutes_ago=59)
    assert api.get("/accounts/main").status_code == 200  # a person
    assert last_seen(gateway) > before


@pytest.mark.parametrize("how", ["signs out", "is removed", "loses the role", "has a token that goes"])
def test_who_may_listen_no_more_hears_no_more(
    gateway: Gateway, root: Api, user: Callable[..., Api], how: str
) -> None:
    name = fresh_name()
    listener = user("main:viewer", name=name)
    if how == "has a token that goes":
        made = listener.post("/tokens", {"name": "t", "grants": [{"account": "main", "role": "viewer"}]}).json()
        token = made["token"]["id"]
    ears = Api(gateway.web, token=made["secret"]) if how == "has a token that goes" else listener
    with ears.get("/accounts/main/events", stream=True) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(b"retry")
        if how == "signs out":
            assert listener.delete("/session").status_code == 204
        elif how == "is removed":
            assert root.delete(f"/users/{name}").status_code == 204
        elif how == "loses the role":
            grants = [{"account": "other", "role": "viewer"}]
            assert root.patch(f"/users/{name}", {"grants": grants}).status_code == 200
        else:
            assert listener.delete(f"/tokens/{token}").status_code == 204
        domain = f"{fresh_name('secret')}.example"
        assert root.post("/accounts/main/policies", {"domain": domain}).status_code == 201
        assert domain.encode() not in b"".join(lines)  # it ends
    assert root.delete(f"/accounts/main/policies/{domain}").status_code == 204


def test_a_second_factor_is_asked_for_once_it_is_confirmed(gateway: Gateway, user: Callable[..., Api]) -> None:
    api = user("main:viewer")
    name = api.get("/session").json()["user"]
    made = api.post("/session/second-factor").json()
    assert made["uri"].startswith(f"otpauth://totp/Postern%3A{name}?secret={made['secret']}")
    assert Api(gateway.web).sign_in(name).status_code == 200  # not in force yet
    refused(api.put("/session/second-factor", {"code": "000000"}), 422, "wrong-code")
    assert api.put("/session/second-factor", {"code": totp(made["secret"])}).json()["second_factor"] is True
    refused(api.post("/session/second-factor"), 409, "second-factor-set")

    refused(Api(gateway.web).sign_in(name), 401, "totp-needed")
    refused(Api(gateway.web).sign_in(name, "wrong wrong wrong"), 401, "sign-in-failed")
    used = totp(made["secret"])  # it confirmed the factor, and counts once
    refused(Api(gateway.web).sign_in(name, totp=used), 401, "sign-in-failed")
    following = totp(made["secret"], steps=1)
    assert Api(gateway.web).sign_in(name, totp=following).status_code == 200
    refused(Api(gateway.web).sign_in(name, totp=following), 401, "sign-in-failed")

    assert gateway.json("user", "show", name)["second_factor"] is True
    gateway.cli("user", "set", name, "--reset-second-factor")
    assert Api(gateway.web).sign_in(name).status_code == 200


def test_a_second_factor_is_taken_away_with_a_code_of_it(gateway: Gateway, user: Callable[..., Api]) -> None:
    api = user("main:viewer")
    secret = api.post("/session/second-factor").json()["secret"]
    assert api.put("/session/second-factor", {"code": totp(secret, steps=-1)}).status_code == 200
    refused(api.post("/session/second-factor/remove", {"code": "123"}), 422, "wrong-code")
    gone = api.post("/session/second-factor/remove", {"code": totp(secret, steps=1)})
    assert gone.json()["second_factor"] is False
    refused(api.post("/session/second-factor/remove", {"code": totp(secret)}), 409, "no-second-factor")


def test_the_audit_log_and_the_records_show_who_and_no_secret(gateway: Gateway, user: Callable[..., Api]) -> None:
    api = user("main:viewer")
    refused(Api(gateway.web).sign_in(fresh_name(), "SecretThatWasTyped"), 401, "sign-in-failed")
    secret = api.post("/session/second-factor").json()["secret"]
    api.put("/session/second-factor", {"code": totp(secret)})
    cookie = api.cookie()
    assert api.delete("/session").status_code == 204
    actions = audit_actions(gateway)
    for action in ("user.add", "sign-in", "sign-in-failed", "sign-out", "second-factor.set"):
        assert action in actions, action
    told = gateway.cli("audit", "list", "--json") + gateway.log()
    for hidden in (PASSWORD, "SecretThatWasTyped", secret, cookie, "$argon2id$"):
        assert hidden not in told
    kept = b"".join(path.read_bytes() for path in (gateway.directory / "data").glob("records.db*"))
    for hidden in (PASSWORD, "SecretThatWasTyped", cookie):
        assert hidden.encode() not in kept
    assert "intact" in gateway.cli("audit", "verify")


def test_sessions_outlive_a_restart(gateway_factory: Callable[..., Gateway], practice_world: World) -> None:
    # A port of its own would change with the restart, and with it the address, but not the cookie.
    gateway = gateway_factory(practice_world)
    add_user(gateway, "anna", "*:administrator")
    api = Api(gateway.web)
    api.sign_in("anna")
    gateway.stop()
    gateway.run()
    api.web = gateway.web.rstrip("/")
    assert api.get("/session").json()["user"] == "anna"
