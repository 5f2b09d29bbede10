"""The demo's Slack keeps Slack's rules, and says no before it says yes."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from channel_world import MESSAGE, bot, hook, http, slack, unpaced
from monitor.demo.slack_sink import MOST_BLOCKS, MOST_IN_SECTION, content_error
from monitor.errors import ChannelRefused, Later
from monitor.net.client import Ask


def section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"text": "x"}, None),
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [section("x" * MOST_IN_SECTION)]}, None),
        ({"blocks": [section("x" * (MOST_IN_SECTION + 1))]}, "invalid_blocks"),
        ({"blocks": [section("")]}, "invalid_blocks"),
        ({"blocks": [section("x")] * (MOST_BLOCKS + 1)}, "invalid_blocks"),
        ({"blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"blocks": [section("x" * 2900)] * 5}, "msg_blocks_too_long"),
    ],
)
def test_slack_limits(payload: dict[str, object], error: str | None) -> None:
    """3,000 a section, 50 blocks, 13,200 in all."""
    assert content_error(payload) == error


async def test_a_channel_that_is_not_there() -> None:
    """Is refused by name, and nothing is kept."""
    async with slack() as (sink, port), http() as client:
        with pytest.raises(ChannelRefused, match="no such channel"):
            await unpaced(bot(port, channel="C0OTHER"), client).send(MESSAGE, "x")
        assert not sink.posted


async def test_more_than_one_message_a_second() -> None:
    """429 with Retry-After, for bots and webhooks alike."""
    async with slack(paced=True, clock=lambda: 5000) as (sink, port), http() as client:
        for channel in (bot(port), hook(port)):
            await unpaced(channel, client).send(MESSAGE, "x")
            with pytest.raises(Later) as caught:
                await unpaced(channel, client).send(MESSAGE, "x")
            assert caught.value.retry_after_seconds == 1
        assert len(sink.posted) == 2


async def test_only_what_was_posted_can_be_edited() -> None:
    """chat.update wants the ts of a message that is there."""
    async with slack() as (sink, port), http() as client:
        place = (await unpaced(bot(port), client).send(MESSAGE, "x")).message_id
        ts = place.partition(":")[2]
        answers = []
        for wanted in (ts, "1.2"):
            body = json.dumps({"channel": "C0NEWS", "ts": wanted, "text": "edited"}).encode()
            headers = {"authorization": "Bearer xoxb-sink"}
            url = f"http://127.0.0.1:{port}/api/chat.update"
            ask = Ask(url, "POST", headers, body, robots=False, gate=False)
            answers.append(json.loads((await client.fetch(ask)).body))
        assert [answer["ok"] for answer in answers] == [True, False]
        assert answers[1]["error"] == "message_not_found"
        assert [posted.ts for posted in sink.posted] == [ts, ts]


async def test_the_slack_sink_as_a_process_of_its_own(tmp_path: Path) -> None:
    """Scripted: `ok: false`, then 429, then it takes the message and journals it first."""
    journal = tmp_path / "slack.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.demo.slack_sink", "--journal", str(journal)),
        *("--answer", "internal_error", "--answer", "429:3"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    try:
        port = int((await process.stdout.readline()).split()[-1])
        async with http() as client:
            channel = unpaced(bot(port), client)
            for _ in range(2):
                with pytest.raises(Later):
                    await channel.send(MESSAGE, "x")
            await channel.send(MESSAGE, "x")
        entries = [json.loads(line) for line in journal.read_text().splitlines()]
    finally:
        process.kill()
        await process.wait()
    assert [entry["event"] for entry in entries][-3:] == ["request", "accepted", "answer"]
    (accepted,) = [entry for entry in entries if entry["event"] == "accepted"]
    assert json.loads(accepted["payload"])["text"] == "Blast at the gate"
