"""`scrapy crawl` by hand and the daemon leave the same database behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from monitor.demo.newswire import HOSTS, SECTION, Newswire
from monitor.demo.slack_sink import SlackSink
from monitor.demo.stories import load_stories
from tests.rig.until import until

REPOSITORY = Path(__file__).resolve().parent.parent
RULES = REPOSITORY / "config" / "rules.yaml"
ARTICLE = "Army_retakes_last_rebel-held_town"

# What may differ: ids count arrivals, times are times, leases come and go.
LEFT_OUT = ("_id", "_at")
LEFT_OUT_PREFIX = "lease_"

MONITOR = """\
contact: ana@desk.example
delay: 0s
allow: [127.0.0.0/8]
resolve: {{{resolve}}}
"""
SOURCES = f"""\
defaults: {{every: 1h}}
sources:
  - id: saren
    kind: spacemedia
    url: http://www.example-wire.test/
    section: {SECTION}
    hosts: [example-wire.test, sister-wire.test]
  - {{id: coastal, url: "http://coastal-press.test/feed.atom"}}
"""
ROUTES = """\
channels: {{room: {{slack: {{webhook: "${{SLACK}}"}}}}}}
ops: room
"""


@dataclass
class Town:
    """The newswire with its clock stopped, a Slack sink, and a directory to watch them from."""

    directory: Path
    ports: tuple[int, int]

    @property
    def database(self) -> Path:
        return self.directory / "wirewatch.db"

    async def run(self, *command: str) -> asyncio.subprocess.Process:
        environ = os.environ | {
            "WIREWATCH_CONFIG": str(self.directory),
            "SLACK": f"http://127.0.0.1:{self.ports[1]}/services/T0/B0/x",
        }
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command, cwd=REPOSITORY, env=environ,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def do(self, *command: str) -> None:
        assert await (await self.run(*command)).wait() == 0


Round = Callable[[Town], Awaitable[None]]


async def by_hand(town: Town) -> None:
    await town.do("scrapy", "crawl", "spacemedia", "-a", "source=saren")
    await town.do("scrapy", "crawl", "feed", "-a", "source=coastal")
    await town.do("monitor.cli", "deliver", "--once")


async def by_daemon(town: Town) -> None:
    seen = _polls(town)
    polls = f"(SELECT count(*) FROM polls WHERE poll_id > {seen}) = 2"
    settled = (
        f"SELECT {polls} AND NOT EXISTS (SELECT 1 FROM items WHERE body_state = 'wanted')"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state <> 'sent')"
    )
    if seen:
        _make_due(town)
    daemon = await town.run("monitor.cli", "watch")
    await until(town.database, settled)
    daemon.send_signal(signal.SIGTERM)
    assert await daemon.wait() == 0


def _polls(town: Town) -> int:
    if not town.database.exists():
        return 0
    with closing(sqlite3.connect(town.database)) as db:
        return int(db.execute("SELECT count(*) FROM polls").fetchone()[0])


def _make_due(town: Town) -> None:
    with closing(sqlite3.connect(town.database)) as db, db:
        db.execute("UPDATE sources SET next_poll_at = 0")


async def story(directory: Path, ports: tuple[int, int], a_round: Round) -> list[str]:
    """First sight, then one article more; returns the database as sorted lines."""
    directory.mkdir()  # noqa: ASYNC240
    wire = Newswire(load_stories(), clock=lambda: 1_763_800_000_000)
    runner = web.AppRunner(wire.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", ports[0]).start()
    slack = SlackSink()
    town = Town(directory, (int(runner.addresses[0][1]), await slack.start(ports[1])))
    resolve = ", ".join(f'{host}: "127.0.0.1:{town.ports[0]}"' for host in HOSTS)
    (directory / "monitor.yaml").write_text(MONITOR.format(resolve=resolve))
    (directory / "sources.yaml").write_text(SOURCES)
    (directory / "routes.yaml").write_text(ROUTES.format())
    shutil.copy(RULES, directory)
    try:
        await a_round(town)
        wire.publish(ARTICLE)
        await a_round(town)
    finally:
        await slack.stop()
        await runner.cleanup()
    assert len(slack.posted) == 1
    story.ports = town.ports  # type: ignore[attr-defined]
    return dump(town.database)


def dump(database: Path) -> list[str]:
    """Every row of every table, without the columns that may differ."""
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        tables = [
            row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        lines = []
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table}"'):
                kept = [
                    f"{column}={row[column]!r}"
                    for column in row.keys()  # noqa: SIM118 - a Row iterates over its values
                    if not column.endswith(LEFT_OUT) and not column.startswith(LEFT_OUT_PREFIX)
                ]
                lines.append(f"{table}: {' '.join(kept)}")
    return sorted(lines)


async def test_the_daemon_adds_nothing(tmp_path: Path) -> None:
    """The same site, crawled by hand and watched by the daemon: equal to the last byte."""
    watched = await story(tmp_path / "daemon", (0, 0), by_daemon)
    by_crawl = await story(tmp_path / "hand", story.ports, by_hand)  # type: ignore[attr-defined]
    assert watched == by_crawl
    assert any("Army retakes" in line for line in watched)
