"""Scrapy's download handler: every request of a spider goes out through `net.Client`."""

from __future__ import annotations

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Response as ScrapyResponse

from monitor.net.client import Ask


class NetHandler(BaseDownloadHandler):
    """Sends the `Ask` in `request.meta["ask"]`; our own answer travels in `request.meta["answer"]`.

    Raises FetchError, which reaches the spider's errback.
    """

    lazy = True

    async def download_request(self, request: Request) -> ScrapyResponse:
        ask = request.meta.get("ask") or Ask(url=request.url)
        spider = self.crawler.spider
        answer = await spider.engine.client.fetch(ask)  # type: ignore[union-attr]
        request.meta["answer"] = answer
        return ScrapyResponse(answer.url, status=answer.status, body=answer.body, request=request)
