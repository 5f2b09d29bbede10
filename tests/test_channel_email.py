"""SMTP as servers speak it: what is accepted, what is refused and why, and what never goes out."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from dataclasses import replace
from email.header import decode_header, make_header
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channel_world import MESSAGE, SETTINGS, certificate, mail, raw_server, smtp
from monitor.channels import mime
from monitor.channels.email import Email
from monitor.channels.smtp_answers import Step, refusal
from monitor.channels.tokens import TokenCommand
from monitor.demo.smtp_sink import HANG, Door
from monitor.errors import ChannelRefused, Later, MessageRefused, SendError
from monitor.mailboxes import Mailbox, mailbox
from monitor.settings import EmailChannel, Secret, Settings

ANA = "ana@desk.example"
LOGINS = {"desk": "hunter2"}
SIGN_IN = {"username": "desk", "password": Secret("hunter2")}


def email(port: int, **changed) -> Email:
    return Email(mail(port, **changed), SETTINGS)


# --- what is accepted ----------------------------------------------------------------------------


async def test_what_arrives_is_what_was_meant() -> None:
    """One message, one recipient, both parts; the receipt is the server's 250 after DATA."""
    async with smtp() as (sink, port):
        receipt = await email(port).send(MESSAGE, ANA)
        (taken,) = sink.taken
        assert receipt.answer == "250 2.0.0 OK: queued as 1"
        assert receipt.message_id == taken.message["Message-ID"] == MESSAGE.message_id
        assert (taken.sender, taken.recipients) == ("wirewatch@desk.example", (ANA,))
        assert taken.message["From"] == "Wirewatch <wirewatch@desk.example>"
        assert taken.message["Auto-Submitted"] == "auto-generated"
        assert taken.text == MESSAGE.text
        assert taken.message.get_body(("html",)).get_content().strip() == MESSAGE.html


async def test_the_same_message_has_the_same_bytes() -> None:
    """Whoever compares the copies that a crash may leave finds no difference."""
    async with smtp() as (sink, port):
        for _ in range(2):
            await email(port).send(MESSAGE, ANA)
        assert sink.taken[0].raw == sink.taken[1].raw


@pytest.mark.parametrize(
    ("recipient", "envelope"),
    [
        ("ü@münchen.example", "ü@xn--mnchen-3ya.example"),
        ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
        ('"a b"@desk.example', '"a b"@desk.example'),
        ("a+b@desk.example", "a+b@desk.example"),
        ("Ana Lind <ana@desk.example>", "ana@desk.example"),
        ("root@localhost", "root@localhost"),
    ],
)
async def test_addresses_arrive(recipient: str, envelope: str) -> None:
    """Non-ASCII before the @ by SMTPUTF8, after it as IDNA."""
    async with smtp() as (sink, port):
        await email(port).send(MESSAGE, recipient)
        assert sink.taken[0].recipients == (envelope,)
        assert sink.taken[0].message["To"] == envelope


async def test_a_server_without_smtputf8_refuses_that_recipient_alone() -> None:
    """The others' addresses are none of its trouble."""
    async with smtp(Door(smtputf8=False)) as (sink, port):
        channel = email(port)
        with pytest.raises(MessageRefused, match="SMTPUTF8"):
            await channel.send(MESSAGE, "ü@desk.example")
        await channel.send(MESSAGE, "ana@münchen.example")
        assert len(sink.taken) == 1
        with pytest.raises(ChannelRefused, match="SMTPUTF8"):
            await email(port, sender="ü@desk.example").send(MESSAGE, ANA)


@pytest.mark.parametrize("recipient", ["", "ana", "a@b", "a@b.example\r\nRCPT TO:<x@y.example>"])
async def test_an_address_that_is_none_is_refused_here(recipient: str) -> None:
    """Nothing of it reaches a server."""
    async with smtp() as (_, port):
        with pytest.raises(MessageRefused, match="no e-mail address"):
            await email(port).send(MESSAGE, recipient)


