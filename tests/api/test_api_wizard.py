"""Set Up Your TLS Policies over the API: from the first route test to a message that is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from api_client import Client

from lab.client import World
from lab.gateway import Gateway

MAIN = "/accounts/main"
DRAFT = f"{MAIN}/tls-policy-draft"
PARTNERS = ("trusted", "unsigned", "self-signed", "no-starttls", "null-mx", "refused", "several-mx", "silent")
MESSAGE = "Subject: hello\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World.start(tmp_path_factory.mktemp("world"), only=PARTNERS) as running:
        yield running


@pytest.fixture
def gateway(tmp_path: Path, world: World) -> Iterator[Gateway]:
    with Gateway.start(tmp_path / "gateway", world) as running:
        yield running


@pytest.fixture
def client(gateway: Gateway) -> Client:
    return Client.first_administrator(gateway)


def until(question: Callable[[], Any], within: float = 60.0) -> Any:
    """Asks until the answer is something; asking takes time itself."""
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, "it did not come to it in time"
    return answer


def ended(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    def state() -> dict[str, Any] | None:
        now = client.get(f"{MAIN}/jobs/{job['id']}")
        return now if now["state"] != "running" else None

    return until(state)


def settled(client: Client) -> dict[str, Any]:
    """The draft, once everything that a job found is in it."""

    def draft() -> dict[str, Any] | None:
        now = client.get(DRAFT)
        return now if now.get("job") is None else None

    return until(draft)


def validate(client: Client, address: str = "anna@corp.example", **more: Any) -> dict[str, Any]:
    client.post(f"{DRAFT}/validate", {"address": address, **more})
    return settled(client)


def add(client: Client, *lines: str) -> dict[str, Any]:
    client.post(f"{DRAFT}/domains", {"text": "\n".join(lines)})
    return settled(client)


def by_name(draft: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["domain"]: one for one in draft["domains"]}


def test_the_whole_way_to_a_message_that_is_refused(gateway: Gateway, client: Client, world: World) -> None:
    world.forget("no-starttls.example")
    assert client.get(DRAFT)["started"] is False
    gateway.cli("policy", "add", "several-mx.example", "--mode", "relaxed", "--no-probe")

    red = validate(client, "anna@plant.example")
    assert not red["may_go_on"] and "TLS Not Supported" in red["why_not"]
    assert client.problem("PATCH", DRAFT, {"step": "domains"}) == (409, "route-not-proved")
    client.delete(DRAFT)

    green = validate(client)
    assert green["may_go_on"], green["why_not"]
    assert {one["shown_as"] for one in green["routes"]} == {"Strict - Trusted Enforced"}
    address = green["routes"][0]["finding"]["addresses"][0]
    assert address["certificate"]["names"] and "C: STARTTLS" in address["dialogue"]
    client.patch(DRAFT, {"step": "domains"})

    draft = by_name(
        add(
            client,
            "bob@Trusted.example.",
            "unsigned.example",
            "self-signed.example",
            "no-starttls.example",
            "trusted.example",
            "several-mx.example",
            "null-mx.example",
            "nowhere-at-all.example",
            "corp.example",
            "co.uk",
            "not a domain",
        )
    )
    verdicts = {name: one["verdict_text"] for name, one in draft.items()}
    assert verdicts == {
        "trusted.example": "Duplicate Domain",  # the second line of that name
        "unsigned.example": "",
        "self-signed.example": "",
        "no-starttls.example": "",
        "several-mx.example": "Duplicate Domain",
        "null-mx.example": "No Mail (null MX)",
        "nowhere-at-all.example": "Domain Not Found",
        "corp.example": "Internal Domain",
        "co.uk": "Public Suffix",
        "not a domain": "Invalid Domain",
    }
    draft = by_name(client.call("DELETE", f"{DRAFT}/domains/trusted.example").json())
    assert draft["trusted.example"]["finding"]["shown_as"] == "Ready: strict"
    assert draft["unsigned.example"]["mx"] == ["mx.unsigned.example"]
    assert draft["self-signed.example"]["mode"] == "relaxed"
    assert draft["no-starttls.example"]["stage"] == "monitor"
    assert "will not be delivered" in draft["no-starttls.example"]["will_fail"]

    at = f"{DRAFT}/domains/no-starttls.example"
    assert client.problem("PATCH", at, {"stage": "enforce"}) == (409, "confirmation-needed")
    client.patch(at, {"confirmed": True})
    client.post(f"{DRAFT}/removals", {"domain": "several-mx.example"})
    client.post(f"{DRAFT}/add")
    plan = client.get(f"{DRAFT}/plan")
    assert plan["may_finish"], plan["why_not"]
    assert client.get(f"{DRAFT}/plan") == plan

    finished = client.post(f"{DRAFT}/finish")
    changed = {(one["action"], one["object"]) for one in finished["changes"]}
    assert {
        ("add", "policy trusted.example"),
        ("add", "policy unsigned.example"),
        ("add", "policy self-signed.example"),
        ("add", "policy no-starttls.example"),
        ("remove", "policy several-mx.example"),
    } <= changed
    assert sum(action == "enforce" for action, _ in changed) == len(green["routes"])
    assert client.problem("POST", f"{DRAFT}/finish") == (409, "nothing-to-do")
    assert client.get(DRAFT)["started"] is False

    policies = {one["domain"]: one for one in gateway.json("policy", "list")}
    assert set(policies) == {"trusted.example", "unsigned.example", "self-signed.example", "no-starttls.example"}
    assert policies["no-starttls.example"]["author"] == "user:anna"
    gateway.send("anna@corp.example", ["bob@no-starttls.example"], MESSAGE)
    until(lambda: "starttls-not-supported" in gateway.cli("queue", "list"))
    assert world.mail("no-starttls.example") == []
    gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    world.wait("trusted.example")


def test_what_a_change_would_have_meant_for_last_months_mail(gateway: Gateway, client: Client, world: World) -> None:
    world.forget("no-starttls.example")
    for _ in range(2):
        gateway.send("anna@corp.example", ["bob@no-starttls.example"], MESSAGE)
    world.wait("no-starttls.example", 2)
    validate(client)
    add(client, "no-starttls.example")
    client.post(f"{DRAFT}/add")

    def counted() -> bool:  # evidence reaches the records within a second
        [added] = [one for one in client.get(f"{DRAFT}/plan")["changes"] if one["action"] == "add"]
        return (added["messages"], added["would_fail"]) == (2, 2)

    until(counted)


def test_the_fifty_first_line_is_refused_with_a_hint(client: Client) -> None:
    text = "\n".join(f"d{number}.example" for number in range(51))
    refused = client.call("POST", f"{DRAFT}/domains", {"text": text})
    assert refused.status_code == 422 and refused.json()["code"] == "too-many-lines"
    assert "bulk import" in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "#/text"
    assert client.get(DRAFT)["domains"] == []


def test_leaving_changes_nothing_and_loses_nothing(gateway: Gateway, client: Client) -> None:
    revision = gateway.json("status")["policy_revision"]
    validate(client)
    client.patch(DRAFT, {"step": "domains"})
    left = add(client, "trusted.example", "nonsense")
    assert gateway.json("status")["policy_revision"] == revision
    assert gateway.json("policy", "list") == []

    gateway.stop()
    gateway.run()
    again = Client.sign_in(gateway, "anna")
    resumed = again.get(DRAFT)
    assert resumed == left
    assert resumed["step"] == "domains" and resumed["may_go_on"]
    again.post(f"{DRAFT}/add")
    again.post(f"{DRAFT}/finish")
    assert [one["domain"] for one in gateway.json("policy", "list")] == ["trusted.example"]


def test_a_draft_belongs_to_its_account(gateway: Gateway, client: Client) -> None:
    validate(client)
    job = client.post(f"{MAIN}/probes", {"domains": ["silent.example"]})
    gateway.cli("account", "add", "other", "--title", "Other Inc")
    other = Client.with_role(gateway, "oscar", "other:administrator")
    assert other.get("/accounts/other/tls-policy-draft")["started"] is False
    assert other.problem("GET", DRAFT) == (404, "not-found")
    assert other.problem("GET", f"/accounts/other/jobs/{job['id']}") == (404, "not-found")
    assert other.problem("DELETE", f"/accounts/other/jobs/{job['id']}") == (404, "not-found")
    client.call("DELETE", f"{MAIN}/jobs/{job['id']}")
    assert ended(client, job)["state"] == "cancelled"


def test_viewers_look_and_operators_probe(gateway: Gateway) -> None:
    viewer = Client.with_role(gateway, "vera", "main:viewer")
    operator = Client.with_role(gateway, "otto", "main:operator")
    assert viewer.get(DRAFT)["started"] is False
    assert viewer.problem("POST", f"{MAIN}/probes", {"domains": ["trusted.example"]}) == (403, "role-too-low")
    assert operator.problem("POST", f"{DRAFT}/finish") == (403, "role-too-low")
    job = ended(operator, operator.post(f"{MAIN}/probes", {"domains": ["trusted.example", "self-signed.example"]}))
    assert [one["domain"]["shown_as"] for one in job["items"]] == ["Ready: strict", "Ready: relaxed"]
    assert viewer.get(f"{MAIN}/jobs/{job['id']}") == job


def test_two_administrators_share_the_draft(gateway: Gateway, client: Client) -> None:
    bert = Client.with_role(gateway, "bert", "main:administrator")
    add(client, "trusted.example")
    draft = add(bert, "unsigned.example")
    assert set(by_name(draft)) == {"trusted.example", "unsigned.example"}
    assert draft["author"] == "user:bert"
    seen = client.call("GET", DRAFT).headers["ETag"]
    at = f"{DRAFT}/domains/"
    assert client.call("DELETE", at + "trusted.example", headers={"If-Match": seen}).ok
    late = bert.call("DELETE", at + "unsigned.example", headers={"If-Match": seen})
    assert late.status_code == 412
    assert set(by_name(bert.get(DRAFT))) == {"unsigned.example"}


def test_a_wildcard_is_watched_until_its_sentence_is_confirmed(gateway: Gateway, client: Client) -> None:
    validate(client)
    draft = by_name(add(client, "*.gov.uk"))
    assert draft["*.gov.uk"]["stage"] == "monitor" and "not looked at" in draft["*.gov.uk"]["will_fail"]
    client.patch(f"{DRAFT}/domains/{quote('*.gov.uk', safe='')}", {"confirmed": True, "mode": "relaxed"})
    client.post(f"{DRAFT}/add")
    client.post(f"{DRAFT}/finish")
    [policy] = gateway.json("policy", "list")
    assert (policy["domain"], policy["mode"], policy["stage"]) == ("*.gov.uk", "relaxed", "enforce")


def test_a_test_message_arrives(client: Client, world: World) -> None:
    world.forget("corp.example")
    job = ended(client, client.post(f"{MAIN}/route-tests", {"address": "anna@corp.example", "send_message": True}))
    assert job["items"][-1]["name"].startswith("Test message ") and job["items"][-1].get("failure") is None
    [arrived] = world.wait("corp.example", 1, timeout=30)
    assert arrived["sender"] == "" and arrived["recipients"] == ["anna@corp.example"]


def test_tests_and_probes_reach_no_address_inside_unless_it_is_allowed(tmp_path: Path, world: World) -> None:
    """The practice world lives on loopback, where a real gateway must not be sent."""
    world.forget("trusted.example")
    world.forget("corp.example")
    guarded = {"delivery": {"special_addresses": False}}
    with Gateway.start(tmp_path / "guarded", world, changes=guarded) as gateway:
        client = Client.first_administrator(gateway)
        draft = validate(client)
        assert not draft["may_go_on"] and "inside a network" in draft["why_not"]
        [item] = ended(client, client.post(f"{MAIN}/probes", {"domains": ["trusted.example"]}))["items"]
        assert item["domain"]["shown_as"] != "Ready: strict"
        assert world.sessions("trusted.example") == [] and world.sessions("corp.example") == []
    allowed = {**guarded, "admin": {"allow_ranges": ["127.0.0.0/8"]}}
    with Gateway.start(tmp_path / "allowed", world, changes=allowed) as gateway:
        assert validate(Client.first_administrator(gateway))["may_go_on"]


def test_an_enforced_route_is_proved_again(tmp_path: Path) -> None:
    often = {"delivery": {"route_reproof": "1s"}}
    with (
        World.start(tmp_path / "world", only=("trusted",)) as world,
        Gateway.start(tmp_path / "gateway", world, changes=often) as gateway,
    ):
        client = Client.first_administrator(gateway)
        validate(client)
        client.post(f"{DRAFT}/finish")
        until(lambda: any(one["outcome"] == "probed" and one["met"] for one in gateway.json("evidence", "list")))
        assert "route-no-longer-proved" not in gateway.log()
        world.certificate("corp.example", starts_in_days=-90, ends_in_days=-1)
        until(lambda: "event=route-no-longer-proved" in gateway.log())
        until(lambda: "route-not-proved" in {one["code"] for one in client.get(f"{MAIN}/overview")["attention"]})
