"""What is due in quiet hours, for whatever reason: it waits for the morning, or it must not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channel_world import mail, smtp
from monitor import gathering
from monitor.cli import alerts_told
from monitor.cli.when import When
from monitor.demo.smtp_sink import Door, SmtpSink
from monitor.health import Notice
from monitor.model import DeliveryKind
from monitor.owing import tell_ops
from monitor.settings import Quiet, Secret, Severity
from monitor.store import outbox
from monitor.store.db import Row
from outbox_world import Office
from world import BOMBING, DAY, HOUR, LIBERATED, MINUTE, NOON, SECOND

EVENING, MORNING = NOON + 11 * HOUR, NOON + 19 * HOUR  # 23:00 and 07:00 UTC
QUIET = Quiet(23 * 60, 7 * 60, "UTC")
EARLIER, LATEST = Quiet(23 * 60, 5 * 60, "UTC"), Quiet(23 * 60, 9 * 60, "UTC")
LATER = "rcpt 451 4.3.0 local error"


@asynccontextmanager
async def desk(directory: Path, door: Door | None = None, **words: Any) -> AsyncIterator[tuple]:
    """A desk that sleeps from 23:00 to 07:00, its mail server, and what is told at once."""
    async with smtp(door) as (sink, port):
        office = await Office.open(directory, mail(port, quiet=QUIET, **words))
        try:
            yield office, sink
        finally:
            await office.close()


async def deliver_until(office: Office, sink: SmtpSink, end: int) -> list[int]:
    """Deliver every few minutes; the times at which mails came."""
    came = []
    while office.world.now < end:
        before = len(sink.taken)
        await office.deliver()
        came += [office.world.now] * (len(sink.taken) - before)
        office.world.now += 5 * MINUTE
    return came


async def said(office: Office, capsys: pytest.CaptureFixture[str]) -> str:
    """What `why` says became of the one alert."""
    (alert,) = await office.world.rows("alerts")
    fate = await office.store.read(lambda tx: alerts_told.fate(tx, alert))
    alerts_told.show(fate, When(ZoneInfo("UTC"), office.clock()), office.config)
    return " ".join(capsys.readouterr().out.split())


async def raise_to_critical(office: Office) -> None:
    """The rule about bombings is critical from now on."""
    world = office.world
    rules = (replace(BOMBING, severity=Severity.CRITICAL), LIBERATED)
    await world.close()
    world.config = replace(world.config, rules=rules)
    now = world.now
    await world.open()
    world.now = now


@pytest.mark.parametrize(("minutes", "failures"), [(1, 1), (30, 5)])
async def test_what_failed_by_day_waits_for_the_morning(
    tmp_path: Path, minutes: int, failures: int
) -> None:
    """The server is well again, so that the next try would be a message in the night."""
    async with desk(tmp_path) as (office, sink):
        office.world.now = EVENING - minutes * MINUTE
        sink.answer_next(*LATER.split(" ", 1), times=failures)
        await office.publish("gate", "Car bombing at the gate")
        await office.deliver()
        assert await deliver_until(office, sink, EVENING) == []
        (came,) = await deliver_until(office, sink, MORNING + HOUR)
        assert MORNING <= came <= MORNING + 5 * MINUTE


async def test_what_is_critical_is_tried_in_the_night(tmp_path: Path) -> None:
    async with desk(tmp_path) as (office, sink):
        await raise_to_critical(office)
        office.world.now = EVENING - MINUTE
        sink.answer_next(*LATER.split(" ", 1), times=1)
        await office.publish("gate", "Car bombing at the gate")
        await office.deliver()
        (came,) = await deliver_until(office, sink, MORNING)
        assert came < EVENING + 5 * MINUTE


async def test_what_stands_before_something_critical_passes_with_it(tmp_path: Path) -> None:
    """The messages of a conversation come in order, and the critical one does not wait."""
    async with desk(tmp_path) as (office, sink):
        await raise_to_critical(office)
        office.world.now = EVENING - MINUTE
        sink.answer_next(*LATER.split(" ", 1), times=1)
        await office.publish("gate", "Gate", body="They liberated it.")
        await office.deliver()
        assert await deliver_until(office, sink, EVENING + 2 * HOUR) == []
        critical_at = office.world.now
        await office.publish("gate", "Gate", body="They liberated it. A car bombing.")
        came = await deliver_until(office, sink, critical_at + HOUR)
        assert len(came) == 2
        assert came[0] == critical_at


async def test_what_was_planned_for_the_day_and_not_tried_waits(tmp_path: Path) -> None:
    """The daemon was off from the evening on, and is started in the night."""
    async with desk(tmp_path) as (office, sink):
        office.world.now = EVENING - MINUTE
        await office.publish("gate", "Car bombing at the gate")
        office.world.now = EVENING + 3 * HOUR
        (came,) = await deliver_until(office, sink, MORNING + HOUR)
        assert came >= MORNING


async def test_a_channel_that_works_again_in_the_night_is_heard_in_the_morning(
    tmp_path: Path,
) -> None:
    sign_in = {"username": "desk", "password": Secret("hunter2")}
    async with desk(tmp_path, Door(logins={"desk": "another"}), **sign_in) as (office, sink):
        office.world.now = EVENING - HOUR
        for slug in ("gate", "town"):
            await office.publish(slug, f"Car bombing at the {slug}")
        await office.deliver()
        assert await office.store.read(lambda tx: outbox.paused(tx, "desk"))
        sink.door = Door(logins={"desk": "hunter2"})
        office.world.now = EVENING + MINUTE
        came = await deliver_until(office, sink, MORNING + 2 * HOUR)
        assert len(came) == 2
        assert min(came) >= MORNING


@pytest.mark.parametrize("quiet", [EARLIER, LATEST, None])
@pytest.mark.parametrize("failures", [0, 1])
async def test_quiet_hours_end_as_they_are_by_then(
    tmp_path: Path, quiet: Quiet | None, failures: int
) -> None:
    """They are changed in the night, with messages waiting: the new end holds for those too."""
    async with desk(tmp_path) as (office, sink):
        office.world.now = EVENING - MINUTE
        await office.publish("gate", "Car bombing at the gate")
        sink.answer_next(*LATER.split(" ", 1), times=failures)
        if failures:
            await office.deliver()
        office.world.now = EVENING + MINUTE
        assert await deliver_until(office, sink, EVENING + HOUR) == []
        channel = replace(office.config.channels["desk"], quiet=quiet)
        known = {**office.config.channels, "desk": channel}
        office.world.config = replace(office.config, channels=known)
        ends_at = MORNING - 7 * HOUR + quiet.end_minute * MINUTE if quiet else office.world.now
        (came,) = await deliver_until(office, sink, MORNING + 3 * HOUR)
        assert ends_at <= came <= ends_at + 5 * MINUTE


@pytest.mark.parametrize("hours", [0, 3])
async def test_what_waits_for_the_morning_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hours: int
) -> None:
    """Before the night that its next try falls into, and long after that would have been."""
    async with desk(tmp_path) as (office, sink):
        office.world.now = EVENING - 20 * SECOND
        sink.answer_next(*LATER.split(" ", 1), times=1)
        await office.publish("gate", "Car bombing at the gate")
        await office.deliver()
        office.world.now += hours * HOUR
        await office.deliver()
        told = await said(office, capsys)
    day = "" if hours else "23 Nov "
    assert f"waits, next try {day}07:00, when quiet hours end" in told


async def test_what_is_critical_says_when_it_comes_in_the_night(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk(tmp_path) as (office, sink):
        await raise_to_critical(office)
        office.world.now = EVENING
        sink.answer_next(*LATER.split(" ", 1), times=1)
        await office.publish("gate", "Car bombing at the gate")
        await office.deliver()
        told = await said(office, capsys)
    assert "waits, next try 23:00" in told
    assert "quiet" not in told


async def test_a_digest_waits_too_but_one_that_was_asked_for(tmp_path: Path) -> None:
    async with desk(tmp_path) as (office, sink):
        office.world.now = EVENING + HOUR
        await office.store.write(
            lambda tx: gathering.owe_asked(tx, office.config, "desk", office.clock())
        )
        assert len(await deliver_until(office, sink, EVENING + 2 * HOUR)) == 1
        await owe(office, DeliveryKind.DIGEST, "digest:daily:2025-11-22")
        await office.deliver()
        assert [row["tries"] for row in await office.deliveries("desk")] == [1, 0]
        office.world.now = MORNING
        await office.deliver()
        assert [row["tries"] for row in await office.deliveries("desk")] == [1, 1]


async def test_trouble_of_our_own_is_told_in_the_night(tmp_path: Path) -> None:
    async with desk(tmp_path) as (office, sink):
        office.world.now = EVENING + HOUR
        config = replace(office.config, ops="desk")
        notice = Notice("source:wire", "wire is blind", "See: wirewatch status")
        await office.store.write(lambda tx: tell_ops(tx, config, notice, office.clock()))
        await office.deliver()
        assert len(sink.taken) == 1


async def owe(office: Office, kind: DeliveryKind, subject: str) -> None:
    now = office.clock()
    owed = outbox.Owed("desk", ("ana@desk.example",), subject, kind, now, now, now + 3 * DAY)
    await office.store.write(lambda tx: outbox.enqueue(tx, owed))


async def waiting(office: Office) -> list[Row]:
    return [row for row in await office.deliveries("desk") if row["state"] == "waiting"]
