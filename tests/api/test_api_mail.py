"""Mail and its proofs over the API: queue, trace, evidence, overview, partner, audit log, events.

Everything is real: the gateway, the practice world's servers, and a client that we did not write.
"""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from api_client import Client

from lab.client import World
from lab.gateway import Gateway

MESSAGE = "Subject: hello\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    only = ("trusted", "no-starttls", "refused", "unsigned")
    with World.start(tmp_path_factory.mktemp("world"), only=only) as running:
        yield running


@pytest.fixture
def gateway(tmp_path: Path, world: World) -> Iterator[Gateway]:
    with Gateway.start(tmp_path / "gateway", world) as running:
        yield running


@pytest.fixture
def client(gateway: Gateway) -> Client:
    return Client.first_administrator(gateway)


T = TypeVar("T")


def until(question: Callable[[], T], within: float = 30.0) -> T:
    """Asks until the answer is something; asking takes time itself."""
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, "it did not come to it in time"
    return answer


def waiting(client: Client, domain: str, reason: str) -> dict[str, Any]:
    """The message that waits for a domain, once its first attempt has failed so."""

    def look() -> dict[str, Any] | None:
        for message in client.get("/accounts/main/queue", domain=domain)["items"]:
            if message["deliveries"][0]["reason"] == reason:
                return message
        return None

    return until(look)


class Events:
    """Listens to an account's event stream on a thread of its own."""

    def __init__(self, client: Client, account: str = "main") -> None:
        self.seen: list[tuple[float, str, dict[str, Any]]] = []
        self._response = client.stream(f"/accounts/{account}/events")
        assert self._response.headers["content-type"] == "text/event-stream"
        self._lines = self._response.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(self._lines).startswith("retry:")  # it listens from here on
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        name = ""
        try:
            for line in self._lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.seen.append((time.monotonic(), name, json.loads(line.removeprefix("data: "))))
        except Exception:  # noqa: BLE001 - the gateway stops, or the test is over
            pass

    def first(self, matches: Callable[[str, dict[str, Any]], bool]) -> tuple[float, dict[str, Any]]:
        """When the first such event came, and what it said."""
        return until(lambda: next(((at, event) for at, name, event in self.seen if matches(name, event)), None))


def test_mail_that_waits_is_in_the_queue_with_its_reason_and_moves_by_hand(
    gateway: Gateway, client: Client, world: World
) -> None:
    world.forget("no-starttls.example")
    gateway.cli("policy", "add", "no-starttls.example", "--mode", "strict", "--no-probe")
    gateway.send("anna@corp.example", ["bob@no-starttls.example"], MESSAGE)
    message = waiting(client, "no-starttls.example", "starttls-not-supported")
    assert message["sender"] == "anna@corp.example"
    assert "STARTTLS" in message["deliveries"][0]["why"]
    assert message["deliveries"][0]["remedy"]

    def command(action: str) -> int:
        body = {"action": action, "messages": [message["id"]]}
        return client.post("/accounts/main/queue", body)["deliveries"]

    assert command("hold") == 1
    assert client.get("/accounts/main/queue")["held"] == 1
    assert command("release") == 1
    gateway.cli("policy", "remove", "no-starttls.example")
    client.post("/accounts/main/queue", {"action": "recalculate", "messages": []})
    world.wait("no-starttls.example", 1, timeout=30)
    until(lambda: client.get("/accounts/main/queue")["messages"] == 0)
    done = [entry["action"] for entry in client.get("/accounts/main/audit")["items"]]
    assert {"queue.hold", "queue.release", "queue.recalculate"} <= set(done)


def test_a_trace_shows_a_messages_way_over_both_hops(gateway: Gateway, client: Client, world: World) -> None:
    world.forget("trusted.example")
    gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    world.wait("trusted.example", 1, timeout=30)
    [delivered] = until(lambda: client.get("/accounts/main/evidence", hop="gateway-to-partner")["items"])
    trace = client.get(f"/accounts/main/messages/{delivered['message']}")
    assert [attempt["hop"] for attempt in trace["attempts"]] == ["internal-to-gateway", "gateway-to-partner"]
    assert trace["message"] is None
    assert delivered["tls_version"].startswith("TLS")
    assert delivered["outcome"] == "delivered"


def test_evidence_downloads_as_csv_with_the_same_filter(gateway: Gateway, client: Client, world: World) -> None:
    world.forget("trusted.example")
    for _ in range(3):
        gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    world.wait("trusted.example", 3, timeout=30)
    query = {"domain": "trusted.example"}
    until(lambda: len(client.get("/accounts/main/evidence", **query)["items"]) == 3)
    response = client.stream("/accounts/main/evidence.csv", **query)
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["domain"] for row in rows] == ["trusted.example"] * 3
    assert {row["account"] for row in rows} == {"main"}


