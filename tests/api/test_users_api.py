"""Users and tokens: nobody gives more than they hold, and the last administrator stays."""

from __future__ import annotations

from collections.abc import Callable

from api_client import PASSWORD
from door import Api, add_user, fresh_name, refused

from lab.client import World
from lab.gateway import Gateway


def grants(**roles: str) -> list[dict[str, str]]:
    return [{"account": account.replace("every", "*"), "role": role} for account, role in roles.items()]


def names(api: Api) -> list[str]:
    return [user["name"] for user in api.get("/users").json()["items"]]


def new_user(**roles: str) -> dict[str, object]:
    return {"name": fresh_name(), "password": PASSWORD, "grants": grants(**roles)}


def test_an_administrator_of_every_account_adds_changes_and_removes_users(gateway: Gateway, root: Api) -> None:
    wanted = new_user(main="viewer", other="operator")
    made = root.post("/users", wanted)
    assert made.status_code == 201
    name = wanted["name"]
    assert made.json()["grants"] == grants(main="viewer", other="operator")
    assert made.json()["last_sign_in"] is None
    assert name in names(root)
    refused(root.post("/users", wanted), 409, "already-exists")
    changed = root.patch(f"/users/{name}", {"grants": grants(main="administrator")})
    assert changed.json()["grants"] == grants(main="administrator")
    assert Api(gateway.web).sign_in(str(name)).status_code == 200
    assert root.get(f"/users/{name}").json()["last_sign_in"]
    assert root.delete(f"/users/{name}").status_code == 204
    refused(root.get(f"/users/{name}"), 404, "not-found")


def test_a_change_that_names_another_state_of_the_user_is_not_made(root: Api) -> None:
    wanted = new_user(main="viewer")
    root.post("/users", wanted)
    path = f"/users/{wanted['name']}"
    seen = root.get(path).headers["ETag"]
    assert root.get(path, headers={"If-None-Match": seen}).status_code == 304
    same = {"If-Match": seen}
    assert root.patch(path, {"grants": grants(main="operator")}, headers=same).status_code == 200
    refused(root.patch(path, {"grants": grants(main="viewer")}, headers=same), 412, "changed-meanwhile")
    refused(root.delete(path, headers=same), 412, "changed-meanwhile")
    assert root.get(path).json()["grants"] == grants(main="operator")


def test_what_is_wrong_with_a_user_is_pointed_at(root: Api) -> None:
    bad_name = refused(root.post("/users", {**new_user(main="viewer"), "name": "a b"}), 422, "invalid-user")
    assert bad_name["errors"][0]["pointer"] == "#/name"
    weak = refused(root.post("/users", {**new_user(main="viewer"), "password": "short"}), 422, "invalid-password")
    assert weak["errors"][0]["pointer"] == "#/password"
    nowhere = refused(root.post("/users", new_user(nowhere="viewer")), 422, "invalid-grant")
    assert nowhere["errors"][0]["pointer"] == "#/grants"
    refused(root.post("/users", {**new_user(main="viewer"), "grants": []}), 422, "invalid-grant")
    refused(root.patch("/users/root", {"second_factor": True}), 422, "invalid-second-factor")
    refused(root.patch("/users/root", {"password": "long enough, I think"}), 409, "own-password")


def test_who_came_into_an_account_stands_in_its_own_audit_log_unless_they_hold_more(
    gateway: Gateway, user: Callable[..., Api], root: Api
) -> None:
    here, more = new_user(main="viewer"), new_user(main="viewer", other="viewer")
    for wanted in (here, more):
        assert root.post("/users", wanted).status_code == 201
    token = {"name": fresh_name("token"), "grants": grants(main="viewer")}
    assert root.post("/tokens", token).status_code == 201
    seen = str(user("main:viewer").get("/accounts/main/audit").json())
    assert f"user {here['name']}" in seen and str(token["name"]) in seen
    assert f"user {more['name']}'" not in seen
    assert f"user {here['name']}" not in str(user("other:viewer").get("/accounts/other/audit").json())
    assert f"user {more['name']}" in str(root.get("/audit").json())


def test_an_administrator_of_one_account_manages_its_users_and_no_others(
    user: Callable[..., Api], root: Api
) -> None:
    admin = user("main:administrator")
    own, foreign, wide = new_user(main="viewer"), new_user(other="viewer"), new_user(main="viewer", other="viewer")
    for one in (own, foreign, wide):
        assert root.post("/users", one).status_code == 201
    assert own["name"] in names(admin)
    assert foreign["name"] not in names(admin) and wide["name"] not in names(admin) and "root" not in names(admin)
    for hidden in (foreign["name"], wide["name"], "root", "nobody"):
        refused(admin.get(f"/users/{hidden}"), 404, "not-found")
        refused(admin.patch(f"/users/{hidden}", {"password": PASSWORD + "2"}), 404, "not-found")
        refused(admin.delete(f"/users/{hidden}"), 404, "not-found")
    for too_much in (grants(other="viewer"), grants(every="viewer"), grants(main="viewer", other="viewer")):
        refused(admin.patch(f"/users/{own['name']}", {"grants": too_much}), 422, "invalid-grant")
        refused(admin.post("/users", {**new_user(), "grants": too_much}), 422, "invalid-grant")
    assert admin.post("/users", new_user(main="administrator")).status_code == 201
    assert admin.delete(f"/users/{own['name']}").status_code == 204


