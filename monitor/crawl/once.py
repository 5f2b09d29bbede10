"""One round of crawls in this process, for a command: the same spiders, until all are done.

The work is leased by who calls, inside the loop that the crawls then run in.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from scrapy.crawler import AsyncCrawlerProcess

from monitor.byhand import Work
from monitor.crawl import reactor, slim
from monitor.engine import Engine

T = TypeVar("T")


class Round:
    """Runs crawls by kind.  Used once in a process: Twisted's reactor starts no second time.

    `stopped`: somebody wants no more of it.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._process = AsyncCrawlerProcess(slim.settings())

    def run(self, job: Callable[[], Awaitable[T]]) -> T:
        """Run `job` in the loop and stop the loop; Ctrl-C and SIGTERM end its crawls early."""
        loop = asyncio.get_event_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop_crawls)
        task = asyncio.ensure_future(job(), loop=loop)
        task.add_done_callback(lambda _: reactor.stop())
        self._process.start(stop_after_crawl=False, install_signal_handlers=False)
        return task.result()

    async def crawl(self, engine: Engine, work: Mapping[str, Work]) -> None:
        """One crawl per kind of source, all at once."""
        await asyncio.gather(
            *(
                self._process.crawl(kind, work=leased, engine=engine)
                for kind, leased in work.items()
            )
        )

    def _stop_crawls(self) -> None:
        self.stopped = True
        for crawler in list(self._process.crawlers):
            if crawler.engine is not None and crawler.engine.running:
                asyncio.ensure_future(crawler.stop_async())  # noqa: RUF006 - ends with the crawl
