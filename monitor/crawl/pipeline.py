"""The pipeline: what a spider yields is ingested, nothing else happens here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from monitor.model import Polled

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class IngestPipeline:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> IngestPipeline:
        return cls(crawler)

    async def process_item(self, item: Polled | tuple[Polled, ...]) -> object:
        """One, or what came at once."""
        came = item if isinstance(item, tuple) else (item,)
        taken = await asyncio.gather(*map(self._take_in, came), return_exceptions=True)
        errors = [error for error in taken if isinstance(error, Exception)]
        if errors:
            raise errors[0] if len(errors) == 1 else ExceptionGroup("could not be taken in", errors)
        return item

    async def _take_in(self, polled: Polled) -> None:
        spider: Any = self._crawler.spider
        try:
            ingested = await spider.engine.ingest(polled)
        # Whatever it was: its source must show as failing and not stay leased in silence.
        except Exception as error:
            await spider.engine.ingest.broke(polled, f"{type(error).__name__}: {error}")
            raise
        finally:
            spider.end_unit()
        spider.note(polled, ingested)

    async def close_spider(self) -> None:
        spider: Any = self._crawler.spider
        await spider.close_engine()
