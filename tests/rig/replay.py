"""Replays recorded polls of one feed through the real spider, each at its own time.

    python -m tests.rig.replay SNAPSHOTS.tar.gz TIMELINE.json DIRECTORY

Serves one snapshot after another on loopback, crawls `feed` for each with the clock set to the
recorded time, and prints one JSON object: per poll the new items, and those of them that are told
or counted with the story they tell; and the totals stored.
A rule asks for one word of every title that was ever shown.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from monitor.crawl import reactor  # before anything that imports Twisted's default

# isort: split
import feedparser
from aiohttp import web
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings as ScrapySettings

from monitor.byhand import Work
from monitor.engine import Engine
from monitor.settings import Rule, Settings, Source
from monitor.text import fold
from tests.world import AT_ONCE, config

PORTS = "127.0.0.0/8"


@dataclass
class Recording:
    """What was served at each poll, and what came of it."""

    times: list[int]
    bodies: list[bytes]
    now: int = 0
    body: bytes = b""
    new: list[int] = field(default_factory=list)
    alerts: list[int] = field(default_factory=list)

    def titles(self) -> set[str]:
        return {entry.title for body in self.bodies for entry in feedparser.parse(body).entries}


def load(snapshots: Path, timeline: Path) -> Recording:
    rows = json.loads(timeline.read_text())
    with tarfile.open(snapshots) as archive:
        bodies = [archive.extractfile(row["file"]).read() for row in rows]
    times = [datetime.strptime(row["time"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for row in rows]
    return Recording([int(time.timestamp() * 1000) for time in times], bodies)


def one_word_each(titles: set[str]) -> Rule:
    """A rule that says yes to every title: its longest word, quoted."""
    words = {max(fold(title).split(), key=lambda w: (w.isalpha(), len(w))) for title in titles}
    return Rule("all", " OR ".join(f'"{word}"' for word in sorted(words)), version="1")


async def replay(recording: Recording, directory: Path, process: AsyncCrawlerProcess) -> dict:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=recording.body, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/feed.xml", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    source = Source("network", "feed", f"http://127.0.0.1:{port}/feed.xml", article=False)
    plan = config(
        directory,
        watched=[source],
        rules=[one_word_each(recording.titles())],
        settings=Settings(directory / "replay.db", allow=(PORTS,), delay_seconds=0, pace=AT_ONCE),
    )
    engine = Engine(plan, "replay", clock=lambda: recording.now)
    await engine.adopt(engine.ingest.plan)
    for now, body in zip(recording.times, recording.bodies, strict=True):
        recording.now, recording.body = now, body
        before = await _counts(engine)
        due = await engine.claim_source(source)
        await process.crawl("feed", work=Work((due,)), engine=engine)
        after = await _counts(engine)
        recording.new.append(after[0] - before[0])
        recording.alerts.append(after[1] - before[1])
    items, _ = await _counts(engine)
    alerts = await engine.store.read(lambda tx: tx.value("SELECT count(*) FROM alerts"))
    await engine.close()
    await runner.cleanup()
    return {"items": items, "alerts": alerts, "new": recording.new, "told": recording.alerts}


async def _counts(engine: Engine) -> tuple[int, int]:
    return await engine.store.read(
        lambda tx: (
            tx.value("SELECT count(*) FROM items WHERE merged_into_id IS NULL"),
            tx.value("SELECT count(DISTINCT item_id) FROM matches WHERE verdict <> 'baseline'"),
        )
    )


def main() -> None:
    snapshots, timeline, directory = (Path(argument) for argument in sys.argv[1:4])
    settings = ScrapySettings()
    settings.setmodule("monitor.crawl.settings", priority="project")
    process = AsyncCrawlerProcess(settings, install_root_handler=False)

    async def run() -> None:
        try:
            done = await replay(load(snapshots, timeline), directory, process)
            sys.stdout.write(json.dumps(done) + "\n")
        finally:
            reactor.stop()

    task = asyncio.ensure_future(run())
    process.start(stop_after_crawl=False)
    task.result()


if __name__ == "__main__":
    main()