@pytest.mark.parametrize("end", ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n"])
async def test_a_text_cannot_end_the_message(end: str) -> None:
    """SMTP smuggling (CVE-2023-51764): what follows a lone dot is text."""
    text = f"One.{end}MAIL FROM:<a@b.example>{end}RCPT TO:<c@d.example>\r\nDATA"
    async with smtp() as (sink, port):
        await email(port).send(replace(MESSAGE, text=text), ANA)
        (taken,) = sink.taken
        assert taken.text.split() == text.split()


@pytest.mark.parametrize("said", [b"250 2.0.0 taken\r\n", b""])
async def test_a_server_that_hangs_up_after_the_text(said: bytes) -> None:
    """With its 250 said the message is accepted, whatever comes of QUIT; without it, it is not."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"220 a", b"250 a", b"250 ok", b"250 ok", b"354 go"):
            writer.write(answer + b"\r\n")
            await reader.readline()
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        sending = email(server.sockets[0].getsockname()[1]).send(MESSAGE, ANA)
        if said:
            assert (await sending).answer == "250 2.0.0 taken"
        else:
            with pytest.raises(Later, match="broke off at DATA"):
                await sending


def _box(address: str) -> Mailbox:
    return mailbox(address)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "answer", "error"),
    [
        ("mail", "451 4.3.0 try later", Later),
        ("mail", "452 4.3.1 no room", Later),
        ("mail", "552 5.3.4 too large", MessageRefused),
        ("mail", "553 5.7.1 not your address", ChannelRefused),
        ("mail", "550 5.1.8 sender unknown", ChannelRefused),
        ("mail", "530 5.7.0 Must issue a STARTTLS command first", ChannelRefused),
        ("rcpt", "450 4.7.1 greylisted", Later),
        ("rcpt", "421 4.3.2 closing", Later),
        ("rcpt", "550 5.1.1 no such user", MessageRefused),
        ("rcpt", "551 5.1.6 moved", MessageRefused),
        ("rcpt", "553 5.1.3 bad mailbox", MessageRefused),
        ("rcpt", "554 5.7.1 relay access denied", MessageRefused),
        ("rcpt", "556 5.1.10 does not accept mail (nullMX)", MessageRefused),
        ("mail", "556 5.1.10 does not accept mail (nullMX)", ChannelRefused),
        ("rcpt", "530 5.7.57 Client not authenticated to send mail", ChannelRefused),
        ("rcpt", "521 5.3.2 takes no mail", ChannelRefused),
        ("data", "451 4.7.1 later", Later),
        ("data", "550 5.7.1 looks like spam", MessageRefused),
        ("data", "552 5.2.3 too large", MessageRefused),
        ("data", "554 5.6.0 bad content", MessageRefused),
        ("data", "550 5.7.60 SMTP; Client does not have permissions to send as", ChannelRefused),
        ("auth", "454 4.7.0 Temporary authentication failure", Later),
        ("auth", "535 5.7.8 Username and Password not accepted", ChannelRefused),
        ("auth", "534 5.7.9 Application-specific password required", ChannelRefused),
        ("auth", "538 5.7.11 Encryption required", ChannelRefused),
        ("auth", "500 what?", ChannelRefused),
    ],
)
async def test_refusals(stage: str, answer: str, error: type[SendError]) -> None:
    """By code and by the step it came at; the server's own words stand in `answer`."""
    async with smtp(Door(logins=LOGINS)) as (sink, port):
        sink.answer_next(stage, answer)
        with pytest.raises(SendError) as caught:
            await email(port, **SIGN_IN).send(MESSAGE, ANA)
        assert type(caught.value) is error
        assert caught.value.answer == answer
        assert not sink.taken


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
            "token_command",
        ),
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", "retired"),
        ("534 5.7.9 Application-specific password required.", "app password"),
        ("535 5.7.8 Username and Password not accepted.", "app password"),
    ],
)
async def test_what_big_providers_say_in_plain_words(answer: str, words: str) -> None:
    """What to do, and the provider's own sentence after it."""
    async with smtp(Door(logins=LOGINS)) as (sink, port):
        sink.answer_next("auth", answer)
        with pytest.raises(ChannelRefused, match=words) as caught:
            await email(port, **SIGN_IN).check()
        assert answer in str(caught.value)


@given(st.sampled_from(Step), st.integers(-1, 999), st.text(max_size=80))
def test_any_answer_is_one_of_three(step: Step, code: int, text: str) -> None:
    """And whatever is not 5xx is tried again."""
    error = refusal(step, code, text)
    assert type(error) in (Later, MessageRefused, ChannelRefused)
    assert isinstance(error, Later) is not (500 <= code < 600)


