"""One crawl: what it takes on while it runs, and what it hands on together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.byhand import Work
from monitor.crawl.pipeline import IngestPipeline
from monitor.engine import Engine
from monitor.model import DueSource, Outcome, OutcomeKind, Polled, Response
from monitor.plan import Plan
from monitor.store import sources
from spiders.feed import FeedSpider
from world import BRIEF, WIRE, config, item

OTHER = replace(BRIEF, id="other", url="https://other.example/feed.xml")
UNCHANGED = Outcome(OutcomeKind.NOT_MODIFIED, status=304)


class Net:
    """Answers "not modified"."""

    async def fetch(self, ask: Any) -> Response:
        return Response(ask.url, 304, {}, b"")

    async def close(self) -> None: ...


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    opened = Engine(config(tmp_path, watched=(WIRE, BRIEF, OTHER)), "test")
    opened.client = Net()  # type: ignore[assignment]
    await opened.adopt(Plan.of(opened.config))
    yield opened
    await opened.close()


async def claim(engine: Engine, *names: str) -> tuple[DueSource, ...]:
    known = {source.id: source for source in engine.config.sources}
    dues = [await engine.claim_source(known[name]) for name in names]
    return tuple(replace(due, etag="x", baseline=False) for due in dues)


def spider_of(engine: Engine, *dues: DueSource) -> Any:
    """A spider in a crawl that runs."""
    spider: Any = FeedSpider(work=Work(dues), engine=engine)
    spider.engine = engine
    spider.crawler = SimpleNamespace(engine=SimpleNamespace(running=True), spider=spider)
    return spider


async def test_what_comes_at_once_is_handed_on_together(engine: Engine) -> None:
    dues = await claim(engine, "brief", "other")
    start = spider_of(engine, *dues).start()
    assert await anext(start) == tuple(Polled(UNCHANGED, due=due) for due in dues)
    await start.aclose()


async def test_a_crawl_takes_on_more_until_its_last_unit_has_ended(engine: Engine) -> None:
    """Handed on is not ended: that a unit is when it is stored."""
    first, second, third = await claim(engine, "brief", "other", "wire")
    spider = spider_of(engine, first)
    assert not spider.take_on([second])  # it has not begun
    start = spider.start()
    assert await anext(start) == (Polled(UNCHANGED, due=first),)
    assert spider.take_on([second])
    spider.end_unit()
    assert await anext(start) == (Polled(UNCHANGED, due=second),)
    spider.end_unit()
    with pytest.raises(StopAsyncIteration):
        await anext(start)
    assert not spider.take_on([third])


async def test_a_crawl_that_is_stopped_takes_on_nothing(engine: Engine) -> None:
    """Its sources would stay leased, and nobody would poll them."""
    first, second = await claim(engine, "brief", "other")
    spider = spider_of(engine, first)
    start = spider.start()
    await anext(start)
    spider.crawler.engine.running = False
    assert not spider.take_on([second])
    await start.aclose()


async def test_one_that_breaks_keeps_none_of_its_neighbours_back(engine: Engine) -> None:
    """Of what came at once: the others are stored, this one has failed."""
    broken, sound = await claim(engine, "brief", "wire")
    refuse = """CREATE TRIGGER refuse BEFORE INSERT ON items WHEN new.source_id = 'brief'
                BEGIN SELECT RAISE(ABORT, 'no'); END"""
    await engine.store.write(lambda tx: tx.run(refuse))
    pipeline = IngestPipeline(spider_of(engine).crawler)
    came = tuple(
        Polled(Outcome(OutcomeKind.OK, status=200), (item(due.source.id),), due=due)
        for due in (broken, sound)
    )
    with pytest.raises(Exception, match="the database refused a change"):
        await pipeline.process_item(came)
    rows = [await engine.store.read(lambda tx, n=n: sources.row(tx, n)) for n in ("brief", "wire")]
    assert [row["failures"] for row in rows] == [1, 0]
    assert [row["lease_until"] for row in rows] == [None, None]
