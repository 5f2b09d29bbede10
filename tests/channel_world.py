"""Ways out and what stands at their ends, for the tests of `monitor.channels`."""

from __future__ import annotations

import asyncio
import io
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.channels import Channel
from monitor.channels.console import Console
from monitor.channels.email import Email
from monitor.channels.slack import Slack
from monitor.channels.webhook import Webhook
from monitor.demo.slack_sink import SlackSink
from monitor.demo.smtp_sink import Door, SmtpSink
from monitor.model import Message
from monitor.net.client import Client
from monitor.settings import EmailChannel, Secret, Settings, SlackChannel, WebhookChannel
from net_world import LOOPBACK, MemoryHosts
from webhook_sink import WebhookSink

SETTINGS = Settings(allow=LOOPBACK)
TOKEN = "xoxb-sink"
APP_TOKEN = "xapp-sink"
HOOK_SECRET = "whsec-sink"
DOCS = Path(__file__).resolve().parent.parent / "docs"
MESSAGE = Message(
    text="Plain text.\n",
    subject="[car-bombing] Blast at the gate",
    html="<p>Plain text.</p>",
    slack={"text": "Blast at the gate"},
    webhook={"kind": "alert", "headline": "Blast at the gate"},
    message_id="<story.4f2a91c07d3e5b68.1@desk.example>",
    headers={"Date": "Tue, 17 Nov 2026 14:11:30 +0000", "Auto-Submitted": "auto-generated"},
)


@dataclass(frozen=True)
class End:
    """One way out.  `order` makes its other end give the answer of that name to what comes next:
    later, message_refused, channel_refused; `repeat` makes it refuse with these words.
    `told` counts what was accepted, `arrived` is all that was, as text."""

    kind: str
    channel: Channel
    recipient: str
    order: Callable[[str], None]
    told: Callable[[], int]
    arrived: Callable[[], list[str]]
    repeat: Callable[[str], None] = lambda _: None


def mail(port: int, **changed: Any) -> EmailChannel:
    words = {"host": "127.0.0.1", "security": "none", "to": ("ana@desk.example",)}
    words |= {"name": "desk", "sender": "Wirewatch <wirewatch@desk.example>", "port": port}
    return EmailChannel(**(words | changed))


def bot(port: int, **changed: Any) -> SlackChannel:
    words = {"token": Secret(TOKEN), "channel": "C0NEWS", "api": f"http://127.0.0.1:{port}/api"}
    return SlackChannel("war-room", **(words | changed))


def hook(port: int, path: str = "services/T0/B0/secret") -> SlackChannel:
    return SlackChannel("war-room", webhook=Secret(f"http://127.0.0.1:{port}/{path}"))


def program(port: int, **changed: Any) -> WebhookChannel:
    words = {"url": Secret(f"http://127.0.0.1:{port}/news"), "secret": Secret(HOOK_SECRET)}
    return WebhookChannel("program", **(words | changed))


def documented_check() -> Callable[..., bool]:
    """The function with which docs/json.md tells people to check a signature."""
    (code,) = re.findall(r"^```python\n(.*?)^```", (DOCS / "json.md").read_text(), re.M | re.S)
    found: dict[str, Any] = {}
    exec(code, found)
    return found["is_ours"]


@asynccontextmanager
async def webhook(
    *, longest_seconds: float = 300, **words: Any
) -> AsyncIterator[tuple[WebhookSink, int]]:
    check = partial(documented_check(), longest_seconds=longest_seconds)
    sink = WebhookSink(check, **words)
    try:
        yield sink, await sink.start()
    finally:
        await sink.stop()


@asynccontextmanager
async def smtp(door: Door | None = None) -> AsyncIterator[tuple[SmtpSink, int]]:
    sink = SmtpSink(door=door)
    try:
        yield sink, await sink.start()
    finally:
        await sink.stop()


@asynccontextmanager
async def slack(**words: Any) -> AsyncIterator[tuple[SlackSink, int]]:
    sink = SlackSink(**words)
    try:
        yield sink, await sink.start()
    finally:
        await sink.stop()