async def test_a_password_is_not_shown_when_a_server_echoes_it() -> None:
    """Neither plain nor in base64."""
    async with smtp(Door(logins=LOGINS)) as (sink, port):
        sink.answer_next("auth", "535 no hunter2 aHVudGVyMg== AGRlc2sAaHVudGVyMg== here")
        with pytest.raises(ChannelRefused) as caught:
            await email(port, **SIGN_IN).check()
        assert caught.value.answer == "535 no *** *** *** here"


async def test_a_sign_in_that_is_wanted_and_not_set() -> None:
    """530 at MAIL FROM."""
    async with smtp(Door(logins=LOGINS)) as (_, port):
        with pytest.raises(ChannelRefused, match="wants a sign-in"):
            await email(port).send(MESSAGE, ANA)


async def test_a_wrong_password_is_said_once() -> None:
    """More would lock the account."""
    async with smtp(Door(logins=LOGINS)) as (sink, port):
        sink.journal = _Notes()
        with pytest.raises(ChannelRefused):
            await email(port, username="desk", password=Secret("wrong")).check()
        assert sink.journal.events.count("auth") == 1


class _Notes:
    """A journal in memory."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def write(self, event: str, **_fields: object) -> None:
        self.events.append(event)


# --- what breaks off -----------------------------------------------------------------------------


async def test_a_server_that_does_not_answer_has_a_deadline() -> None:
    """One for the whole conversation."""
    async with smtp() as (sink, port):
        sink.answer_next("data", HANG)
        with pytest.raises(Later, match="did not answer within"):
            await Email(mail(port), SETTINGS, total_seconds=0.2).send(MESSAGE, ANA)


async def test_a_server_that_goes_away_after_the_text() -> None:
    """Nobody knows whether it took the message: it is sent again, with the same Message-ID."""
    async with smtp() as (sink, port):
        sink.answer_next("data", HANG)
        sending = asyncio.create_task(email(port).send(MESSAGE, ANA))
        await sink.hung()
        await sink.stop()
        with pytest.raises(Later, match="broke off at DATA"):
            await sending


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n", b"\xff\xfe\r\n", b"421 4.3.2 busy\r\n"]
)
async def test_a_server_that_speaks_no_smtp(greeting: bytes) -> None:
    """Somebody may be starting it again."""
    async with raw_server(greeting) as port:
        with pytest.raises(Later):
            await email(port).check()


async def test_a_server_that_turns_us_away_at_the_door() -> None:
    """554 in the greeting: not this message, we."""
    async with raw_server(b"554 5.7.1 your address is on a list\r\n") as port:
        with pytest.raises(ChannelRefused, match="on a list"):
            await email(port).check()


async def test_nobody_there() -> None:
    """A refused connection, tried again."""
    async with raw_server(b"") as port:
        pass
    with pytest.raises(Later, match="cannot be reached"):
        await email(port).check()


async def test_an_address_that_is_not_allowed() -> None:
    """The guard decides whom SMTP may reach, too."""
    async with smtp() as (sink, port):
        with pytest.raises(ChannelRefused, match="no public address"):
            await Email(mail(port), Settings()).send(MESSAGE, ANA)
        assert not sink.taken


async def test_resolve_is_obeyed() -> None:
    """A name of the settings' own leads to the sink."""
    async with smtp() as (sink, port):
        settings = replace(SETTINGS, resolve={"mail.test": f"127.0.0.1:{port}"})
        await Email(mail(25, host="mail.test"), settings).send(MESSAGE, ANA)
        assert len(sink.taken) == 1


async def test_a_sender_that_is_no_address() -> None:
    """Said as what it is: a mistake in routes.yaml."""
    with pytest.raises(ChannelRefused, match="from:"):
        await email(1, sender="nobody").send(MESSAGE, ANA)


# --- TLS and sign-in -----------------------------------------------------------------------------


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_tls(tmp_path: Path, security: str, implicit: bool) -> None:
    """From the first byte, or by STARTTLS, and the sign-in after it."""
    server, client = certificate(tmp_path)
    async with smtp(Door(logins=LOGINS, tls=server, implicit=implicit)) as (sink, port):
        channel = Email(mail(port, security=security, **SIGN_IN), SETTINGS, tls=client)
        await channel.send(MESSAGE, ANA)
        assert await channel.check() == "250 OK"
        assert len(sink.taken) == 1


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_a_certificate_is_verified(tmp_path: Path, security: str, implicit: bool) -> None:
    """One that nobody vouches for, and one for another name, are both refused."""
    server, _ = certificate(tmp_path)
    _, other = certificate(tmp_path, "other.test")
    wrong_name, trusts_it = certificate(tmp_path, "other.test")
    for tls, client in ((server, other), (wrong_name, trusts_it)):
        async with smtp(Door(tls=tls, implicit=implicit)) as (sink, port):
            channel = Email(mail(port, security=security), SETTINGS, tls=client)
            with pytest.raises(ChannelRefused, match="no TLS that can be trusted"):
                await channel.send(MESSAGE, ANA)
            assert not sink.taken