def test_the_last_administrator_of_every_account_stays(
    gateway_factory: Callable[..., Gateway], practice_world: World
) -> None:
    gateway = gateway_factory(practice_world)
    add_user(gateway, "anna", "*:administrator")
    anna = Api(gateway.web)
    anna.sign_in("anna")
    refused(anna.delete("/users/anna"), 409, "last-administrator")
    refused(anna.patch("/users/anna", {"grants": grants(every="operator")}), 409, "last-administrator")
    assert "last administrator" in gateway_error(gateway, "user", "remove", "anna")
    assert anna.post("/users", {"name": "bert", "password": PASSWORD, "grants": grants(every="administrator")}).ok
    assert anna.delete("/users/anna").status_code == 204


def gateway_error(gateway: Gateway, *words: str) -> str:
    try:
        gateway.cli(*words)
    except Exception as error:
        return str(error)
    raise AssertionError(f"{words} was not refused")


def test_a_token_may_what_it_was_given_and_never_more_than_its_maker(
    gateway: Gateway, user: Callable[..., Api]
) -> None:
    maker = user("main:administrator")
    refused(maker.post("/tokens", {"name": "x", "grants": grants(other="viewer")}), 422, "invalid-token")
    refused(maker.post("/tokens", {"name": "x", "grants": grants(every="viewer")}), 422, "invalid-token")
    refused(maker.post("/tokens", {"name": "x", "grants": grants(main="viewer"), "days": 0}), 422, "invalid-token")
    made = maker.post("/tokens", {"name": "backup", "grants": grants(main="viewer"), "days": 7}).json()
    holder = Api(gateway.web, token=made["secret"])
    me = holder.get("/session").json()
    assert (me["user"], me["grants"], me["csrf_token"]) == ("backup", grants(main="viewer"), "")
    refused(holder.get("/users"), 403, "role-too-low")
    # The maker's role sinks, and the token with it.
    wide = maker.post("/tokens", {"name": "wide", "grants": grants(main="administrator")}).json()
    strong = Api(gateway.web, token=wide["secret"])
    assert strong.get("/users").status_code == 200
    name = maker.get("/session").json()["user"]
    gateway.cli("user", "set", name, "--grant", "main:viewer")
    refused(strong.get("/users"), 403, "role-too-low")
    gateway.cli("user", "remove", name)
    refused(holder.get("/session"), 401, "token-refused")


def test_a_token_cannot_do_what_belongs_to_a_person(gateway: Gateway, root: Api) -> None:
    made = root.post("/tokens", {"name": "all", "grants": grants(every="administrator")}).json()
    holder = Api(gateway.web, token=made["secret"])
    refused(holder.post("/tokens", {"name": "child", "grants": grants(main="viewer")}), 403, "session-needed")
    refused(
        holder.post("/session/password", {"current": PASSWORD, "fresh": PASSWORD + "2"}), 403, "session-needed"
    )
    refused(holder.post("/session/second-factor"), 403, "session-needed")
    refused(holder.delete("/session"), 403, "session-needed")


def test_a_token_is_shown_once_listed_without_its_secret_and_removed(gateway: Gateway, user: Callable[..., Api]) -> None:
    maker, stranger = user("main:viewer"), user("main:administrator")
    made = maker.post("/tokens", {"name": "reader", "grants": grants(main="viewer")}).json()
    listed = maker.get("/tokens")
    assert [token["id"] for token in listed.json()["items"]] == [made["token"]["id"]]
    assert made["secret"] not in listed.text
    assert stranger.get("/tokens").json() == {"items": []}
    refused(stranger.delete(f"/tokens/{made['token']['id']}"), 404, "not-found")
    holder = Api(gateway.web, token=made["secret"])
    assert holder.get("/session").status_code == 200
    assert maker.get("/tokens").json()["items"][0]["last_used"]
    assert maker.delete(f"/tokens/{made['token']['id']}").status_code == 204
    refused(holder.get("/session"), 401, "token-refused")
    told = gateway.cli("audit", "list", "--json")
    assert "token.add" in told and "token.remove" in told and made["secret"] not in told


def test_a_token_that_nobody_made_is_refused(gateway: Gateway) -> None:
    refused(Api(gateway.web, token="postern_guessed").get("/session"), 401, "token-refused")
    basic = Api(gateway.web)
    refused(basic.get("/session", headers={"Authorization": "Basic cm9vdDpyb290"}), 401, "token-refused")
