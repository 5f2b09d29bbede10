"""`feed`: RSS, RDF and Atom.  One request a poll, so it runs inside `start`."""

from __future__ import annotations

from collections.abc import AsyncIterator

from monitor import poll
from monitor.model import DueSource
from spiders.base import WirewatchSpider, Yielded


class FeedSpider(WirewatchSpider):
    name = "feed"

    async def begin(self, due: DueSource) -> AsyncIterator[Yielded]:
        yield await poll.poll_feed(self.tools, due)
