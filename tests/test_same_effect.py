"""`scrapy crawl` by hand and the daemon leave the same database behind."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from monitor.demo.slack_sink import SlackSink
from tests.rig.until import until
from tests.town import ARTICLE, COASTAL, SAREN, Town, town
from tests.world import NOON

# What may differ: ids count arrivals, times are times, leases come and go.
LEFT_OUT = ("_id", "_at", "doc")  # doc: an id, in the index
LEFT_OUT_PREFIX = "lease_"
# By what an item joined its story says the id of another.
AN_ID = re.compile(r'"item": \d+')

SOURCES = f"""\
defaults: {{every: 1h}}
sources:
{SAREN}
  - {{id: coastal, url: "{COASTAL}"}}
"""
ROUTES = 'channels: {room: {slack: {webhook: "${SLACK}"}}}\nops: room\n'

Round = Callable[[Town], Awaitable[None]]


async def by_hand(watched: Town) -> None:
    await watched.do("scrapy", "crawl", "spacemedia", "-a", "source=saren")
    await watched.do("scrapy", "crawl", "feed", "-a", "source=coastal")
    await watched.do("monitor.cli", "deliver", "--once")


async def by_daemon(watched: Town) -> None:
    seen = watched.ask("SELECT count(*) FROM polls")
    polled_twice = f"(SELECT count(*) FROM polls WHERE poll_id > {seen}) = 2"
    settled = (
        f"SELECT {polled_twice} AND NOT EXISTS (SELECT 1 FROM items WHERE body_state = 'wanted')"
        " AND NOT EXISTS (SELECT 1 FROM items WHERE grouped_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state <> 'sent')"
    )
    if seen:
        watched.make_due()
    daemon = await watched.start("monitor.cli", "watch")
    await until(watched.database, settled)
    daemon.send_signal(signal.SIGTERM)
    await daemon.communicate()
    assert daemon.returncode == 0


async def story(directory: Path, ports: tuple[int, int], a_round: Round) -> tuple[Town, int]:
    """First sight, then one article more; returns the town and its Slack's port."""
    slack = SlackSink()
    slack_port = await slack.start(ports[1])
    async with town(directory, SOURCES, port=ports[0], clock=lambda: NOON) as watched:
        watched.environ = {"SLACK": f"http://127.0.0.1:{slack_port}/services/T0/B0/x"}
        watched.write("routes.yaml", ROUTES)
        await a_round(watched)
        watched.wire.publish(ARTICLE)
        await a_round(watched)
    await slack.stop()
    assert len(slack.posted) == 1
    return watched, slack_port


def dump(database: Path) -> list[str]:
    """Every row of every table, without the columns that may differ."""
    with closing(sqlite3.connect(database)) as db:
        db.row_factory = sqlite3.Row
        # The index shows its words to a table of this kind alone.
        db.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, words, instance)")
        # A digest is the calendar's, which a daemon alone keeps.
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words%'"
            " AND name <> 'digests'"
        )
        tables = [*(row["name"] for row in names), "indexed"]
        lines = []
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table}"'):
                kept = [
                    f"{column}={row[column]!r}"
                    for column in row.keys()  # noqa: SIM118 - a Row iterates over its values
                    if not column.endswith(LEFT_OUT) and not column.startswith(LEFT_OUT_PREFIX)
                ]
                lines.append(AN_ID.sub('"item": _', f"{table}: {' '.join(kept)}"))
    return sorted(lines)


async def test_the_daemon_adds_nothing(tmp_path: Path) -> None:
    """The same site, crawled by hand and watched by the daemon: equal to the last byte."""
    watched, slack_port = await story(tmp_path / "daemon", (0, 0), by_daemon)
    crawled, _ = await story(tmp_path / "hand", (watched.port, slack_port), by_hand)
    lines = dump(watched.database)
    assert lines == dump(crawled.database)
    assert any("Army retakes" in line for line in lines)