async def test_a_server_without_starttls_gets_nothing() -> None:
    """Who stands between could have taken it from the list of extensions."""
    async with smtp() as (sink, port):
        with pytest.raises(ChannelRefused, match="offers no STARTTLS"):
            await email(port, security="starttls").send(MESSAGE, ANA)
        assert not sink.taken


async def test_tls_from_the_first_byte_with_a_server_that_does_not_speak_it() -> None:
    """The wrong port: somebody has to mend it."""
    async with smtp() as (_, port):
        with pytest.raises(ChannelRefused, match="no TLS that can be trusted"):
            await Email(mail(port, security="tls"), SETTINGS, tls=_context()).check()


def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


async def test_no_password_in_the_clear_to_another_machine() -> None:
    """Loopback alone may hear one without TLS; an address that only leads here does not count."""
    async with smtp(Door(logins=LOGINS)) as (sink, port):
        sink.journal = _Notes()
        settings = replace(
            SETTINGS,
            resolve={"mail.test": f"0.0.0.0:{port}"},
            allow=(*SETTINGS.allow, "0.0.0.0/32"),
        )
        channel = Email(mail(25, host="mail.test", **SIGN_IN), settings)
        with pytest.raises(ChannelRefused, match="no sign-in without TLS"):
            await channel.send(MESSAGE, ANA)
        assert "auth" not in sink.journal.events


# --- tokens --------------------------------------------------------------------------------------


def printing(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def by_token(port: int, script: str) -> Email:
    return email(port, username="desk", token_command=printing(script))


def counting(tmp_path: Path, *tokens: str) -> str:
    """A script that prints the next of `tokens` at each call."""
    calls = tmp_path / "calls"
    return (
        f"import pathlib; p = pathlib.Path({str(calls)!r}); n = p.stat().st_size if p.exists() "
        f"else 0; p.write_bytes(b'x' * (n + 1)); print({list(tokens)!r}[n])"
    )


async def test_a_token_is_kept(tmp_path: Path) -> None:
    """One call for two messages."""
    async with smtp(Door(logins={"desk": "one"})) as (sink, port):
        channel = by_token(port, counting(tmp_path, "one", "two"))
        for _ in range(2):
            await channel.send(MESSAGE, ANA)
        assert len(sink.taken) == 2
        assert (tmp_path / "calls").read_bytes() == b"x"


async def test_a_token_that_has_grown_old_is_asked_for_again(tmp_path: Path) -> None:
    """Within the same sending: nobody has to wait for a pause to end."""
    async with smtp(Door(logins={"desk": "one"})) as (sink, port):
        channel = by_token(port, counting(tmp_path, "one", "two"))
        await channel.send(MESSAGE, ANA)
        sink.door = Door(logins={"desk": "two"})
        await channel.send(MESSAGE, ANA)
        assert len(sink.taken) == 2


async def test_a_fresh_token_that_is_refused_is_the_channels_trouble(tmp_path: Path) -> None:
    """It is not asked for a third time, nor kept."""
    async with smtp(Door(logins={"desk": "right"})) as (_, port):
        channel = by_token(port, counting(tmp_path, "st4le", "right"))
        with pytest.raises(ChannelRefused) as caught:
            await channel.check()
        assert "st4le" not in str(caught.value)
        assert await channel.check() == "250 OK"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import sys; sys.exit('no refresh token')", "ended with 1: no refresh token"),
        ("", "printed no token"),
        ("print('a' * 9000)", "printed no token"),
        ("print('a\\x07b')", "printed no token"),
    ],
)
async def test_a_token_command_that_fails(script: str, words: str) -> None:
    """Its own words are shown."""
    with pytest.raises(ChannelRefused, match=words):
        await TokenCommand(printing(script)).token()


