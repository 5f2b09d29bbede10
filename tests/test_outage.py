"""Everything down for a day, then up: all of it arrives, once, in order, at the channel's pace."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from channel_world import bot, mail, program
from monitor.channels.email import Email
from monitor.deliver import SEND_SECONDS, Deliverer
from monitor.demo.journal import Journal
from monitor.demo.slack_sink import SlackSink
from monitor.demo.smtp_sink import SmtpSink
from monitor.model import DeliveryKind, Message, Receipt, short_id
from monitor.store import outbox
from monitor.store.outbox import LEASE_MS
from outbox_world import Office
from webhook_sink import WebhookSink
from world import HOUR, NOON, SECOND

# Names that no two stories share: each is an event of its own.
PLACES = (
    "Arkona Belvar Cintra", "Dorvan Eskil Farrow", "Gorin Halvek Istra", "Jorvik Keldan Lumos",
    "Marven Norvik Ostra", "Pelham Quirin Rosk", "Selvan Torvik Ulmar", "Vendel Wexin Yorva",
)  # fmt: skip
EVERY = 3 * HOUR
DOWN = 24 * HOUR
UP = 7 * HOUR  # the longest pause between two tries, and a little


@dataclass
class Far:
    """Three servers on ports of their own, all down or all up."""

    journal: Path
    smtp: SmtpSink
    slack: SlackSink
    program: WebhookSink
    ports: tuple[int, ...] = (0, 0, 0)

    async def up(self) -> None:
        servers = zip((self.smtp, self.slack, self.program), self.ports, strict=True)
        self.ports = tuple([await server.start(port) for server, port in servers])

    async def down(self) -> None:
        for server in (self.smtp, self.slack, self.program):
            await server.stop()

    def slack_journal(self, event: str) -> list[dict[str, Any]]:
        entries = [json.loads(line) for line in self.journal.read_text().splitlines()]
        return [entry for entry in entries if entry["event"] == event]


@pytest.fixture
async def far(tmp_path: Path):
    """The servers, which were up once and are down now, and who tells them."""
    offices: list[Office] = []
    clock = lambda: offices[0].clock() if offices else NOON  # noqa: E731
    journal = tmp_path / "slack.jsonl"
    slack = SlackSink(Journal(journal, clock), paced=True, clock=clock)
    opened = Far(journal, SmtpSink(), slack, WebhookSink(lambda *_: True))
    await opened.up()
    await opened.down()
    smtp_port, slack_port, program_port = opened.ports
    offices += [
        await Office.open(tmp_path, mail(smtp_port), bot(slack_port), program(program_port))
    ]
    yield opened, offices[0]
    await offices[0].close()
    await opened.down()


async def test_a_day_without_anybody(far) -> None:
    servers, office = far
    for number, place in enumerate(PLACES):
        text = f"{words_of(number)}. A car bombing."
        await office.publish(str(number), place, body=text)
        await pass_time(office, HOUR)
        await office.publish(str(number), place, body=f"{text} Liberated.")
        await pass_time(office, EVERY - HOUR)
    assert office.clock() - NOON >= DOWN
    assert {row["state"] for row in await deliveries(office)} == {"waiting"}
    assert office.paused_seconds == []
    await servers.up()
    await pass_time(office, UP)
    rows = await deliveries(office)
    assert {row["state"] for row in rows} == {"sent"}
    assert len([row for row in rows if row["kind"] == "alert"]) == 3 * 2 * len(PLACES)
    assert_mail(servers, rows)
    assert_program(servers, rows)
    assert_slack(servers, rows, await office.world.rows("alerts"))


def words_of(number: int) -> str:
    """Forty words that no other story has."""
    chance = random.Random(number)
    syllables = [one + two for one in "bdfgklmnprstv" for two in "aeiou"]
    return " ".join("".join(chance.choices(syllables, k=3)) for _ in range(40))


async def pass_time(office: Office, long: int) -> None:
    """Deliver whatever is due, whenever something is, for so long."""
    until = office.clock() + long
    while True:
        await office.deliver()
        waiting = [row["try_at"] for row in await deliveries(office) if row["state"] == "waiting"]
        coming = [at for at in waiting if at > office.clock()]
        if not coming or min(coming) > until:
            break
        office.world.now = min(coming)
    office.world.now = max(office.clock(), until)


async def deliveries(office: Office) -> list[Any]:
    return [row for row in await office.world.rows("deliveries") if row["channel"] != "ops"]


def of_channel(rows: list[Any], channel: str) -> list[Any]:
    """Its messages in the order in which they were accepted."""
    own = [row for row in rows if row["channel"] == channel and row["kind"] == "alert"]
    return sorted(own, key=lambda row: (row["sent_at"], row["delivery_id"]))


def assert_said_late(row: Any, text: str) -> None:
    """With the hours, from six on."""
    hours = (row["sent_at"] - row["created_at"]) / HOUR
    said = re.search(r"delayed (\d+) h", text, re.IGNORECASE)
    assert (said is not None) is (hours > 6), (hours, text)
    assert said is None or int(said[1]) == int(hours)


def assert_in_order(stories: list[tuple[str, int]]) -> None:
    """Of each story the first message before the second, and no message twice."""
    assert len(set(stories)) == len(stories)
    seen: dict[str, int] = {}
    for story, revision in stories:
        assert revision == seen.get(story, 0) + 1
        seen[story] = revision
    assert len(seen) == len(PLACES)


def assert_mail(servers: Far, rows: list[Any]) -> None:
    sent = {row["message_id"]: row for row in of_channel(rows, "desk")}
    order = []
    for taken in servers.smtp.taken:
        row = sent[taken.message["Message-ID"]]
        order.append((row["conversation_id"], row["revision"]))
        assert_said_late(row, taken.text)
    assert_in_order(order)
    assert len(order) == len(sent)


def assert_program(servers: Far, rows: list[Any]) -> None:
    assert len(servers.program.asked) == len(servers.program.called)
    said = [called.said for called in servers.program.called]
    assert_in_order([(one["conversation"], one["revision"]) for one in said])


def assert_slack(servers: Far, rows: list[Any], alerts: list[Any]) -> None:
    """No 429 was ever said, as no two messages came within a second."""
    posted = servers.slack.posted
    answers = servers.slack_journal("answer")
    assert {entry["status"] for entry in answers} == {200}
    times = [entry["at"] for entry in answers]
    assert min(b - a for a, b in pairwise(times)) >= 1000
    heads: dict[str, Any] = {}
    told = []
    for one in posted:
        if "ts" in one.payload:
            assert one.payload["ts"] in heads  # an edit
        elif "thread_ts" in one.payload:
            assert one.payload["thread_ts"] in heads
            told.append((one.payload["thread_ts"], 2))
        else:
            heads[one.ts] = one
            told.append((one.ts, 1))
    assert_in_order(told)
    texts = [str(one.payload) for one in posted if "ts" not in one.payload]
    for alert in alerts:
        assert sum(short_id(alert["alert_id"]) in text for text in texts) == 1
    for row, text in zip(of_channel(rows, "war-room"), texts, strict=True):
        assert_said_late(row, text)


async def test_what_was_planned_for_later_is_not_delayed(far) -> None:
    """A story taken up again waits for hours of its own accord."""
    servers, office = far
    await servers.up()
    due = office.clock() + 7 * HOUR
    notice = json.dumps({"headline": "planned", "text": ""})
    owed = outbox.Owed(
        "desk", ("ana@desk.example",), "ops:planned", DeliveryKind.OPS, office.clock(), due,
        due + DOWN, notice=notice, due_at=due,
    )  # fmt: skip
    await office.store.write(lambda tx: outbox.enqueue(tx, owed))
    await pass_time(office, 8 * HOUR)
    (taken,) = servers.smtp.taken
    assert "planned" in taken.text
    assert "delayed" not in taken.text


async def test_nothing_is_sent_by_a_lease_that_has_run_out(far) -> None:
    """A server that is slow with each of many messages: another process may have them by then."""
    servers, office = far
    await servers.up()
    for number, place in enumerate(PLACES):
        await office.publish(place, place, body=f"{words_of(number)}. A car bombing.")
    left = []

    class Slow(Email):
        async def send(self, message: Message, recipient: str) -> Receipt:
            held = [row["lease_until"] for row in await deliveries(office) if row["lease_until"]]
            left.append(min(held) - office.clock())
            office.world.now += 119 * SECOND
            return await super().send(message, recipient)

    deliverer = Deliverer(office, lambda channel, settings, _: Slow(channel, settings))
    for _ in PLACES:
        await deliverer.send_due("desk")
        office.world.now += LEASE_MS
    assert len(servers.smtp.taken) == len(PLACES)
    assert min(left) >= SEND_SECONDS * 1000
