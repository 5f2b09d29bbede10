"""A mail server that keeps what it is sent and answers as it is told.  Loopback only.

    python -m monitor.demo.smtp_sink --journal FILE [--port 0] [--answer STAGE=ANSWER ...]

The journal has a line per event, written before the answer goes out: `connect`, `mail`, `rcpt`,
`data` (Message-ID), `accepted` (sender, recipient, Message-ID, subject, plain text), `answer`.
Relays nothing, and forgets everything when it ends.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import ssl
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from monitor.demo.journal import Journal

HANG = "hang"  # an answer that does not come before `release`
STAGES = ("auth", "mail", "rcpt", "data")
_ACCEPTED = {"mail": "250 2.1.0 OK", "rcpt": "250 2.1.5 OK", "data": "250 2.0.0 OK: queued as {}"}
_WRONG = "535 5.7.8 Authentication credentials invalid"
# RFC 4954 section 4.
_LONGEST_AUTH_LINE = 12_288


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was accepted."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def text(self) -> str:
        """The plain text part, its lines ended as in Python."""
        part = self.message.get_body(("plain",))
        said = str(part.get_content()) if isinstance(part, EmailMessage) else ""
        return said.replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Door:
    """How one gets in.  `logins`: user to password or bearer token; empty, nobody need sign in.

    `tls` is offered by STARTTLS, or spoken from the first byte with `implicit`.
    """

    logins: Mapping[str, str] | None = None
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    smtputf8: bool = True


class SmtpSink:
    """The server; lives in the running loop.  `taken` holds what was accepted, oldest first."""

    def __init__(self, journal: Journal | None = None, door: Door | None = None) -> None:
        self.journal = journal or Journal()
        self.door = door or Door()
        self.taken: list[Taken] = []
        self._answers: dict[str, deque[str]] = defaultdict(deque)
        self._released = asyncio.Event()
        self._hung = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port."""
        tls = self.door.tls if self.door.implicit else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._open, "127.0.0.1", port, ssl=tls)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self.release()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def answer_next(self, stage: str, answer: str, times: int = 1) -> None:
        """The next `times` commands of `stage` (one of STAGES) get `answer`, or none with HANG."""
        if stage not in STAGES:
            raise ValueError(f"{stage} is none of {', '.join(STAGES)}")
        self._answers[stage].extend([answer] * times)

    def forget_orders(self) -> None:
        """Answer as usual from now on; what hangs goes on."""
        self._answers.clear()
        self.release()

    def release(self) -> None:
        """Let everything that hangs go on, to be accepted."""
        self._released.set()
        self._released = asyncio.Event()
        self._hung = asyncio.Event()

    async def hung(self) -> None:
        """Wait until somebody waits for an answer that does not come."""
        await self._hung.wait()

    async def scripted(self, stage: str) -> str | None:
        """The answer that was ordered for this command, None for the usual one."""
        if not self._answers[stage]:
            return None
        answer = self._answers[stage].popleft()
        if answer != HANG:
            return answer
        self.journal.write("hang", stage=stage)
        self._hung.set()
        await self._released.wait()
        return None

    def _open(self) -> SMTP:
        number = len(self._sessions) + 1
        session = SMTP(
            _Conversation(self, number),
            hostname="sink.test",
            ident="Wirewatch sink",
            enable_SMTPUTF8=self.door.smtputf8,
            tls_context=None if self.door.implicit else self.door.tls,
            auth_require_tls=False,
            authenticator=self._admit,
        )
        session.command_size_limits["AUTH"] = _LONGEST_AUTH_LINE
        self._sessions.append(session)
        self.journal.write("connect", session=number)
        return session

    def _admit(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, login: LoginPassword
    ) -> AuthResult:
        return self.sign_in(login.login.decode(), login.password.decode(), None)

    def sign_in(self, user: str, secret: str, ordered: str | None) -> AuthResult:
        if ordered is not None:
            return AuthResult(success=False, handled=False, message=ordered)
        if (self.door.logins or {}).get(user) == secret:
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=_WRONG)


class _Conversation:
    """One connection's commands, as aiosmtpd calls for them."""

    def __init__(self, sink: SmtpSink, number: int) -> None:
        self._sink = sink
        self._number = number

    async def handle_AUTH(
        self, server: SMTP, _session: Session, _envelope: Envelope, args: list[str]
    ) -> object:
        """The ordered answer, or MISSING: aiosmtpd then signs in the usual way."""
        self._note("auth", mechanism=args[0])
        answer = await self._sink.scripted("auth")
        return MISSING if answer is None else self._say("auth", answer)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        user, _, bearer = base64.b64decode(args[1]).decode().partition("\x01")
        result = self._sink.sign_in(
            user.removeprefix("user="), bearer.strip("\x01").removeprefix("auth=Bearer "), None
        )
        if not result.success:
            # https://developers.google.com/gmail/imap/xoauth2-protocol: the error is a challenge.
            await server.challenge_auth('{"status":"401"}')
        return result

    async def handle_MAIL(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._note("mail", sender=address)
        if self._sink.door.logins and not session.authenticated:
            return self._say("mail", "530 5.7.0 Authentication required")
        answer = await self._sink.scripted("mail")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self._say("mail", answer)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        self._note("rcpt", recipient=address)
        answer = await self._sink.scripted("rcpt")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return self._say("rcpt", answer)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        message = BytesParser(policy=policy.SMTPUTF8).parsebytes(raw)
        assert isinstance(message, EmailMessage)
        self._note("data", message_id=message["Message-ID"])
        answer = await self._sink.scripted("data")
        if answer is None:
            taken = Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), message, raw)
            self._sink.taken.append(taken)
            self._note_taken(taken)
        return self._say("data", answer)

    def _note_taken(self, taken: Taken) -> None:
        for recipient in taken.recipients:
            self._note(
                "accepted",
                sender=taken.sender,
                recipient=recipient,
                message_id=taken.message["Message-ID"],
                subject=taken.message["Subject"],
                text=taken.text,
            )

    def _say(self, stage: str, answer: str | None) -> str:
        said = answer or _ACCEPTED[stage].format(len(self._sink.taken))
        self._note("answer", stage=stage, answer=said)
        return said

    def _note(self, event: str, **fields: str | None) -> None:
        self._sink.journal.write(event, session=self._number, **fields)


async def serve(journal: Path | None, port: int, answers: list[str]) -> None:
    """Run until the process is ended from outside; the first line printed ends in the port."""
    sink = SmtpSink(Journal(journal))
    for order in answers:
        stage, _, answer = order.partition("=")
        sink.answer_next(stage, answer)
    print(f"port {await sink.start(port)}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m monitor.demo.smtp_sink", description="A mail server for demo and tests."
    )
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answer", action="append", default=[], metavar="STAGE=ANSWER")
    words = parser.parse_args()
    asyncio.run(serve(words.journal, words.port, words.answer))


if __name__ == "__main__":
    main()
