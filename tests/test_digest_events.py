"""Whatever happens to a desk: one digest a local day, and nothing lost or told twice."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from digest_world import STORIES, Desk
from monitor import digests, gathering, hours
from monitor.settings import Quiet
from test_digest_calendar import NIGHTS
from world import DAY, HOUR, MINUTE

STEP = 7 * HOUR  # shorter than what is not quiet of a day

events = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 9 * HOUR)),
        st.tuples(st.just("wait"), st.integers(1, 5 * MINUTE)),
        st.tuples(st.just("outage"), st.integers(1, 4 * DAY)),
        st.tuples(st.just("hold"), st.sampled_from(("low", "quiet", "cap", "silenced", "demoted"))),
        st.tuples(st.just("tell"), st.just("")),
        st.tuples(st.just("send"), st.sampled_from(("accepted", "later", "dead", "killed"))),
        st.tuples(st.just("ask"), st.just("")),
        st.tuples(st.just("restart"), st.just("")),
    ),
    max_size=40,
)


@dataclass
class Run:
    """One desk through a stream of events; the daemon ticks after each but an outage."""

    desk: Desk
    confirmed: dict[str, str] = field(default_factory=dict)  # alert -> the digest that has it

    async def do(self, word: str, value: Any) -> None:
        desk = self.desk
        if word in ("wait", "outage"):
            desk.now += value
        elif word == "hold":
            await desk.alert(desk.alerts % STORIES, why=value)
        elif word == "tell":
            await desk.alert(desk.alerts % STORIES)
        elif word == "send":
            await desk.send(value)
        elif word == "ask":
            owe = partial(gathering.owe_asked, config=desk.config, channel="me", now=desk.now)
            await desk.store.write(owe)
        elif word == "restart":
            await desk.restart()
        if word != "outage":
            await desk.tick()
            await self.check()

    async def check(self) -> None:
        """What is true after every tick."""
        owed = await self.desk.rows(
            """SELECT DISTINCT c.subject FROM deliveries d
               JOIN conversations c ON c.conversation_id = d.conversation_id
               WHERE d.kind = 'digest' AND d.state = 'waiting'
                 AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.state = 'sent'
                                 AND e.conversation_id = d.conversation_id)"""
        )
        kinds = [row["subject"].split(":")[1] for row in owed]
        assert len(kinds) == len({"quiet" if kind == "quiet" else "whole" for kind in kinds})
        for row in await self.desk.rows(HELD_IN_A_CONFIRMED_ONE):
            first = self.confirmed.setdefault(row["alert_id"], row["digest_id"])
            assert first == row["digest_id"], "in two digests that somebody got"
            assert f'"{row["title"]}"' in row["content"], "taken, and not said"
        await self.check_day()

    async def check_day(self) -> None:
        """The newest day whose hour has come has its digest, but in quiet hours and while the one
        before is on its way."""
        desk = self.desk
        quiet = hours.is_quiet(desk.config, "me", desk.now)
        busy = await desk.rows(
            f"SELECT 1 FROM deliveries WHERE kind = 'digest' AND lease_until > {desk.now}"
        )
        day = digests.day_of(desk.at, ZoneInfo(desk.zone), desk.now)
        assert quiet or busy or (await desk.days())[-1] == day.isoformat()

    async def end(self) -> None:
        """Everything works again: a week later nothing waits."""
        for _ in range(7 * DAY // STEP):
            self.desk.now += STEP
            await self.desk.tick()
            await self.desk.send()
        await self.check()
        held = await self.desk.rows("SELECT alert_id FROM holds")
        assert {row["alert_id"] for row in held} == set(self.confirmed)


HELD_IN_A_CONFIRMED_ONE = """
  SELECT h.alert_id, h.digest_id, g.content, i.title
  FROM holds h JOIN digests g ON g.digest_id = h.digest_id
  JOIN alerts a ON a.alert_id = h.alert_id JOIN items i ON i.item_id = a.item_id
  WHERE EXISTS (SELECT 1 FROM conversations c JOIN deliveries d USING (conversation_id)
                WHERE c.subject = 'digest:' || g.kind || ':' || g.day AND d.state = 'sent')
"""
CONFIRMED = """
  SELECT covers_from, covers_to FROM digests g WHERE kind <> 'quiet' AND EXISTS
    (SELECT 1 FROM conversations c JOIN deliveries d USING (conversation_id)
     WHERE c.subject = 'digest:' || g.kind || ':' || g.day AND d.state = 'sent')
  ORDER BY covers_to
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its articles, so that no run has to read them again."""
    desk = Desk(tmp_path_factory.mktemp("template"))

    async def fill() -> None:
        await desk.open()
        await desk.close()

    asyncio.run(fill())
    return desk.directory


quiets = st.one_of(
    st.none(),
    st.builds(
        lambda start, length: Quiet(start, (start + length) % 1440),
        st.integers(0, 1439),
        st.integers(1, 16 * 60),
    ),
)


# A stream takes a sixth of a second: one that fails is shown as it is.
@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.sampled_from(NIGHTS), st.integers(0, 1439), quiets, events)
def test_every_hold_is_in_one_digest_that_somebody_got(
    template: Path,
    night: tuple[str, date],
    at: int,
    quiet: Quiet | None,
    happened: Sequence[tuple[str, Any]],
) -> None:
    """Whatever happens, in whatever order: one digest a local day, each hold in exactly one that
    was accepted, and the times that those cover touch one another without a gap."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(template, directory, dirs_exist_ok=True)
            zone = night[0]
            quiet_there = quiet and replace(quiet, timezone=zone)
            begin = int(datetime.combine(night[1], time(), UTC).timestamp() * 1000) - 2 * DAY
            desk = await Desk(Path(directory), zone, at, quiet_there, begin).open()
            await desk.tick()
            through = Run(desk)
            for word, value in happened:
                await through.do(word, value)
            await through.end()
            days = await desk.days()
            assert len(days) == len(set(days))
            covered = [(row["covers_from"], row["covers_to"]) for row in await desk.rows(CONFIRMED)]
            assert [end for _, end in covered[:-1]] == [begin for begin, _ in covered[1:]]
            await desk.close()

    asyncio.run(run())
