"""`sitemap`: a sitemap or an index of some.  A few requests a poll, so it runs inside `start`."""

from __future__ import annotations

from collections.abc import AsyncIterator

from monitor import sitemap_poll
from monitor.model import DueSource
from spiders.base import WirewatchSpider, Yielded


class SitemapSpider(WirewatchSpider):
    name = "sitemap"

    async def begin(self, due: DueSource) -> AsyncIterator[Yielded]:
        yield await sitemap_poll.poll_sitemap(self.tools, due)
