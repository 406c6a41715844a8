"""Setting a gateway up over the API, from an empty start to a message that a policy refuses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from api_client import Client, base_of

from lab.client import World
from lab.gateway import Gateway

MAIN = "/accounts/main"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    only = ("trusted", "no-starttls", "several-mx")
    with World.start(tmp_path_factory.mktemp("world"), only=only) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Gateway]:
    with Gateway.start(tmp_path_factory.mktemp("gateway"), world) as running:
        yield running


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Client:
    return Client.first_administrator(gateway)


def until(condition: Callable[[], bool], within: float = 30.0) -> None:
    """Asks until it holds; asking takes time itself."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not come to it in time"


def states(client: Client) -> dict[str, str]:
    return {task["id"]: task["state"] for task in client.get(f"{MAIN}/tasks")["items"]}


def test_an_empty_gateway_is_set_up_until_a_policy_refuses_a_message(tmp_path: Path, world: World) -> None:
    world.forget("no-starttls.example")
    world.forget("corp.example")
    with Gateway.start(tmp_path / "gateway", world, setup=False) as gateway:
        client = Client.first_administrator(gateway)
        assert states(client) == {
            "validate-domains": "ready",
            "inbound": "locked",
            "outbound": "locked",
            "tls-policies": "locked",
        }
        publish = client.post(f"{MAIN}/domains", {"domain": "several-mx.example"})["publish"][0]
        check = client.post(f"{MAIN}/domains/several-mx.example/check")
        assert not check["validated"]
        assert "Nothing is published" in check["why"]
        client.delete(f"{MAIN}/domains/several-mx.example")

        server = world.facts["internal"][0]
        domain = server["domain"]
        publish = client.post(f"{MAIN}/domains", {"domain": domain})["publish"][0]
        world.zone(domain, records=[f"_postern TXT \"{publish['value']}\""])
        check = client.post(f"{MAIN}/domains/{domain}/check")
        assert check["validated"], check
        client.post(
            f"{MAIN}/routes", {"domain": domain, "host": server["host"], "port": server["port"]}
        )
        client.post(f"{MAIN}/senders", {"kind": "address-range", "range": "127.0.0.0/8"})
        client.post(
            f"{MAIN}/policies",
            {"domain": "no-starttls.example", "mode": "relaxed", "on_failure": "bounce"},
        )
        assert not client.get(f"{MAIN}/first-message")["arrived"]
        gateway.send(f"anna@{domain}", ["bob@no-starttls.example"], "Subject: x\r\n\r\nx\r\n")
        world.wait(domain, 1, timeout=30)  # the bounce
        assert world.mail("no-starttls.example") == []
        until(lambda: bool(client.get(f"{MAIN}/first-message")["arrived"]))
        first = client.get(f"{MAIN}/first-message")
        assert first["from_address"].startswith("127.")
        assert first["tls_version"].startswith("TLS")
        assert set(states(client).values()) == {"done"}


def test_a_policy_of_the_api_is_the_command_lines_too(gateway: Gateway, client: Client) -> None:
    client.post(f"{MAIN}/policies", {"domain": "trusted.example", "note": "by the API"})
    assert "trusted.example" in gateway.cli("policy", "list")
    gateway.cli("policy", "set", "trusted.example", "--mode", "relaxed")
    assert client.get(f"{MAIN}/policies/trusted.example")["mode"] == "relaxed"
    client.delete(f"{MAIN}/policies/trusted.example")
    assert "trusted.example" not in gateway.cli("policy", "list")


def test_a_wildcard_is_named_in_a_path(client: Client) -> None:
    client.post(f"{MAIN}/policies", {"domain": "*.gov.uk", "stage": "monitor"})
    path = f"{MAIN}/policies/{quote('*.gov.uk', safe='')}"
    assert client.get(path)["stage"] == "monitor"
    assert client.post(f"{path}/promote")["stage"] == "enforce"
    client.delete(path)
    assert client.problem("GET", path) == (404, "not-found")


def test_two_administrators_do_not_undo_each_other(gateway: Gateway, client: Client) -> None:
    path = f"{MAIN}/policies/shared.example"
    client.post(f"{MAIN}/policies", {"domain": "shared.example"})
    seen = client.call("GET", path).headers["ETag"]
    assert client.call("GET", path, headers={"If-None-Match": seen}).status_code == 304
    other = Client.with_role(gateway, "bob", "main:administrator")
    other.put(path, {"domain": "shared.example", "note": "Bob was here"})
    answer = client.problem("PUT", path, {"domain": "shared.example"}, headers={"If-Match": seen})
    assert answer == (412, "changed-meanwhile")
    assert client.problem("DELETE", path, headers={"If-Match": seen}) == (412, "changed-meanwhile")
    assert client.get(path)["note"] == "Bob was here"
    client.delete(path)


def test_a_wrong_field_is_pointed_at(client: Client) -> None:
    response = client.call("POST", f"{MAIN}/policies", {"domain": "not a domain", "mx": ["**"]})
    assert response.status_code == 422
    assert {error["pointer"] for error in response.json()["errors"]} == {"#/domain", "#/mx/0"}


@pytest.mark.parametrize("list_of", ["policies", "queue", "evidence", "audit", "tls-reports"])
def test_a_page_of_nothing_is_refused_at_its_parameter(client: Client, list_of: str) -> None:
    for limit in (0, -1):
        refused = client.call("GET", f"{MAIN}/{list_of}", params={"limit": limit})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "?limit")


