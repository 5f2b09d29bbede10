"""What a server answers, and what becomes of the message: all channels, each as a real server."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace

import pytest

from channel_world import (
    ENDS,
    MESSAGE,
    SETTINGS,
    TOKEN,
    Clock,
    End,
    bot,
    hook,
    http,
    raw_server,
    slack,
    unpaced,
)
from monitor import channels
from monitor.channels.answers import refusal
from monitor.channels.console import Console
from monitor.channels.slack import Slack
from monitor.channels.slack_words import LATER, MEND, MESSAGE_REFUSED
from monitor.errors import ChannelRefused, Later, MessageRefused
from monitor.model import Message
from monitor.settings import (
    ConsoleChannel,
    EmailChannel,
    Secret,
    Settings,
    SlackChannel,
    WebhookChannel,
)

ERRORS = {"later": Later, "message_refused": MessageRefused, "channel_refused": ChannelRefused}


@pytest.fixture(params=ENDS)
async def end(request):
    """Every kind of channel, with its other end."""
    async with ENDS[request.param]() as opened:
        yield opened


# --- every kind of channel -----------------------------------------------------------------------


async def test_accepted_gives_a_receipt(end: End) -> None:
    """The receipt holds the other side's own words, and the message is there once."""
    receipt = await end.channel.send(MESSAGE, end.recipient)
    assert receipt.answer
    assert end.told() == 1


@pytest.mark.parametrize("name", ERRORS)
async def test_a_refusal_is_one_of_three_errors(end: End, name: str) -> None:
    """With the server's words, and without the message being taken for sent."""
    end.order(name)
    if isinstance(end.channel, Console) and name != "channel_refused":
        await end.channel.send(MESSAGE, end.recipient)
        return
    with pytest.raises(ERRORS[name]) as caught:
        await end.channel.send(MESSAGE, end.recipient)
    assert type(caught.value) is ERRORS[name]
    assert end.told() == 0
    assert str(caught.value)


async def test_a_channel_works_again_after_a_refusal(end: End) -> None:
    """Nothing of the failure is left behind."""
    if isinstance(end.channel, Console):
        return
    end.order("later")
    with pytest.raises(Later):
        await end.channel.send(MESSAGE, end.recipient)
    await end.channel.send(MESSAGE, end.recipient)
    assert end.told() == 1


async def test_checking_sends_nothing(end: End) -> None:
    """It signs in, and gives the server's answer."""
    assert await end.channel.check()
    assert end.told() == 0


async def test_two_at_once(end: End) -> None:
    """A channel may be asked again before it has answered."""
    other = replace(MESSAGE, message_id="<other@desk.example>")  # webhooks drop known ones
    await asyncio.gather(*(end.channel.send(one, end.recipient) for one in (MESSAGE, other)))
    assert end.told() == 2


async def test_every_kind_in_the_settings_can_be_built() -> None:
    """One table; a kind that nobody can send by would be found here."""
    kinds = (
        ConsoleChannel("a"),
        EmailChannel("b", ("a@b.example",), "c@d.example", "mail.test"),
        SlackChannel("c"),
        WebhookChannel("d", Secret("http://desk.example/"), Secret("x")),
    )
    async with http() as client:
        for kind in kinds:
            assert channels.build(kind, SETTINGS, client)


# --- HTTP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "error"),
    [
        ((401, 403, 404, 410, 302), ChannelRefused),
        ((408, 425, 429, 500, 502, 503, 504, 599, 200, 204, 100, 999), Later),
        ((400, 413, 422, 406), MessageRefused),
    ],
)
def test_statuses(statuses: tuple[int, ...], error: type[Exception]) -> None:
    """One truth table for all channels that speak HTTP."""
    for status in statuses:
        assert type(refusal(status, "no", None)) is error, status


# --- Slack ---------------------------------------------------------------------------------------