async def test_a_token_in_the_error_text_is_not_shown() -> None:
    """A helper that logs what it prints."""
    script = "import sys; print('s3cret'); print('got s3cret', file=sys.stderr); sys.exit(2)"
    with pytest.raises(ChannelRefused, match=r"got \*\*\*") as caught:
        await TokenCommand(printing(script)).token()
    assert "s3cret" not in str(caught.value)


async def test_a_token_command_that_is_not_there() -> None:
    """Said as such."""
    with pytest.raises(ChannelRefused, match="cannot be run"):
        await TokenCommand(("/nonexistent/helper",)).token()


async def test_a_token_command_that_hangs_is_ended() -> None:
    """And its process with it."""
    command = TokenCommand(printing("import signal; signal.pause()"), limit_seconds=0.2)
    with pytest.raises(Later, match="took more than"):
        await command.token()


# --- the mail itself -----------------------------------------------------------------------------


@given(st.text(max_size=200))
def test_any_subject_reads_back(subject: str) -> None:
    """Or is refused; it never becomes another header."""
    plain = "".join(c for c in subject if not "\ud800" <= c <= "\udfff")
    raw = mime.write(replace(MESSAGE, subject=plain), _box("a@b.example"), _box(ANA))
    assert raw.count(b"\r\nSubject: ") == 1
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize("words", ["ä", "河", "河x", "🚢"])
@pytest.mark.parametrize("length", [1, 13, 19, 20, 60])
def test_a_line_with_an_encoded_word_has_at_most_76_characters(words: str, length: int) -> None:
    """RFC 2047 section 2: the header's name counts, and an address that follows."""
    text = words * length
    sender = mime.Mailbox("wirewatch", f"{'news.' * 10}example", text)
    raw = mime.write(replace(MESSAGE, subject=text), sender, _box(ANA))
    encoded = [line for line in raw.split(b"\r\n") if b"=?utf-8?" in line]
    assert max(map(len, encoded)) <= 76
    read = BytesParser().parsebytes(raw)
    for name, meant in (("Subject", text), ("From", f"{text} <{sender.address}>")):
        assert str(make_header(decode_header(read[name]))) == meant


@pytest.mark.parametrize("field", ["message_id", "in_reply_to"])
def test_a_header_with_a_line_break_is_refused(field: str) -> None:
    """Nothing of ours makes one; if something does, no mail goes out."""
    with pytest.raises(MessageRefused, match="control character"):
        mime.write(replace(MESSAGE, **{field: "<a>\r\nBcc: x@y"}), _box("a@b.example"), _box(ANA))


@pytest.mark.parametrize(
    "sender",
    ['Wire, "Watch" <a@b.example>', "Wätch <a@b.example>", "=?utf-8?q?x?= <a@b.example>"],
)
async def test_a_senders_name(sender: str) -> None:
    """Quoted or encoded as it has to be."""
    async with smtp() as (sink, port):
        await email(port, sender=sender).send(MESSAGE, ANA)
        name = sink.taken[0].message["From"].addresses[0].display_name
        assert name == mailbox(sender).name
        assert sink.taken[0].sender == "a@b.example"


# --- the sink ------------------------------------------------------------------------------------


async def test_the_sink_as_a_process_of_its_own(tmp_path: Path) -> None:
    """It prints its port, and its journal has what was accepted before the client knows of it."""
    journal = tmp_path / "smtp.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.demo.smtp_sink", "--journal", str(journal)),
        *("--answer", "rcpt=450 4.7.1 greylisted"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    try:
        channel: EmailChannel = mail(int((await process.stdout.readline()).split()[-1]))
        with pytest.raises(Later):
            await Email(channel, SETTINGS).send(MESSAGE, ANA)
        await Email(channel, SETTINGS).send(MESSAGE, ANA)
        entries = [json.loads(line) for line in journal.read_text().splitlines()]
    finally:
        process.kill()
        await process.wait()
    (accepted,) = [entry for entry in entries if entry["event"] == "accepted"]
    assert accepted["recipient"] == ANA
    assert accepted["message_id"] == MESSAGE.message_id
    assert accepted["text"] == MESSAGE.text
    order = [entry["event"] for entry in entries if entry["session"] == 2]
    assert order.index("data") < order.index("accepted") < len(order) - 1
    assert [e["answer"][:3] for e in entries if e["event"] == "answer"] == [
        *("250", "450", "250", "250", "250")
    ]
