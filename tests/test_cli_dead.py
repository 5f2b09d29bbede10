"""dead: what was given up is seen, and sent again by hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channel_world import mail, smtp
from cli_world import Place, fill, keys_of
from monitor import gathering
from monitor.demo.smtp_sink import SmtpSink
from monitor.store import dead
from outbox_world import Office
from test_cli_json import documented
from world import DAY, HOUR

MAIL = """\
channels:
  me: {{email: {{to: [ana@desk.example, ben@desk.example], from: w@desk.example,
    server: "127.0.0.1:{port}", security: none}}}}
  ops: {{console: {{}}}}
ops: ops
"""
REFUSED = ("rcpt", "550 5.1.1 no such user")


@pytest.fixture
async def refused(tmp_path: Path) -> AsyncIterator[tuple[Place, SmtpSink]]:
    """One alert, which its server refused to both recipients."""
    place = Place(tmp_path / "config")
    async with smtp() as (sink, port):
        place.write("routes", MAIL.format(port=port))
        await fill(place)
        sink.answer_next(*REFUSED, times=2)
        assert "2 given up" in (await place.run("deliver")).stdout
        yield place, sink


async def listed(place: Place, *words: str) -> list[dict[str, Any]]:
    ended = await place.run("dead", "list", *words, "--json")
    return [json.loads(line) for line in ended.stdout.splitlines()]


async def test_what_was_given_up_is_sent_again(refused: tuple[Place, SmtpSink]) -> None:
    """Once, to whom it was refused, by the id in the list."""
    place, sink = refused
    ben, ana = sorted(await listed(place), key=lambda one: one["recipient"], reverse=True)
    assert (ana["recipient"], ana["headline"]) == ("ana@desk.example", "Town liberated")
    assert "no such user" in ana["detail"]
    assert keys_of(ana) <= documented("dead")
    assert "no such user" in " ".join((await place.run("dead", "list")).stdout.split())
    again = await place.run("dead", "resend", str(ben["message"]))
    assert "ben@desk.example on me again: Town liberated" in again.stdout
    assert await listed(place) == [ana]
    assert (await place.run("deliver")).exit_code == 0
    assert [one.recipients[0] for one in sink.taken] == ["ben@desk.example"]
    refusal = await place.run("dead", "resend", str(ana["message"]), str(ben["message"]))
    assert (refusal.exit_code, await listed(place)) == (1, [ana])
    assert f"no message {ben['message']} was given up" in refusal.stderr


async def test_all_of_a_channel_are_sent_again(refused: tuple[Place, SmtpSink]) -> None:
    place, sink = refused
    nothing = await place.run("dead", "resend", "--channel", "ops")
    assert "nothing that was given up can be sent again" in nothing.stdout
    assert len(await listed(place, "--channel", "me")) == 2
    assert len((await place.run("dead", "resend", "--all", "--json")).stdout.splitlines()) == 2
    assert "nothing was given up" in (await place.run("dead", "list")).stdout
    await place.run("deliver")
    assert len(sink.taken) == 2


@pytest.mark.parametrize("words", [[], ["1", "--all"], ["one"], ["1", "--channel", "me"]])
def test_it_must_be_said_what_to_send(tmp_path: Path, words: list[str]) -> None:
    assert Place(tmp_path / "config").call("dead", "resend", *words).exit_code == 2


async def test_a_channel_that_is_gone_sends_nothing_again(refused: tuple[Place, SmtpSink]) -> None:
    """It would be paused for it."""
    place, _ = refused
    place.write("routes", "channels:\n  ops: {console: {}}\n")
    one, *_ = await listed(place)
    refusal = await place.run("dead", "resend", str(one["message"]))
    assert refusal.exit_code == 1
    assert "channel me, which routes.yaml does not name any more" in refusal.stderr
    misspelt = await place.run("dead", "resend", "--channel", "mee")
    assert misspelt.exit_code == 2
    assert "no channel 'mee'; there are: ops" in misspelt.stderr


async def test_what_is_sent_again_has_a_clock_of_its_own(tmp_path: Path) -> None:
    """Given up after three days of tries; then the first wait is short, and there are three days
    again."""
    async with smtp() as (sink, port):
        office = await Office.open(tmp_path, mail(port))
        sink.answer_next("rcpt", "451 4.3.0 local error", times=100)
        await office.publish("gate", "Car bombing at the gate")
        for _ in range(80):
            await office.deliver()
            office.world.now += HOUR
        now = office.clock()
        (row,) = await office.store.read(dead.given_up)
        assert row["state"] == "dead"
        await office.store.write(
            lambda tx: dead.owe_again(tx, [row["delivery_id"]], now, now + 3 * DAY)
        )
        await office.deliver()
        (row,) = await office.deliveries("desk")
        assert (row["state"], row["give_up_at"]) == ("waiting", now + 3 * DAY)
        assert 30_000 <= row["try_at"] - now <= 72_000
        await office.close()


async def test_a_digest_that_nobody_got_is_not_sent_again(tmp_path: Path) -> None:
    """The next one has all of it.  Where another recipient got it, it is none of the next's."""
    for recipients in (1, 2):
        async with smtp() as (sink, port):
            to = ("ana@desk.example", "ben@desk.example")[:recipients]
            (tmp_path / str(recipients)).mkdir()
            office = await Office.open(tmp_path / str(recipients), mail(port, to=to))
            sink.answer_next(*REFUSED)
            await office.store.write(
                lambda tx, of=office: gathering.owe_asked(tx, of.config, "desk", of.clock())
            )
            await office.deliver()
            (row,) = await office.store.read(lambda tx: dead.given_up(tx, "desk"))
            assert bool(row["taken_over"]) is (recipients == 1)
            await office.close()
