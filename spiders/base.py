"""What all spiders share: leased work, the follow-up to article pages, one `Polled` per unit.

A spider runs over a batch that the daemon leased (`work`), or over one source by hand:
`-a source=ID`, `-a url=URL`; `-a dry_run=1` leases and writes nothing, `-a alert=1` lets an
address that is in no file tell what it finds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response as ScrapyResponse

from monitor import byhand, poll
from monitor.engine import Engine
from monitor.errors import FetchError, FetchReason, WirewatchError
from monitor.ingest import Ingested
from monitor.model import DueSource, Polled, Response, WantedBody
from monitor.net.client import Ask
from monitor.settings import Source

log = logging.getLogger("wirewatch.spider")

Yielded = Polled | scrapy.Request
Together = tuple[Polled, ...]
ReadPage = Callable[[DueSource, Response], AsyncIterator[Yielded]]


class WirewatchSpider(scrapy.Spider):
    """Base of ours: a kind of source is a `name` and a `begin`."""

    engine: Engine

    def __init__(
        self,
        *,
        work: byhand.Work | None = None,
        engine: Engine | None = None,
        exit_codes: list[int] | None = None,
        **arguments: str,
    ) -> None:
        super().__init__(self.name)
        self._work = work
        self._given = engine
        self._byhand: byhand.Session | None = None
        self._exit_codes = exit_codes if exit_codes is not None else []
        self._arguments = arguments
        self._open_units = 0
        self._known: dict[str, Source] = {}  # the sources of its work
        self._takes_more = False
        self._polls: set[asyncio.Task[None]] = set()
        self._ready: asyncio.Queue[Yielded | None] = asyncio.Queue()  # None: a unit has ended

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        spider = super().from_crawler(crawler, *args, **kwargs)
        # A callback that broke yields no `Polled`; its unit must end all the same.
        crawler.signals.connect(spider.end_unit, scrapy.signals.spider_error)
        return spider

    async def begin(self, due: DueSource) -> AsyncIterator[Yielded]:
        """Requests or the `Polled` of one source; exactly one `Polled` in the end."""
        raise NotImplementedError
        yield

    async def start(self) -> AsyncIterator[Together | scrapy.Request]:
        try:
            work = await self._begin()
        except WirewatchError as error:
            self._exit_codes.append(byhand.exit_code(error))
            log.error("%s", error)
            return
        self._takes_more = bool(work.sources)
        self._begin_polls(work.sources)
        async for yielded in self._until_ended():
            yield yielded
        self._takes_more = False
        bodies = work.bodies or await self._claim_bodies(self._known)
        while bodies:
            for wanted in bodies:
                yield self._article_request(wanted)
            async for yielded in self._until_ended():
                yield yielded
            bodies = await self._claim_bodies(self._known)

    def take_on(self, dues: Sequence[DueSource]) -> bool:
        """Poll these as well, as a crawl costs as much as several polls.  False: it polls none any
        more, or not yet."""
        engine = self.crawler.engine
        if not self._takes_more or engine is None or not engine.running:
            return False
        self._begin_polls(dues)
        return True

    def request(self, due: DueSource, ask: Ask, read: ReadPage) -> scrapy.Request:
        """A page of a source; `read` gets the answer, a failure is the source's outcome."""
        return scrapy.Request(
            ask.url, callback=self._read_page, errback=_as_outcome, dont_filter=True,
            meta={"ask": ask}, cb_kwargs={"work": due, "read": read},
        )  # fmt: skip

    @property
    def tools(self) -> poll.Tools:
        return poll.Tools(self.engine.client, self.engine.workers, self.engine.clock)

    def now(self) -> int:
        return self.engine.clock()

    def note(self, polled: Polled, ingested: Ingested) -> None:
        """Called by the pipeline after COMMIT."""
        if self._byhand is not None:
            self._byhand.note(polled, ingested)

    def end_unit(self) -> None:
        """Called by the pipeline when one unit of work has had its `Polled`."""
        self._open_units -= 1
        self._ready.put_nowait(None)

    async def close_engine(self) -> None:
        if self._byhand is not None:
            self._exit_codes.append(self._byhand.report())
            await self._byhand.close()

    async def _begin(self) -> byhand.Work:
        if self._work is not None and self._given is not None:
            self.engine = self._given
            return self._work
        self._byhand = byhand.Session(self.name or "", self._arguments)
        self.engine = self._byhand.engine
        return await self._byhand.claim()

    def _begin_polls(self, dues: Sequence[DueSource]) -> None:
        """All at once: a slow one holds up nobody."""
        self._known |= {due.source.id: due.source for due in dues}
        self._open_units += len(dues)
        for due in dues:
            task = asyncio.ensure_future(self._poll(due))
            self._polls.add(task)
            task.add_done_callback(self._polls.discard)

    async def _until_ended(self) -> AsyncIterator[Together | scrapy.Request]:
        """What comes of the units that are open, until all have ended: what came at once together,
        as to pass on one thing costs Scrapy as much as many."""
        while self._open_units > 0:
            came = [await self._ready.get()]
            while not self._ready.empty():
                came.append(self._ready.get_nowait())
            if polled := tuple(one for one in came if isinstance(one, Polled)):
                yield polled
            for one in came:
                if isinstance(one, scrapy.Request):
                    yield one

    async def _poll(self, due: DueSource) -> None:
        try:
            async for yielded in self.begin(due):
                self._ready.put_nowait(yielded)
        except Exception as error:  # noqa: BLE001 - its source must show as failing
            self._ready.put_nowait(_broke(due, error))

    async def _claim_bodies(self, known: Mapping[str, Source]) -> list[WantedBody]:
        if not known or self.crawler.engine is None or not self.crawler.engine.running:
            return []
        limit = self.engine.config.settings.articles_per_poll
        return await self.engine.claim_bodies(known, limit)

    def _article_request(self, wanted: WantedBody) -> scrapy.Request:
        self._open_units += 1
        ask = poll.ask_for(wanted)
        return scrapy.Request(
            ask.url, callback=self._read_article, errback=_as_outcome, dont_filter=True,
            meta={"ask": ask}, cb_kwargs={"work": wanted},
        )  # fmt: skip

    async def _read_page(
        self, response: ScrapyResponse, work: DueSource, read: ReadPage
    ) -> AsyncIterator[Yielded]:
        try:
            async for yielded in read(work, response.meta["answer"]):
                yield yielded
        except Exception as error:  # noqa: BLE001 - as above
            yield _broke(work, error)

    async def _read_article(
        self, response: ScrapyResponse, work: WantedBody
    ) -> AsyncIterator[Yielded]:
        try:
            yield await poll.read_article(self.tools, work, response.meta["answer"])
        except Exception as error:  # noqa: BLE001 - as above
            yield _broke(work, error)


def _broke(work: DueSource | WantedBody, error: Exception) -> Polled:
    """A mistake of ours is an outcome, too: what stays leased without a word is not seen."""
    subject = work.source.id if isinstance(work, DueSource) else work.url
    log.error("poll.broke %s", subject, exc_info=error)
    return poll.broke(work, error)


def _as_outcome(failure: Any) -> Polled:  # noqa: ANN401 - twisted's Failure
    """The errback's edge: whatever went wrong with a request is an outcome of its work."""
    error = failure.value
    work = failure.request.cb_kwargs["work"]
    if not isinstance(error, FetchError):
        log.error("fetch.broke url=%s", failure.request.url, exc_info=error)
        error = FetchError(FetchReason.PROTOCOL, f"{type(error).__name__}: {error}")
    return poll.failed(work, error)
