"""The pipeline: what a spider yields is ingested, nothing else happens here."""

from __future__ import annotations

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

    async def process_item(self, item: Polled) -> Polled:
        spider: Any = self._crawler.spider
        try:
            ingested = await spider.engine.ingest(item)
        # Whatever it was: its source must show as failing and not stay leased in silence.
        except Exception as error:
            await spider.engine.ingest.broke(item, f"{type(error).__name__}: {error}")
            raise
        finally:
            spider.end_unit()
        spider.note(item, ingested)
        return item

    async def close_spider(self) -> None:
        spider: Any = self._crawler.spider
        await spider.close_engine()
