"""What becomes of a message by what a server answers: each case of data/outbox, to real servers.

A case: the `channel`; `answers`, each a run of its own, given `times` times to what comes first;
after the first try the state of the `first` recipient and of the `others`, with seconds to `wait`;
what `ops` is told; and how it ends `finally`, when everything is tried until nothing waits.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from channel_world import bot, hook, mail, program, slack, smtp, webhook
from monitor.demo.smtp_sink import Door
from monitor.health import Notice
from monitor.owing import tell_ops
from monitor.settings import Channel, Secret
from monitor.store import outbox
from monitor.store.db import Row
from outbox_world import Office
from world import DAY, HOUR

CASES = sorted((Path(__file__).parent / "data" / "outbox").glob("*.yaml"))
READ = {case.stem: YAML(typ="safe").load(case.read_text()) for case in CASES}
EVERYBODY = ("ana@desk.example", "ben@desk.example")
SIGN_IN = {"username": "desk", "password": Secret("hunter2")}


@dataclass(frozen=True)
class Far:
    """The far end of a channel: what it is asked to answer, when it is mended, what it has."""

    channel: Channel
    order: Callable[[str, int], None]
    mend: Callable[[], None]
    arrived: Callable[[], Counter[str]]


@asynccontextmanager
async def email_far(recipients: int) -> AsyncIterator[Far]:
    async with smtp(Door(logins={"desk": "hunter2"})) as (sink, port):

        def order(answer: str, times: int) -> None:
            if answer == "password rotated":
                sink.door = Door(logins={"desk": "another"})
                return
            stage, _, words = answer.partition(" ")
            sink.answer_next(stage, words, times)

        def mend() -> None:
            sink.door = Door(logins={"desk": "hunter2"})
            sink.release()

        yield Far(
            mail(port, to=EVERYBODY[:recipients], **SIGN_IN),
            order,
            mend,
            lambda: Counter(taken.recipients[0] for taken in sink.taken),
        )


def slack_far(make: Callable[[int], Channel]):
    @asynccontextmanager
    async def far(_: int) -> AsyncIterator[Far]:
        async with slack() as (sink, port):
            yield Far(
                channel := make(port),
                sink.answer_next,
                lambda: None,
                lambda: Counter(channel.recipients[0] for _ in sink.posted),
            )

    return far


@asynccontextmanager
async def program_far(_: int) -> AsyncIterator[Far]:
    async with webhook(longest_seconds=10**12) as (sink, port):
        yield Far(
            program(port),
            sink.answer_next,
            lambda: None,
            lambda: Counter("webhook" for _ in sink.called),
        )


FAR = {
    "email": email_far,
    "slack bot": slack_far(bot),
    "slack webhook": slack_far(hook),
    "webhook": program_far,
}


@pytest.mark.parametrize("name", READ)
async def test_case(tmp_path: Path, name: str) -> None:
    """Each answer is given to one article more, over the same outbox."""
    case = READ[name]
    async with FAR[case["channel"]](case.get("recipients", 1)) as far:
        office = await Office.open(tmp_path, far.channel)
        try:
            for number, answer in enumerate(case["answers"]):
                print(answer)  # shown where it fails
                await Run(office, far, case).over(f"gate-{number}", answer)
                office.world.now += 4 * DAY  # the next is another story
        finally:
            far.mend()
            await office.close()


async def test_a_pause_takes_nothing_of_the_three_days(tmp_path: Path) -> None:
    """The password is mended late, and then the server wants a little patience."""
    async with email_far(1) as far:
        office = await Office.open(tmp_path, far.channel)
        try:
            far.order("password rotated", 1)
            await office.publish("gate", "Car bombing at the gate")
            await office.deliver()
            office.world.now += 73 * HOUR
            far.mend()
            far.order("rcpt 451 4.3.0 local error", 1)
            await office.deliver()
            (row,) = await office.deliveries("desk")
            assert row["state"] == "waiting"
            await deliver_all(office, "desk")
            assert far.arrived() == Counter(EVERYBODY[:1])
        finally:
            await office.close()


async def test_refusals_of_the_channel_make_no_wait_longer(tmp_path: Path) -> None:
    """A day of wrong passwords, then a greylister, who is asked again in half a minute."""
    async with email_far(1) as far:
        office = await Office.open(tmp_path, far.channel)
        try:
            far.order("password rotated", 1)
            await office.publish("gate", "Car bombing at the gate")
            for _ in range(24):
                await office.deliver()
                office.world.now += HOUR
            far.mend()
            far.order("rcpt 450 4.7.1 greylisted", 1)
            await office.deliver()
            (row,) = await office.deliveries("desk")
            assert 30_000 <= row["try_at"] - office.clock() <= 36_000
        finally:
            await office.close()


@pytest.mark.parametrize(
    ("refusals", "elsewhere"), [(4, ["a message to ana", "a message to ben"]), (1, [])]
)
async def test_what_ops_refuses_to_everybody_is_told_elsewhere(
    tmp_path: Path, refusals: int, elsewhere: list[str]
) -> None:
    """Its notices go to the two who refuse the news; one of them who takes them is enough."""
    async with email_far(2) as far:
        office = await Office.open(tmp_path, far.channel)
        office.world.config = replace(office.world.config, ops=far.channel.name)
        far.order("rcpt 550 5.1.1 no such user", 2 + refusals)
        await office.publish("gate", "Car bombing at the gate")
        for _ in range(3):
            await office.deliver()
        assert_ops(sorted(await told_ops(office)), elsewhere)
        await office.close()


async def test_what_is_refused_there_too_is_told_nowhere_else(tmp_path: Path) -> None:
    door = Door(logins={"desk": "hunter2"})
    async with email_far(1) as far, smtp(door) as (sink, port):
        other = replace(far.channel, name="other", port=port)
        office = await Office.open(tmp_path, far.channel, other)
        office.world.config = replace(
            office.world.config, ops="desk", channels={"desk": far.channel, "other": other}
        )
        for order in (far.order, lambda answer, n: sink.answer_next(*answer.split(" ", 1), n)):
            order("rcpt 550 5.1.1 no such user", 5)
        await office.store.write(
            lambda tx: tell_ops(tx, office.config, Notice("x", "blind", ""), office.clock())
        )
        for _ in range(3):
            await office.deliver()
        rows = await office.deliveries("desk") + await office.deliveries("other")
        assert [row["state"] for row in rows] == ["dead", "dead"]
        await office.close()


@dataclass
class Run:
    """One article, told by one channel whose far end answers as ordered."""

    office: Office
    far: Far
    case: dict[str, Any]

    async def over(self, slug: str, answer: str) -> None:
        office, far = self.office, self.far
        had, told_before = far.arrived(), len(await told_ops(office))
        self.known = {row["delivery_id"] for row in await office.deliveries(far.channel.name)}
        await office.publish(slug, f"Car bombing at the {slug}")
        far.order(answer, self.case.get("times", 1))
        began = office.clock()
        await office.deliver()
        await self.assert_first(began)
        assert_ops((await told_ops(office))[told_before:], self.case.get("ops", []))
        far.mend()
        await deliver_all(office, far.channel.name)
        rows = await self.rows()
        states = {"arrives": "sent", "dead": "dead"}
        assert rows[0]["state"] == states[self.case["finally"]]
        assert {row["state"] for row in rows[1:]} <= {"sent"}
        everybody = Counter(row["recipient"] for row in rows if row["state"] == "sent")
        assert far.arrived() - had == everybody
        wanted = [*self.case.get("ops", []), *self.case.get("ops_finally", [])]
        assert_ops((await told_ops(office))[told_before:], wanted)

    async def rows(self) -> list[Row]:
        """The deliveries of this article."""
        found = await self.office.deliveries(self.far.channel.name)
        return [row for row in found if row["delivery_id"] not in self.known]

    async def assert_first(self, began: int) -> None:
        office, rows = self.office, await self.rows()
        results = {one["delivery_id"]: one["result"] for one in await office.world.rows("attempts")}
        wanted = [self.case["first"], *[self.case.get("others")] * (len(rows) - 1)]
        for row, known in zip(rows, wanted, strict=True):
            assert row["state"] == known["state"]
            assert known.get("result") in (None, results.get(row["delivery_id"]))
            low, high = known.get("wait", (0, 10**6))
            assert low * 1000 <= row["try_at"] - began <= high * 1000
        paused = await office.store.read(lambda tx: outbox.paused(tx, self.far.channel.name))
        assert (paused is not None) is self.case["first"].get("paused", False)
        assert paused is None or paused["try_at"] - paused["paused_at"] == 3_600_000


async def told_ops(office: Office) -> list[str]:
    return [json.loads(row["notice"])["headline"] for row in await office.deliveries("ops")]


def assert_ops(told: list[str], wanted: list[str]) -> None:
    assert len(told) == len(wanted), told
    for words, start in zip(told, wanted, strict=True):
        assert words.startswith(start), words


async def deliver_all(office: Office, channel: str) -> None:
    """Whenever something is due, until nothing waits."""
    for _ in range(200):
        rows = [row for row in await office.deliveries(channel) if row["state"] == "waiting"]
        if not rows:
            return
        paused = await office.store.read(lambda tx: outbox.paused(tx, channel))
        at = max(min(row["try_at"] for row in rows), paused["try_at"] if paused else 0)
        office.world.now = max(office.world.now, at)
        await office.deliver()
    raise AssertionError("something waits for ever")