def test_the_overview_draws_the_hops_and_names_what_fails(gateway: Gateway, client: Client, world: World) -> None:
    world.forget("trusted.example")
    gateway.cli("policy", "add", "no-starttls.example", "--mode", "relaxed", "--no-probe")
    gateway.send("anna@corp.example", ["bob@trusted.example"], MESSAGE)
    gateway.send("anna@corp.example", ["bob@no-starttls.example"], MESSAGE)
    world.wait("trusted.example", 1, timeout=30)

    def settled() -> dict[str, Any] | None:
        # Both deliveries: evidence of one says nothing about the other's.
        overview = client.get("/accounts/main/overview")
        codes = {(item["code"], item["domain"]) for item in overview["attention"]}
        failing = ("policy-failing", "no-starttls.example") in codes
        return overview if failing and overview["numbers"]["delivered"] == 1 else None

    overview = until(settled)
    locks = {hop["hop"]: hop["lock"] for hop in overview["hops"]}
    assert locks["internal-to-gateway"] == "encrypted"
    assert locks["gateway-to-partner"] in ("encrypted", "authenticated")
    assert locks["gateway-to-internal"] == "none"
    assert overview["numbers"]["accepted"] == 2
    assert overview["numbers"]["policies"] == 1


def test_a_partners_moved_mail_asks_for_approval(gateway: Gateway, client: Client, world: World) -> None:
    gateway.cli("policy", "add", "unsigned.example", "--mode", "strict", "--mx", "mx.elsewhere.example", "--no-probe")
    gateway.send("anna@corp.example", ["bob@unsigned.example"], MESSAGE)

    def moved() -> list[dict[str, Any]]:
        items = client.get("/accounts/main/overview")["attention"]
        return [item for item in items if item["code"] == "mx-moved"]

    item = until(moved)[0]
    assert item["domain"] == "unsigned.example"
    assert item["severity"] == "danger"
    partner = client.get("/accounts/main/partners/unsigned.example")
    assert partner["policy"]["mx"] == ["mx.elsewhere.example"]
    assert {hop["hop"]: hop["required"] for hop in partner["hops"]}["gateway-to-partner"] == "strict"
    assert all("pins" in host["out"] for host in partner["explanation"]["hosts"])
    assert partner["recent"][0]["reason"] == "mx-not-pinned"


def test_a_change_by_the_command_line_is_told_within_a_second_with_its_author(
    gateway: Gateway, client: Client
) -> None:
    events = Events(client)
    gateway.cli("policy", "add", "trusted.example", "--mode", "strict", "--no-probe")
    returned = time.monotonic()
    came, event = events.first(lambda name, event: name == "change" and event["action"] == "policy.add")
    assert came - returned < 1.0
    assert event["object"] == "policy trusted.example"
    assert event["via"] == "cli"
    assert event["actor"].startswith("cli:")
    # Whoever is told and asks sees it.
    assert client.get("/accounts/main/partners/trusted.example")["policy"]["domain"] == "trusted.example"


def test_the_queue_is_told_when_it_changes(gateway: Gateway, client: Client) -> None:
    events = Events(client)
    gateway.send("anna@corp.example", ["bob@refused.example"], MESSAGE)
    _, event = events.first(lambda name, _: name == "queue")
    assert event["account"] == "main"


def test_one_account_hears_and_sees_nothing_of_another(gateway: Gateway, client: Client, world: World) -> None:
    gateway.cli("account", "add", "other", "--title", "Other Ltd")
    events = Events(client, "other")
    gateway.cli("policy", "add", "no-starttls.example", "--mode", "strict", "--no-probe")
    gateway.send("anna@corp.example", ["bob@no-starttls.example"], MESSAGE)
    message = waiting(client, "no-starttls.example", "starttls-not-supported")
    assert client.get("/accounts/other/queue")["items"] == []
    assert client.problem("GET", f"/accounts/other/messages/{message['id']}") == (404, "not-found")
    body = {"action": "remove", "messages": [message["id"]]}
    assert client.problem("POST", "/accounts/other/queue", body) == (404, "not-found")
    assert client.get("/accounts/main/queue")["messages"] == 1
    assert client.get("/accounts/other/evidence")["items"] == []
    assert client.get("/accounts/other/overview")["attention"] == []
    gateway.cli("policy", "add", "trusted.example", "--account", "other", "--mode", "strict", "--no-probe")
    events.first(lambda _, event: event["object"] == "policy trusted.example")
    assert all(event["account"] in ("other", "") for _, _, event in events.seen)


def test_the_audit_log_holds_and_is_paged(gateway: Gateway, client: Client) -> None:
    for number in range(5):
        gateway.cli("policy", "add", f"p{number}.example", "--mode", "relaxed", "--no-probe")
    first = client.get("/accounts/main/audit", limit=2)
    assert [entry["object"] for entry in first["items"]] == ["policy p4.example", "policy p3.example"]
    second = client.get("/accounts/main/audit", limit=2, before=first["next"])
    assert [entry["object"] for entry in second["items"]] == ["policy p2.example", "policy p1.example"]
    check = client.get("/audit/check")
    assert check["intact"] is True
    assert check["entries"] >= 5
    everything = client.get("/audit", limit=1000)["items"]
    assert everything[0]["hash"] == check["head"]


def test_a_stop_ends_open_event_streams(gateway: Gateway, client: Client) -> None:
    Events(client)
    assert gateway.stop() == 0