@asynccontextmanager
async def http(settings: Settings = SETTINGS) -> AsyncIterator[Client]:
    client = Client(settings, MemoryHosts())
    try:
        yield client
    finally:
        await client.close()


class Clock:
    """Seconds that pass only for those who sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def unpaced(channel: SlackChannel, client: Client) -> Slack:
    clock = Clock()
    return Slack(channel, client, clock=clock, sleep=clock.sleep)


@asynccontextmanager
async def email_end() -> AsyncIterator[End]:
    answers = {
        "later": ("data", "451 4.7.1 greylisted"),
        "message_refused": ("rcpt", "550 5.1.1 no such user"),
        "channel_refused": ("auth", "535 5.7.8 wrong"),
    }
    async with smtp(Door(logins={"desk": "hunter2"})) as (sink, port):
        channel = mail(port, username="desk", password=Secret("hunter2"))
        yield End(
            "email",
            Email(channel, SETTINGS),
            "ana@desk.example",
            lambda name: sink.answer_next(*answers[name]),
            lambda: len(sink.taken),
            lambda: [taken.raw.decode() for taken in sink.taken],
            lambda words: sink.answer_next("data", f"554 5.6.0 {words}"),
        )


@asynccontextmanager
async def bot_end() -> AsyncIterator[End]:
    words = {
        "later": "internal_error",
        "message_refused": "msg_too_long",
        "channel_refused": "is_archived",
    }
    async with slack() as (sink, port), http() as client:
        yield End(
            "slack",
            unpaced(bot(port), client),
            "C0NEWS",
            lambda name: sink.answer_next(words[name]),
            lambda: len(sink.posted),
            lambda: [json.dumps(posted.payload) for posted in sink.posted],
            sink.answer_next,
        )


@asynccontextmanager
async def hook_end() -> AsyncIterator[End]:
    words = {"later": "503", "message_refused": "invalid_blocks", "channel_refused": "no_service"}
    async with slack() as (sink, port), http() as client:
        yield End(
            "slack",
            unpaced(hook(port), client),
            "webhook",
            lambda name: sink.answer_next(words[name]),
            lambda: len(sink.posted),
            lambda: [json.dumps(posted.payload) for posted in sink.posted],
            sink.answer_next,
        )


@asynccontextmanager
async def program_end() -> AsyncIterator[End]:
    statuses = {"later": "503", "message_refused": "422", "channel_refused": "410"}
    async with webhook() as (sink, port), http() as client:
        yield End(
            "webhook",
            Webhook(program(port), client),
            "webhook",
            lambda name: sink.answer_next(statuses[name]),
            lambda: len(sink.called),
            lambda: [called.body.decode() for called in sink.called],
            sink.answer_next,
        )


@asynccontextmanager
async def console_end() -> AsyncIterator[End]:
    """A terminal can only be gone: nothing is refused one message, nothing is put off."""
    stream = io.StringIO()
    printed = []
    stream.flush = lambda: printed.append(len(stream.getvalue()))

    def order(name: str) -> None:
        if name == "channel_refused":
            stream.close()

    yield End(
        "console",
        Console(stream),
        "console",
        order,
        lambda: len({size for size in printed if size}),
        lambda: [stream.getvalue()],
    )


ENDS = {
    "email": email_end,
    "slack bot": bot_end,
    "slack webhook": hook_end,
    "webhook": program_end,
    "console": console_end,
}


@asynccontextmanager
async def raw_server(*answers: bytes) -> AsyncIterator[int]:
    """Says the first answer at once and one more to each line it gets, then hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(answers):
            if number:
                await reader.readline()
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def certificate(directory: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with its own certificate for `name`, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    try:
        known: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        known = x509.DNSName(name)
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = directory / f"{name}.pem"
    file.write_bytes(key.private_bytes(pem, *plain) + built.public_bytes(pem))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=built.public_bytes(pem).decode())
