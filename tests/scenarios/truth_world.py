"""The world of the golden truth table: one gateway with an account for each policy, a message to
every partner from each, and what became of them in evidence, log and bounce.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import smtplib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from lab.client import World
from lab.gateway import Gateway

POLICIES = {
    "none": [],
    "relaxed": ["--mode", "relaxed"],
    "strict": ["--mode", "strict"],
    "pinned": ["--mode", "strict"],
    "monitor": ["--mode", "strict", "--stage", "monitor"],
    "exception": ["--mode", "strict"],
}
SOURCES = {name: f"127.0.0.{20 + place}" for place, name in enumerate(POLICIES)}
# What these partners say of a message is heard under TLS only, after the requirement was met.
IN_THE_CONVERSATION = {
    "greylisting", "rejects-sender", "rejects-recipients", "known-users", "few-recipients", "data-4xx",
    "data-5xx", "small-messages", "no-smtputf8", "drops-at-mail", "drops-at-data", "drops-in-message",
    "drops-after-message", "shuts-down-at-mail",
}
# These take the rest when they are asked again, which `postern queue retry` does.
ASKED_AGAIN = {"greylisting", "few-recipients"}
# Low enough that a table of partners who never answer is soon full, and high enough for a busy
# machine: nothing else waits for them.
SETTINGS: dict[str, dict[str, Any]] = {
    "delivery": {"connect_timeout": "3s", "reply_timeout": "10s", "retry": ["1h"]},
    "resolver": {"timeout": "30s"},  # longer than libunbound asks: it has the word
    "limits": {"connections_per_address": 1000},
    "log": {"format": "json"},
}
WITHIN = 180.0
ENDS = ("delivered", "bounced", "deferred")


def rows(world: World) -> list[dict[str, Any]]:
    """The partners that the table holds: all whose fate is the same for the first message and the last."""
    return [one for one in world.facts["partners"] if not one["has_a_story"]]


def set_up_account(gateway: Gateway, world: World, name: str) -> None:
    """One account: its domain, its sender, and its policy for every partner."""
    account = ["--account", f"t-{name}"]
    gateway.cli("account", "add", f"t-{name}")
    gateway.cli("domain", "add", f"t-{name}.example", "--already-validated", *account)
    desk = world.internal("corp.example")
    gateway.cli("route", "add", f"t-{name}.example", "--host", desk["host"], "--port", str(desk["port"]), *account)
    gateway.cli("sender", "add", "--range", SOURCES[name], *account)
    if not POLICIES[name]:
        return
    lines = ["domain,mode,stage,mx,on_failure"]
    for one in rows(world):
        mode = POLICIES[name][1]
        stage = "monitor" if name == "monitor" else "enforce"
        pins = " ".join(mx["host"] for mx in one["mx"]) if name == "pinned" else ""
        lines.append(f"{one['domain']},{mode},{stage},{pins},bounce")
    gateway.cli("policy", "import", "-", *account, stdin="\n".join(lines) + "\n")
    if name == "exception":
        for one in rows(world):
            gateway.cli("exception", "add", one["domain"], "--mode", "opportunistic",
                        "--reason", "the truth table", "--for", "1h", *account)


def message_for(partner: dict[str, Any]) -> tuple[list[str], bytes]:
    """Recipients and content that bring out what is special about a partner."""
    names = {"known-users": ["bob", "nobody"], "few-recipients": ["ann", "bob", "cleo"], "no-smtputf8": ["jürgen"]}
    lines = 400 if partner["posture"] == "small-messages" else 1
    recipients = [f"{name}@{partner['domain']}" for name in names.get(partner["posture"], ["bob"])]
    return recipients, b"Subject: truth\r\n\r\n" + b"The truth, and nothing but the truth.\r\n" * lines


def send(gateway: Gateway, policy: str, partner: dict[str, Any]) -> str:
    """One message of a policy's account; returns its queue id."""
    place = gateway.listeners["internal"]
    recipients, content = message_for(partner)
    with smtplib.SMTP(place.address, place.port, source_address=(SOURCES[policy], 0), timeout=60) as connection:
        connection.ehlo()
        international = not all(address.isascii() for address in recipients)
        if international:
            connection.command_encoding = "utf-8"
        code, text = connection.mail(f"anna@t-{policy}.example", ["SMTPUTF8"] if international else [])
        assert code == 250, text
        for address in recipients:
            code, text = connection.rcpt(address)
            assert code == 250, text
        code, text = connection.data(content)
        assert code == 250, text
        return text.decode().split()[-1]


