"""`page`: a section page, read by the selectors in its source's YAML."""

from __future__ import annotations

from collections.abc import AsyncIterator

from monitor import poll
from monitor.model import DueSource, Response
from spiders.base import WirewatchSpider, Yielded


class PageSpider(WirewatchSpider):
    name = "page"

    async def begin(self, due: DueSource) -> AsyncIterator[Yielded]:
        yield self.request(due, poll.ask_for(due), self.read)

    async def read(self, due: DueSource, response: Response) -> AsyncIterator[Yielded]:
        yield await poll.read_listing(self.tools, due, response)
