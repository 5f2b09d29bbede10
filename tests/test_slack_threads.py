"""One story is one thread: the head first, then replies under it, and the head kept current."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from channel_world import bot, slack
from messages import briefing, find
from monitor.channels.slack import Slack
from monitor.deliver import Deliverer
from monitor.demo.slack_sink import content_error
from monitor.model import Item, Message, Receipt, Told
from monitor.render import forms
from monitor.store import edits
from outbox_world import Office
from world import HOUR, MINUTE

TEXT = "A car bombing at the gate. The town was liberated."
ITEM = Item("https://wire.example/a", title="Blast at the gate", body=TEXT, partial=False)


@pytest.fixture
async def room(tmp_path: Path):
    """An office that tells one Slack channel as a bot, and the Slack."""
    async with slack() as (sink, port):
        office = await Office.open(tmp_path, bot(port))
        yield office, sink
        await office.close()


async def two_revisions(office: Office) -> None:
    """An article that matches one rule, and later, edited, another."""
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    office.world.now += HOUR
    await office.publish("gate", "Car bombing at the gate, town liberated")
    await office.deliver()


def words_of(payload) -> str:
    return str(payload["blocks"])


async def test_an_update_is_a_reply_and_the_head_is_edited(room) -> None:
    """In this order; nobody is told anything a second time."""
    office, sink = room
    await two_revisions(office)
    head, reply, edited = sink.posted
    assert "thread_ts" not in head.payload
    assert reply.payload["thread_ts"] == head.ts
    assert reply.payload["reply_broadcast"] is True
    assert edited.payload["ts"] == head.ts
    assert "Also matches" in words_of(reply.payload)
    assert "car-bombing" in words_of(edited.payload)
    assert "Also matches" not in words_of(edited.payload)
    await office.deliver()
    assert len(sink.posted) == 3


async def test_the_edited_head_reads_as_it_did(room) -> None:
    """An hour later it is not an hour older, and not delayed: only what it counts is new."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    office.world.now += 7 * HOUR
    (row,) = await office.deliveries("war-room")
    await owe_an_edit(office, row["conversation_id"])
    await office.deliver()
    head, edited = sink.posted
    assert edited.payload["blocks"] == head.payload["blocks"]
    assert edited.payload["text"] == head.payload["text"]


async def owe_an_edit(office: Office, conversation_id: str, after: int = 0) -> None:
    now = office.clock()
    await office.store.write(
        lambda tx: edits.owe(tx, conversation_id, now, now + after, now + 72 * HOUR)
    )


async def test_edits_that_wait_become_one(room) -> None:
    """A hundred copies in a minute are one edit, at the time the first was owed for."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    (row,) = await office.deliveries("war-room")
    for _ in range(100):
        await owe_an_edit(office, row["conversation_id"], after=MINUTE)
        office.world.now += 300
    assert len(sink.posted) == 1
    await office.deliver()
    assert len(sink.posted) == 1
    office.world.now += MINUTE
    await office.deliver()
    await office.deliver()
    assert len(sink.posted) == 2


async def test_what_changed_while_an_edit_was_on_its_way_is_edited_too(room) -> None:
    """The new wish outlives the acceptance of the old edit."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    (row,) = await office.deliveries("war-room")
    await owe_an_edit(office, row["conversation_id"])

    class Overtaken(Slack):
        async def send(self, message: Message, recipient: str) -> Receipt:
            if len(sink.posted) == 1:
                await owe_an_edit(office, row["conversation_id"])
            return await super().send(message, recipient)

    build = lambda channel, _, client: Overtaken(channel, client, sleep=office.sleep)  # noqa: E731
    await Deliverer(office, build).once()
    assert len(sink.posted) == 3
    await office.deliver()
    assert len(sink.posted) == 3


async def test_a_head_that_cannot_be_edited_is_left_as_it_is(room) -> None:
    """Somebody deleted it: nothing is lost by that, so nobody is troubled."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    (row,) = await office.deliveries("war-room")
    await owe_an_edit(office, row["conversation_id"])
    sink.answer_next("message_not_found")
    await office.deliver()
    assert [one["state"] for one in await office.deliveries("war-room")] == ["sent", "dead"]
    assert await office.deliveries("ops") == []


@pytest.mark.parametrize("word", ["not_in_channel", "channel_not_found", "is_archived"])
async def test_a_room_that_was_left_is_no_trouble_of_the_new_one(room, word: str) -> None:
    """The file names another channel now, and the bot is not in the old one any more."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    (row,) = await office.deliveries("war-room")
    await owe_an_edit(office, row["conversation_id"])
    moved = replace(office.config.channels["war-room"], channel="C0OTHER")
    channels = {**office.config.channels, "war-room": moved}
    office.world.config = replace(office.config, channels=channels)
    sink.answer_next(word)
    await office.deliver()
    assert [one["state"] for one in await office.deliveries("war-room")] == ["sent", "dead"]
    assert not await office.world.rows("paused_channels")
    assert await office.deliveries("ops") == []


async def test_an_edit_holds_no_message_up(room) -> None:
    """A reply goes out while an edit waits for a better hour."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    (row,) = await office.deliveries("war-room")
    await owe_an_edit(office, row["conversation_id"])
    sink.answer_next("429:7200")
    await office.deliver()
    office.world.now += HOUR
    await office.publish("gate", "Car bombing at the gate, town liberated")
    await office.deliver()
    assert [("thread_ts" in posted.payload) for posted in sink.posted] == [False, True]


async def test_messages_go_before_edits(room) -> None:
    """A channel takes one a second: news does not queue behind counts."""
    office, sink = room
    await office.publish("gate", "Car bombing at the gate")
    await office.deliver()
    (row,) = await office.deliveries("war-room")
    await owe_an_edit(office, row["conversation_id"])
    office.world.now += HOUR
    await office.publish("gate", "Car bombing at the gate, town liberated")
    await office.deliver()
    assert [("ts" in posted.payload) for posted in sink.posted][:3] == [False, False, True]


@pytest.mark.parametrize(
    ("reasons", "shown"),
    [(["origin"], False), (["number"], True), (["origin", "number"], True), (["lost"], True),
     (["gained"], True), (["severity"], True), (["first"], True)],
)  # fmt: skip
def test_who_sees_a_reply(reasons: list[str], shown: bool) -> None:
    """One more origin is for those who follow the thread, a new fact for the whole channel."""
    about = briefing(ITEM, ("car-bombing", find(TEXT, ["car bombing"])), revision=2, thread="C:1.2")
    (told,) = about.alerts
    alerts = tuple(replace(told, alert=replace(told.alert, reason=reason)) for reason in reasons)
    body = forms.for_slack(replace(about, alerts=alerts), "room", "C0NEWS").slack
    assert body["thread_ts"] == "C:1.2"
    assert body["reply_broadcast"] is shown


def test_an_edit_counts_what_was_told_since() -> None:
    """The headline stays, the articles and origins of the replies are added."""
    about = briefing(ITEM, ("car-bombing", find(TEXT, ["car bombing"])))
    (told,) = about.alerts
    other = replace(told.stored, id=2, item=replace(ITEM, url="https://other.example/b"))
    later = (Told(told.alert, other, "car-bombing"),)
    head = forms.for_slack(about, "room", "C0NEWS").slack
    edited = forms.for_slack(
        replace(about, edit=True, thread="C:1.2", later=later), "room", "C0NEWS"
    ).slack
    assert edited["ts"] == "C:1.2"
    assert "1 article, 1 origin: wire.example" in words_of(head)
    assert "2 articles, 2 origins: wire.example, other.example" in words_of(edited)
    assert content_error(edited) is None