class Table:
    """Every message of the table, and what is known of it."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        self.jobs = [(one, policy) for one in rows(world) for policy in POLICIES]
        with ThreadPoolExecutor(4) as pool:
            self.messages = list(pool.map(lambda job: send(gateway, job[1], job[0]), self.jobs))
        self.first = self._decided(self.messages, {})
        again = [m for (one, _), m in zip(self.jobs, self.messages) if one["posture"] in ASKED_AGAIN]
        for message in again:
            gateway.cli("queue", "retry", message)
        self.again = self._decided(again, {message: self.first[message]["time"] for message in again})
        self.events = self._events()
        self.bounces = self._bounces()

    def cells(self) -> dict[str, dict[str, str]]:
        """Partner -> policy -> "outcome and reason | events in the log | what the bounce says"."""
        found: dict[str, dict[str, str]] = {}
        for (one, policy), message in zip(self.jobs, self.messages):
            outcome = words(self.first[message])
            if one["posture"] in ASKED_AGAIN:
                outcome += ", then " + words(self.again[message])
            bounce = self.bounces.get(message)
            said = f"{bounce.status} {bounce.reason}" if bounce else "-"
            found.setdefault(one["domain"], {})[policy] = " | ".join([outcome, " ".join(self.events[message]), said])
        return found

    def attempt(self, domain: str, policy: str) -> dict[str, Any]:
        """The first deciding attempt of a cell."""
        for (one, of), message in zip(self.jobs, self.messages):
            if (one["domain"], of) == (domain, policy):
                return self.first[message]
        raise KeyError((domain, policy))

    def _decided(self, messages: Sequence[str], after: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """The deciding attempt of every message's way out, of those made after the times given."""
        decided: dict[str, dict[str, Any]] = {}

        def all_there() -> bool:
            options = ["--all-accounts", "--hop", "gateway-to-partner", "--limit", "100000"]
            found = self.gateway.json("evidence", "list", *options)
            for attempt in sorted(found["attempts"] if isinstance(found, dict) else found, key=lambda one: one["time"]):
                message = attempt["message"]
                # Of a bounced message the other hosts' attempts are deferred ones.
                ended = decided.get(message, {}).get("outcome") == "bounced"
                if attempt["outcome"] in ENDS and attempt["time"] > after.get(message, "") and not ended:
                    decided[message] = attempt
            return all(message in decided for message in messages)

        self._until(all_there, "a message has no outcome")
        return {message: decided[message] for message in messages}

    def _events(self) -> dict[str, list[str]]:
        """What the log says of every message's delivery, in the order in which it was said."""
        found: dict[str, list[str]] = {}

        def all_there() -> bool:
            found.clear()
            for line in self.gateway.log().splitlines():
                entry = json.loads(line)
                told = entry["event"].startswith("delivery-") or entry["event"] in ("policy-would-fail", "exception-used")
                if told and entry.get("message") in wanted:
                    found.setdefault(entry["message"], []).append(entry["event"])
            return len(found) == len(wanted)

        wanted = set(self.messages)
        self._until(all_there, "the log does not speak of every message")
        return found

    def _bounces(self) -> dict[str, Bounce]:
        """The bounce of every message whose log says that it has one."""
        expected = {message for message, events in self.events.items() if "delivery-bounced" in events}
        found: dict[str, Bounce] = {}

        def all_there() -> bool:
            for policy in POLICIES:
                for mail in self.world.mail(f"t-{policy}.example"):
                    bounce = Bounce.read(Path(mail["path"]))
                    found[bounce.message] = bounce
            return expected <= set(found)

        self._until(all_there, "a bounce has not arrived")
        assert set(found) == expected, "a bounce that the log does not know"
        return found

    def _until(self, condition: Callable[[], bool], complaint: str) -> None:
        end = time.monotonic() + WITHIN
        while not condition():
            assert time.monotonic() < end, f"{complaint}\n{self.gateway.log()[-4000:]}"


def words(attempt: dict[str, Any]) -> str:
    """An outcome: "delivered pkix", "delivered encrypted monitor:certificate-expired", "bounced null-mx"."""
    if attempt["outcome"] != "delivered":
        return f"{attempt['outcome']} {attempt['reason']}"
    proof = attempt["authentication"] if attempt["authentication"] != "none" else "encrypted"
    said = ["delivered", "in-clear" if attempt["tls_version"] == "none" else proof]
    if attempt["would_fail"]:
        said.append(f"monitor:{attempt['would_fail']}")
    if attempt["used_exception"]:
        said.append("exception")
    return " ".join(said)


@dataclass(frozen=True)
class Bounce:
    """A bounce as its reader meets it."""

    message: str
    status: str
    reason: str
    why: str

    @classmethod
    def read(cls, path: Path) -> "Bounce":
        parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        assert parsed.get_content_type() == "multipart/report"
        parts = list(parsed.iter_parts())
        text = parts[0].get_content()
        _, recipient = parts[1].get_payload()  # type: ignore[misc]
        [reason] = re.findall(r"Reason code: (\S+)", text)
        [why] = re.findall(r"Why: (.+)", text)
        [message] = re.findall(r"quote this number: (\S+)", text)
        assert recipient["X-Postern-Reason"] == reason
        return cls(message, recipient["Status"], reason, sentence_class(why.strip()))


# What differs from one bounce to the next of a kind, in the order in which it is taken out.
FACTS = (
    (r"\[?(?:\b127\.\d+\.\d+\.\d+|::1)\]?(?::\d+)?", "{address}"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d", "{date}"),
    (r"(?:[\w*-]+\.)+example\b|\*\.example\b", "{name}"),
    (r"this one has \d+", "this one has {size}"),
    (r"\{name\}(?:, \{name\})+", "{names}"),
)


def sentence_class(why: str) -> str:
    """The sentence of a bounce without the facts of the one case."""
    for pattern, word in FACTS:
        why = re.sub(pattern, word, why)
    return why


def sentences(bounces: Iterable[Bounce]) -> dict[str, Sequence[str]]:
    """Status and reason -> the sentences that readers of such bounces get."""
    found: dict[str, set[str]] = {}
    for bounce in bounces:
        found.setdefault(f"{bounce.status} {bounce.reason}", set()).add(bounce.why)
    return {word: sorted(said) for word, said in sorted(found.items())}


def folded(row: Mapping[str, str]) -> dict[str, str]:
    """A row with equal cells written once: "strict pinned" -> what they hold."""
    policies: dict[str, list[str]] = {}
    for policy in POLICIES:
        policies.setdefault(row[policy], []).append(policy)
    return {" ".join(names): cell for cell, names in policies.items()}