async def test_a_bots_receipt_holds_the_place() -> None:
    """Channel and `ts`, by which later messages find the thread; the channel by its id, as only
    chat.postMessage knows names."""
    async with slack() as (sink, port), http() as client:
        receipt = await unpaced(bot(port, channel="#C0NEWS"), client).send(MESSAGE, "#C0NEWS")
        assert receipt.message_id == f"C0NEWS:{sink.posted[0].ts}"
        assert sink.posted[0].payload == {"channel": "#C0NEWS", "text": "Blast at the gate"}


def reply(place: str | None) -> Message:
    return replace(MESSAGE, slack={"text": "x", "thread_ts": place, "reply_broadcast": True})


async def test_a_thread_is_for_bots_alone() -> None:
    """An incoming webhook does not know what it posted before."""
    async with slack() as (sink, port), http() as client:
        channel = unpaced(bot(port), client)
        head = await channel.send(MESSAGE, "C0NEWS")
        await channel.send(reply(head.message_id), "C0NEWS")
        await unpaced(hook(port), client).send(reply(head.message_id), "webhook")
        _, threaded, plain = (posted.payload for posted in sink.posted)
        assert threaded["thread_ts"] == sink.posted[0].ts
        assert threaded["reply_broadcast"] is True
        assert plain == {"text": "x"}


async def test_a_reply_without_its_head_is_a_message_of_its_own() -> None:
    """The head was deleted, or the file names another channel now: out of its thread is better
    than lost."""
    async with slack() as (sink, port), http() as client:
        channel = unpaced(bot(port), client)
        await channel.send(reply("C0NEWS:1.2"), "C0NEWS")
        known = f"C0NEWS:{sink.posted[0].ts}"
        await channel.send(reply(known), "C0OTHER")
        assert [posted.payload for posted in sink.posted] == [
            {"channel": "C0NEWS", "text": "x"}
        ] * 2


async def test_only_a_bot_can_edit() -> None:
    """By the place that its receipt named; what cannot be placed is refused here."""
    async with slack() as (sink, port), http() as client:
        channel = unpaced(bot(port), client)
        head = await channel.send(MESSAGE, "C0NEWS")
        edit = replace(MESSAGE, slack={"text": "new", "ts": head.message_id, "unfurl_links": False})
        receipt = await channel.send(edit, "C0NEWS")
        assert receipt.message_id == head.message_id
        ts = sink.posted[0].ts
        assert sink.posted[1].payload == {"channel": "C0NEWS", "ts": ts, "text": "new"}
        nowhere = replace(MESSAGE, slack={"text": "new", "ts": ts})
        for way, message in ((channel, nowhere), (unpaced(hook(port), client), edit)):
            with pytest.raises(MessageRefused):
                await way.send(message, "C0NEWS")
        assert len(sink.posted) == 2


@pytest.mark.parametrize(
    ("words", "error"), [(LATER, Later), (MESSAGE_REFUSED, MessageRefused), (MEND, ChannelRefused)]
)
async def test_slack_words(words: frozenset[str], error: type[Exception]) -> None:
    """200 with `ok: false` is a refusal, and which one its word says."""
    async with slack() as (sink, port), http() as client:
        channel = unpaced(bot(port), client)
        for word in words:
            sink.answer_next(word)
            with pytest.raises(error) as caught:
                await channel.send(MESSAGE, "C0NEWS")
            assert word in str(caught.value)
        assert not sink.posted


async def test_an_unknown_word_waits() -> None:
    """A refusal that we misread must lose neither the message nor hold up the channel."""
    async with slack() as (sink, port), http() as client:
        sink.answer_next("something_new")
        with pytest.raises(Later, match="something_new"):
            await unpaced(bot(port), client).send(MESSAGE, "C0NEWS")


@pytest.mark.parametrize("make", [bot, hook])
async def test_retry_after_is_handed_on(make) -> None:
    """429 with its seconds."""
    async with slack() as (sink, port), http() as client:
        sink.answer_next("429:17")
        with pytest.raises(Later) as caught:
            await unpaced(make(port), client).send(MESSAGE, "x")
        assert caught.value.retry_after_seconds == 17


