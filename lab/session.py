"""One SMTP conversation of a practice mail server (RFC 5321 and its usual extensions).

It does what its Behaviour says, also where that is wrong, and writes down everything that it
sees. It is lenient where a real server would be, and names a client's mistakes in the session's
dialogue (`*: `), so that tests can assert that there were none.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from dataclasses import dataclass, field
from typing import Any

from .model import Behaviour
from .records import Records, Session, domain_of
from .wire import Wire


class _Dropped(Exception):
    """The posture says that the connection is lost here."""


class _Closing(Exception):
    """The server has said 421 and closes (RFC 5321 3.8)."""


class _Gone(Exception):
    """The client has closed the connection."""


@dataclass
class _Envelope:
    sender: str
    sender_parameters: list[str]
    recipients: list[str] = field(default_factory=list)
    recipient_parameters: list[list[str]] = field(default_factory=list)
    chunks: bytearray = field(default_factory=bytearray)


class Conversation:
    """Speaks with one client; `run` returns when the connection is over."""

    def __init__(
        self,
        wire: Wire,
        host: str,
        behaviour: Behaviour,
        context: ssl.SSLContext | None,
        records: Records,
        session: Session,
        seen: set[tuple[str, str, str]],
    ) -> None:
        self._wire = wire
        self._host = host
        self._is = behaviour
        self._context = context
        self._records = records
        self._session = session
        self._seen = seen
        self._envelope: _Envelope | None = None

    async def run(self) -> None:
        how = "closed by the server"
        try:
            await self._converse()
        except _Dropped as dropped:
            how = f"dropped at {dropped}"
        except _Closing:
            pass
        except _Gone:
            how = "closed by the client"
        except (OSError, ssl.SSLError) as error:
            how = f"broken: {error}"
        finally:
            # Closed first: who waits for the session's end finds the connection gone.
            if how.startswith("dropped") and self._is.reset:
                self._wire.reset()
            else:
                await self._wire.close()
            self._note(how)
            await self._records.close_session(self._session, how)

    async def _converse(self) -> None:
        await self._reach("connect")
        greeting = self._is.replies.get("connect", self._is.greeting)
        await self._reply(greeting)
        while True:
            line = await self._line()
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                await self._reach("quit")
                await self._reply(self._is.replies.get("quit", "221 2.0.0 Bye"))
                return
            if (
                greeting.startswith("4")
                and verb not in ("EHLO", "HELO")
                or greeting.startswith("5")
            ):
                await self._reply("503 5.5.1 No service here")
                continue
            handler = getattr(self, f"_do_{verb.lower()}", None)
            if handler is None:
                await self._reply("500 5.5.2 Command not recognised")
            else:
                await handler(rest)

    async def _do_ehlo(self, name: str) -> None:
        step = "ehlo-tls" if self._wire.tls else "ehlo"
        await self._reach(step)
        self._envelope = None
        lines = [f"{self._host} greets {name}", *self._is.extensions]
        if self._is.tls is not None and self._wire.tls is None:
            lines.append("STARTTLS")
        if self._is.credentials is not None and self._wire.tls is not None:
            lines.append("AUTH PLAIN LOGIN")
        ordinary = "\n".join(["250-" + line for line in lines[:-1]] + ["250 " + lines[-1]])
        if await self._answer(step, ordinary):
            self._session.ehlo = name

    async def _do_helo(self, name: str) -> None:
        await self._reach("ehlo")
        self._envelope = None
        self._session.ehlo = name
        await self._reply(f"250 {self._host} greets {name}")

    async def _do_starttls(self, _: str) -> None:
        if self._is.tls is None or self._context is None or self._wire.tls is not None:
            await self._reply("502 5.5.1 STARTTLS is not offered")
            return
        await self._reach("starttls")
        reply = self._is.replies.get("starttls", self._is.starttls_reply)
        if not reply.startswith("220"):
            await self._reply(reply)
            return
        if self._wire.buffered:
            self._note("client sent plaintext after STARTTLS")
        if self._is.starttls_injects:
            self._note("plaintext injected with the reply to STARTTLS")
            reply += "\n" + self._is.starttls_injects
        await self._reply(reply)
        await self._reach("handshake")
        try:
            await self._wire.start_tls(self._context)
        except (ssl.SSLError, OSError) as error:
            self._session.tls_error = str(error)
            raise
        self._session.tls = _tls_facts(self._wire.tls)
        self._session.ehlo = ""
        self._envelope = None
        self._note(f"TLS: {self._session.tls['version']} {self._session.tls['cipher']}")

    async def _do_auth(self, rest: str) -> None:
        if self._is.credentials is None or self._wire.tls is None:
            await self._reply("503 5.5.1 AUTH is not offered")
            return
        await self._reach("auth")
        mechanism, _, initial = rest.partition(" ")
        try:
            if mechanism.upper() == "PLAIN":
                said = _decode(initial or await self._ask("334 "))
                _, user, password = said.split("\0")
            elif mechanism.upper() == "LOGIN":
                user = _decode(initial or await self._ask("334 VXNlcm5hbWU6"))
                password = _decode(await self._ask("334 UGFzc3dvcmQ6"))
            else:
                await self._reply("504 5.5.4 Mechanism not known")
                return
        except ValueError:
            await self._reply("501 5.5.2 Cannot decode that")
            return
        if (user, password) == self._is.credentials:
            self._session.authenticated = user
            await self._answer("auth", "235 2.7.0 Authenticated")
        else:
            await self._reply("535 5.7.8 Wrong user or password")

    async def _do_mail(self, rest: str) -> None:
        await self._reach("mail")
        address, parameters = _path(rest, "FROM:")
        if not self._session.ehlo:
            await self._reply("503 5.5.1 EHLO first")
        elif self._is.requires_tls and self._wire.tls is None:
            await self._reply("530 5.7.0 Must issue a STARTTLS command first")
        elif self._is.credentials is not None and not self._session.authenticated:
            await self._reply("530 5.7.0 Authentication required")
        elif self._envelope is not None:
            await self._reply("503 5.5.1 A sender is already given")
        elif address is None:
            await self._reply("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif complaint := self._complaint(parameters):
            self._note(f"client error: {complaint}")
            await self._reply(complaint)
        elif await self._answer("mail", "250 2.1.0 Sender ok"):
            self._envelope = _Envelope(address, parameters)

    def _complaint(self, parameters: list[str]) -> str:
        """What is wrong with MAIL's parameters given what was announced; empty if nothing."""
        offered = {extension.split()[0].upper(): extension for extension in self._is.extensions}
        for parameter in parameters:
            keyword, _, value = parameter.upper().partition("=")
            needs = {"BODY": "8BITMIME", "RET": "DSN", "ENVID": "DSN"}.get(keyword, keyword)
            if value == "BINARYMIME":
                needs = "BINARYMIME"
            if needs == "AUTH":
                continue
            if needs not in offered:
                return f"555 5.5.4 {keyword} is not offered"
            limit = offered.get("SIZE", "SIZE").partition(" ")[2]
            if keyword == "SIZE" and not value.isdigit():
                return "501 5.5.4 SIZE takes a number"
            if keyword == "SIZE" and limit and int(value) > int(limit):
                return f"552 5.3.4 Message exceeds {limit} bytes"
        return ""

    async def _do_rcpt(self, rest: str) -> None:
        await self._reach("rcpt")
        address, parameters = _path(rest, "TO:")
        envelope = self._envelope
        if envelope is None:
            await self._reply("503 5.5.1 MAIL first")
            return
        if not address:
            await self._reply("501 5.5.4 Syntax: RCPT TO:<address>")
            return
        domain = domain_of(address)
        if domain not in self._session.recipient_domains:
            self._session.recipient_domains.append(domain)
        triple = (self._session.peer, envelope.sender, address)
        if self._is.known_users and address.rpartition("@")[0].lower() not in self._is.known_users:
            await self._reply("550 5.1.1 No such user here")
        elif self._is.recipients_limit and len(envelope.recipients) >= self._is.recipients_limit:
            await self._reply("452 4.5.3 Too many recipients")
        elif self._is.greylist and triple not in self._seen:
            self._seen.add(triple)
            await self._reply("451 4.7.1 Greylisted, try again later")
        elif await self._answer("rcpt", "250 2.1.5 Recipient ok"):
            envelope.recipients.append(address)
            envelope.recipient_parameters.append(parameters)

    async def _do_data(self, _: str) -> None:
        await self._reach("data")
        envelope = self._envelope
        if envelope is None or not envelope.recipients:
            await self._reply("554 5.5.1 No valid recipients")
            return
        if not await self._answer("data", "354 End with a single dot"):
            return
        if self._is.drop_at == "body":
            await self._wire.read_exactly(1)
            await self._reach("body")
        body = await self._wire.read_message()
        if body is None:
            raise _Gone
        await self._finish(envelope, body)

    async def _do_bdat(self, rest: str) -> None:
        if "CHUNKING" not in self._is.extensions:
            await self._reply("502 5.5.1 BDAT is not offered")
            return
        await self._reach("data")
        size, _, last = rest.partition(" ")
        # The chunk follows in any case and must be read, also when it is not wanted (RFC 3030 2).
        chunk = await self._wire.read_exactly(int(size)) if size.isdigit() else b""
        if chunk is None:
            raise _Gone
        envelope = self._envelope
        if envelope is None or not envelope.recipients:
            await self._reply("554 5.5.1 No valid recipients")
            return
        await self._reach("body")
        envelope.chunks += chunk
        if last.upper() == "LAST":
            await self._finish(envelope, bytes(envelope.chunks))
        else:
            await self._answer("data", f"250 2.0.0 {size} bytes taken")

    async def _finish(self, envelope: _Envelope, body: bytes) -> None:
        await self._reach("dot")
        self._envelope = None
        reply = self._is.replies.get("dot", "250 2.0.0 Message taken")
        if reply.startswith("2"):
            # Kept before it is answered: who sees the 250 finds the message.
            facts = {
                "sender": envelope.sender,
                "sender_parameters": envelope.sender_parameters,
                "recipients": envelope.recipients,
                "recipient_parameters": envelope.recipient_parameters,
                "bare_line_ends": _bare_line_ends(body),
                "eight_bit": not body.isascii(),
            }
            await self._records.keep(self._session, facts, body)
        await self._reply(reply)

    async def _do_rset(self, _: str) -> None:
        await self._reach("rset")
        self._envelope = None
        await self._answer("rset", "250 2.0.0 Forgotten")

    async def _do_noop(self, _: str) -> None:
        await self._reply("250 2.0.0 Still here")

    async def _do_vrfy(self, _: str) -> None:
        await self._reply("252 2.1.5 Send some mail and see")

    async def _line(self) -> str:
        raw = await self._wire.read_line()
        if raw is None:
            raise _Gone
        line = raw.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")
        if not raw.endswith(b"\r\n"):
            self._note("client error: a command that does not end in CRLF")
        if self._wire.buffered and "PIPELINING" not in self._is.extensions:
            self._note("client error: pipelined without PIPELINING")
        self._session.commands.append(line)
        self._session.dialogue.append(f"C: {line}")
        return line

    async def _ask(self, prompt: str) -> str:
        await self._reply(prompt)
        return await self._line()

    async def _reach(self, step: str) -> None:
        if self._is.drop_at == step:
            raise _Dropped(step)

    async def _answer(self, step: str, ordinary: str) -> bool:
        """Sends the posture's own reply at this step, or the ordinary one. True if positive."""
        reply = self._is.replies.get(step, ordinary)
        await self._reply(reply)
        return reply[:1] in "23"

    async def _reply(self, text: str) -> None:
        if self._is.delay:
            await asyncio.sleep(self._is.delay)
        filled = text.replace("{host}", self._host)
        for line in filled.split("\n"):
            self._session.dialogue.append(f"S: {line}")
        await self._wire.send(filled.replace("\n", "\r\n").encode() + b"\r\n")
        if filled.startswith("421"):
            raise _Closing

    def _note(self, what: str) -> None:
        self._session.dialogue.append(f"*: {what}")


def _path(text: str, keyword: str) -> tuple[str | None, list[str]]:
    """Address and parameters of `FROM:<a@b> X=y`; None when no address is in brackets."""
    head, _, rest = text.partition("<")
    address, closed, parameters = rest.partition(">")
    if head.strip().upper() != keyword or not closed:
        return None, []
    return address, parameters.split()


def _decode(text: str) -> str:
    return base64.b64decode(text.encode(), validate=True).decode()


def _bare_line_ends(body: bytes) -> int:
    whole = body.count(b"\r\n")
    return body.count(b"\n") - whole + body.count(b"\r") - whole


def _tls_facts(tls: ssl.SSLObject | None) -> dict[str, Any]:
    assert tls is not None
    cipher = tls.cipher()
    shown = tls.getpeercert(binary_form=True)
    return {
        "version": tls.version(),
        "cipher": cipher[0] if cipher else "",
        "sni": getattr(tls, "server_name", None),
        "resumed": tls.session_reused,
        "client_certificate_sha256": hashlib.sha256(shown).hexdigest() if shown else "",
    }