def test_policies_come_in_pages(client: Client) -> None:
    for number in range(5):
        client.post(f"{MAIN}/policies", {"domain": f"page{number}.example"})
    first = client.get(f"{MAIN}/policies", q="page", limit=3)
    assert [item["domain"] for item in first["items"]] == ["page0.example", "page1.example", "page2.example"]
    assert first["total"] == 5
    second = client.get(f"{MAIN}/policies", q="page", limit=3, after=first["next"])
    assert [item["domain"] for item in second["items"]] == ["page3.example", "page4.example"]
    assert second["next"] is None


def test_a_bulk_import_reads_what_the_command_line_exports(gateway: Gateway, client: Client) -> None:
    lines = ["domain,mode,note"] + [f"bulk{number}.example,relaxed,imported" for number in range(200)]
    text = "\n".join([*lines, "not a domain,,"])
    tried = client.post(f"{MAIN}/policies/import", {"text": text, "dry_run": True})
    assert (tried["added"], tried["refused"]) == (200, 1)
    assert client.get(f"{MAIN}/policies", q="bulk")["total"] == 0
    report = client.post(f"{MAIN}/policies/import", {"text": text})
    assert (report["added"], report["changed"], report["unchanged"], report["refused"]) == (200, 0, 0, 1)
    [refused] = [line for line in report["lines"] if line["effect"] == "refused"]
    assert refused["line"] == 202
    assert refused["why"].startswith("Invalid Domain")
    exported = gateway.cli("policy", "export")
    again = client.post(f"{MAIN}/policies/import", {"text": exported})
    assert (again["added"], again["changed"], again["refused"]) == (0, 0, 0)
    changed = {"text": "domain,mode\nbulk7.example,strict\n"}
    assert client.post(f"{MAIN}/policies/import", changed)["refused"] == 1
    assert client.post(f"{MAIN}/policies/import", {**changed, "update": True})["changed"] == 1
    assert client.get(f"{MAIN}/policies/bulk7.example")["mode"] == "strict"


def test_a_proof_that_the_api_names_is_found_by_the_command_line(
    gateway: Gateway, client: Client, world: World
) -> None:
    name = "several-mx.example"
    alias = client.post(f"{MAIN}/domains", {"domain": name})["publish"][1]
    assert alias["type"] == "CNAME"
    world.zone(name, records=[f"_postern CNAME {alias['value']}."])
    until(lambda: "is validated" in gateway.cli("domain", "validate", name, check=False))
    assert client.get(f"{MAIN}/domains/{name}")["validated"]
    assert client.post(f"{MAIN}/domains", {"domain": f"sales.{name}"})["validated"]
    client.delete(f"{MAIN}/domains/sales.{name}")
    client.delete(f"{MAIN}/domains/{name}")
    world.zone(name, records=[])


def test_what_is_published_for_a_domain_is_looked_at(client: Client, world: World, gateway: Gateway) -> None:
    domain = world.facts["internal"][0]["domain"]
    host = world.facts["gateway"]["hostname"]
    world.zone(domain, records=[f"@ MX 10 {host}.", "@ MX 20 elsewhere.example."])
    mx = client.get(f"{MAIN}/domains/{domain}/mx")
    assert not mx["good"]
    assert mx["found"] == [f"10 {host}", "20 elsewhere.example"]
    assert "bypasses this gateway" in mx["why"]
    world.zone(domain, records=[f"@ MX 10 {host}.", '@ TXT "v=spf1 -all"'])
    until(lambda: bool(client.get(f"{MAIN}/domains/{domain}/mx")["good"]))
    spf = client.get(f"{MAIN}/domains/{domain}/spf")
    assert not spf["good"]
    suggested = spf["needed"][0]["value"]
    assert suggested == f"v=spf1 a:{host} -all"
    world.zone(domain, records=[f'@ TXT "{suggested}"'])
    until(lambda: bool(client.get(f"{MAIN}/domains/{domain}/spf")["good"]))


def test_an_explanation_names_the_policy_that_decides(client: Client) -> None:
    client.post(f"{MAIN}/policies", {"domain": "trusted.example"})
    why = client.get(f"{MAIN}/explain", address="bob@trusted.example")
    assert why["delivery"]["mode"] == "strict"
    assert any(source["name"] == "policy trusted.example" for source in why["delivery"]["sources"])
    assert why["hosts"]
    client.delete(f"{MAIN}/policies/trusted.example")


def test_accounts_are_walls(gateway: Gateway, client: Client) -> None:
    client.post("/accounts", {"name": "second", "title": "Second Inc"})
    stranger = Client.with_role(gateway, "carol", "second:administrator")
    assert [item["name"] for item in stranger.get("/accounts")["items"]] == ["second"]
    client.post(f"{MAIN}/policies", {"domain": "walls.example"})
    for path in (f"{MAIN}/policies", f"{MAIN}/policies/walls.example", f"{MAIN}/domains", MAIN):
        assert stranger.problem("GET", path) == (404, "not-found")
    assert stranger.problem("GET", "/accounts/second/policies/walls.example") == (404, "not-found")
    held = client.get(f"{MAIN}/domains")["items"][0]["domain"]
    answer = stranger.problem("POST", "/accounts/second/domains", {"domain": f"sub.{held}"})
    assert answer == (409, "domain-held-elsewhere")
    assert client.problem("DELETE", MAIN) == (409, "account-in-use")
    client.delete("/accounts/second")
    client.delete(f"{MAIN}/policies/walls.example")


def test_the_gateway_says_where_it_listens(client: Client, gateway: Gateway, world: World) -> None:
    info = client.get("/gateway")
    assert info["hostname"] == world.facts["gateway"]["hostname"]
    assert {place["role"] for place in info["listeners"]} == {"world", "internal"}
    assert info["hostname"] in info["certificates"][0]["names"]
    assert base_of(gateway).endswith("/api/v1")