async def test_a_wrong_token_is_the_channels_trouble() -> None:
    """And is said in plain words, without the token."""
    async with slack(token="xoxb-other") as (_, port), http() as client:
        channel = unpaced(bot(port), client)
        for asked in (channel.send(MESSAGE, "C0NEWS"), channel.check()):
            with pytest.raises(ChannelRefused, match="token is not valid") as caught:
                await asked
            assert TOKEN not in str(caught.value)
            assert caught.value.answer == '{"ok": false, "error": "invalid_auth"}'


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html>hello!\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"ok":"true"}\n',
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
async def test_an_answer_that_is_not_slacks_is_no_acceptance(answer: bytes) -> None:
    """A proxy's page with status 200 has delivered nothing."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, http() as client:
        for channel in (bot(port), hook(port)):
            with pytest.raises(Later):
                await unpaced(channel, client).send(MESSAGE, "x")


async def test_a_webhook_that_has_moved_has_to_be_mended() -> None:
    """A redirect is not followed: the message would go to somebody else."""
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(b"", moved) as port, http() as client:
        with pytest.raises(ChannelRefused, match="302"):
            await unpaced(hook(port), client).send(MESSAGE, "x")


async def test_a_private_address_has_to_be_allowed() -> None:
    """The guard stands before webhooks too."""
    async with slack() as (_, port), http(Settings()) as client:
        with pytest.raises(ChannelRefused, match="no public address"):
            await unpaced(bot(port), client).send(MESSAGE, "x")


@pytest.mark.parametrize("url", ["ftp://hooks.test/services/secret", "http://[::/secret", "secret"])
async def test_a_webhooks_address_is_not_shown(url: str) -> None:
    """Whoever has it can post."""
    async with http() as client:
        channel = hook(0)
        broken = replace(channel, webhook=type(channel.webhook)(url))
        with pytest.raises(ChannelRefused) as caught:
            await unpaced(broken, client).send(MESSAGE, "x")
        assert "secret" not in f"{caught.value!r} {caught.value.__context__!r}".replace(url, "")
        assert "secret" not in str(caught.value)


async def test_one_message_a_second() -> None:
    """Three at once leave with a second between them, and Slack has no reason to say 429."""
    clock = Clock()
    wall = lambda: int(clock.now * 1000)  # noqa: E731
    async with slack(paced=True, clock=wall) as (sink, port), http() as client:
        channel = Slack(bot(port), client, clock=clock, sleep=clock.sleep)
        await asyncio.gather(*(channel.send(MESSAGE, "x") for _ in range(3)))
        assert len(sink.posted) == 3
        assert sum(clock.slept) == pytest.approx(2.0)


async def test_checking_a_bot_asks_who_it_is() -> None:
    """auth.test."""
    async with slack() as (_, port), http() as client:
        assert await unpaced(bot(port), client).check() == "ok, wirewatch in Sink"


async def test_checking_a_webhook_posts_nothing() -> None:
    """An empty message is refused by one that is there; one that is gone says so."""
    async with slack() as (sink, port), http() as client:
        assert "the webhook is there" in await unpaced(hook(port), client).check()
        with pytest.raises(ChannelRefused, match="make a new one"):
            await unpaced(hook(port, "services/gone"), client).check()
        assert not sink.posted


async def test_a_channel_without_webhook_and_token() -> None:
    """Is refused before anything is sent."""
    async with http() as client:
        with pytest.raises(ChannelRefused, match="neither webhook nor token"):
            await unpaced(SlackChannel("x"), client).send(MESSAGE, "x")


# --- console -------------------------------------------------------------------------------------


async def test_console_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """On whatever is standard output then."""
    await Console().send(MESSAGE, "console")
    assert capsys.readouterr().out == "Plain text.\n"


async def test_a_terminal_without_unicode_gets_what_it_can_show() -> None:
    """A sign that it does not have is no reason to lose the message."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    await Console(stream).send(replace(MESSAGE, text="«x» \ud800\n"), "console")
    assert raw.getvalue() == b"?x? ?\n"


async def test_a_terminal_that_is_gone_is_the_channels_trouble() -> None:
    """A pipe whose reader has ended."""

    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(ChannelRefused, match="Broken pipe"):
        await Console(Broken()).send(MESSAGE, "console")
