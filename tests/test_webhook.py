"""Signed webhooks: who gets one can know that it is ours, whole, fresh and not a copy."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from channel_world import (
    HOOK_SECRET,
    MESSAGE,
    documented_check,
    http,
    program,
    raw_server,
    webhook,
)
from messages import CASES, load
from monitor.channels.webhook import Webhook, signature
from monitor.errors import ChannelRefused, Later, MessageRefused, SendError
from monitor.render import forms
from monitor.render.briefing import Bulletin
from monitor.settings import Secret, Settings
from net_world import http as http_answer
from net_world import serving

GOLDEN = [case for case in CASES if (case / "webhook.json").exists()]


def said(case: Path):
    about = load(case)
    if isinstance(about, Bulletin):
        return forms.notice("webhook", about)
    return forms.message("webhook", about, "program", "webhook")


# --- what arrives --------------------------------------------------------------------------------


async def test_what_arrives_is_signed_and_named() -> None:
    """The body as JSON, the key as Idempotency-Key, our name; the documented check says yes."""
    message = replace(MESSAGE, message_id="4f2a")
    async with webhook() as (sink, port), http() as client:
        receipt = await Webhook(program(port), client).send(message, "webhook")
        (called,) = sink.called
        assert called.said == MESSAGE.webhook
        assert (called.key, receipt.message_id) == ("4f2a", "4f2a")
        assert receipt.answer == "200 thanks"
        assert called.headers["User-Agent"].startswith("Wirewatch/")
        assert called.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_the_documented_check_refuses_what_is_not_ours() -> None:
    """Another secret, one byte changed in body or timestamp, a copy played again later."""
    clock = lambda: 1_700_000_000.9  # noqa: E731
    is_ours = documented_check()
    async with webhook(secret="another") as (sink, port), http() as client:
        with pytest.raises(ChannelRefused, match="wrong signature"):
            await Webhook(program(port), client).send(MESSAGE, "webhook")
        with pytest.raises(ChannelRefused):
            await Webhook(program(port), client, clock=clock).send(MESSAGE, "webhook")
        fresh, old = sink.asked
    assert is_ours(HOOK_SECRET, fresh.headers, fresh.body)
    assert not is_ours("another", fresh.headers, fresh.body)
    assert not is_ours(HOOK_SECRET, fresh.headers, fresh.body[:-1] + b" ")
    assert not is_ours(HOOK_SECRET, {}, fresh.body)
    moved = {**fresh.headers, "Wirewatch-Timestamp": "1700000001"}
    assert not is_ours(HOOK_SECRET, moved, fresh.body)
    assert old.headers["Wirewatch-Timestamp"] == "1700000000"
    assert not is_ours(HOOK_SECRET, old.headers, old.body)


def test_a_signature_known_beforehand() -> None:
    """As `printf '1700000000.{}' | openssl dgst -sha256 -hmac key` has it."""
    assert signature(Secret("key"), "1700000000", b"{}") == (
        "v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    )


# --- what is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, Later) for status in (408, 425, 429, 500, 502, 503, 504)),
        *((status, MessageRefused) for status in (400, 413, 422)),
        *((status, ChannelRefused) for status in (401, 403, 404, 410)),
    ],
)
async def test_answers(status: int, error: type[SendError]) -> None:
    """By the one table for HTTP."""
    async with webhook() as (sink, port), http() as client:
        sink.answer_next(str(status))
        with pytest.raises(error) as caught:
            await Webhook(program(port), client).send(MESSAGE, "webhook")
        assert caught.value.answer == "as ordered"
        assert not sink.called


@pytest.mark.parametrize("status", ["200", "201", "202", "204"])
async def test_any_2xx_is_accepted(status: str) -> None:
    """A program need not say anything."""
    async with webhook() as (sink, port), http() as client:
        sink.answer_next(status)
        receipt = await Webhook(program(port), client).send(MESSAGE, "webhook")
        assert receipt.answer.startswith(status)


@pytest.mark.parametrize(
    "answer",
    [
        http_answer(202, b"part", length=9),
        http_answer(200, b"no gzip", "Content-Encoding: gzip"),
        http_answer(200, b"x" * 300_000),
    ],
    ids=["broken off", "no gzip", "too large"],
)
async def test_words_that_cannot_be_read_change_no_answer(answer: bytes) -> None:
    """The status has said that the message was taken: it must not come again."""
    async with serving({"/news": answer}) as site, http() as client:
        receipt = await Webhook(program(site.port), client).send(MESSAGE, "webhook")
        assert receipt.answer in ("200", "202")


@pytest.mark.parametrize(
    ("status", "error"), [(503, Later), (422, MessageRefused), (410, ChannelRefused)]
)
async def test_a_refusal_needs_no_words(status: int, error: type[SendError]) -> None:
    """By the one table for HTTP, too."""
    answer = http_answer(status, b"part", length=9)
    async with serving({"/news": answer}) as site, http() as client:
        with pytest.raises(error, match=str(status)):
            await Webhook(program(site.port), client).send(MESSAGE, "webhook")


async def test_retry_after_is_handed_on() -> None:
    async with webhook() as (sink, port), http() as client:
        sink.answer_next("429:90")
        with pytest.raises(Later) as caught:
            await Webhook(program(port), client).send(MESSAGE, "webhook")
        assert caught.value.retry_after_seconds == 90


async def test_a_redirect_is_not_followed() -> None:
    """The message, and with it its signature, would go to somebody else."""
    moved = b"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(b"", moved) as port, http() as client:
        with pytest.raises(ChannelRefused, match="307"):
            await Webhook(program(port), client).send(MESSAGE, "webhook")


async def test_a_private_address_has_to_be_allowed() -> None:
    """The guard stands before programs too."""
    async with webhook() as (sink, port), http(Settings()) as client:
        with pytest.raises(ChannelRefused, match="no public address"):
            await Webhook(program(port), client).send(MESSAGE, "webhook")
        assert not sink.asked


async def test_checking_posts_nothing() -> None:
    """A HEAD shows that a server is there, and no more is said than that."""
    async with webhook() as (sink, port), http() as client:
        assert "405 to HEAD" in await Webhook(program(port), client).check()
        assert not sink.asked
        gone = program(1)
        with pytest.raises(Later):
            await Webhook(gone, client).check()


# --- what it says --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    """The JSON of each case, to the letter."""
    shown = json.dumps(said(case).webhook, indent=1, ensure_ascii=False) + "\n"
    assert shown == (case / "webhook.json").read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_try_has_the_same_bytes(case: Path) -> None:
    """Also hours later: a key that comes with another body is an error to who checks it."""
    about = load(case)
    kind = forms.notice if isinstance(about, Bulletin) else forms.message
    names = () if isinstance(about, Bulletin) else ("program", "webhook")
    tries = [kind("webhook", replace(about, now=about.now + n), *names) for n in (0, 10**8)]
    assert tries[0].webhook == tries[1].webhook
    assert tries[0].message_id == tries[1].message_id
    other = kind("webhook", replace(about, revision=about.revision + 1), *names)
    assert other.message_id != tries[0].message_id


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_key_is_documented(case: Path) -> None:
    """And no text breaks a strict reader: no lone surrogate, no control character."""
    page = (Path(__file__).parent.parent / "docs" / "json.md").read_text()
    section = page.partition("## webhook\n")[2]
    for key, text in walk(said(case).webhook):
        assert f"`{key}`" in section
        assert not [c for c in text if "\ud800" <= c <= "\udfff" or (c < " " and c != "\n")]


def walk(shape):
    """Every key with the texts under it."""
    for key, value in shape.items():
        inner = value if isinstance(value, list) else [value]
        yield key, " ".join(one for one in inner if isinstance(one, str))
        for one in inner:
            if isinstance(one, dict):
                yield from walk(one)
