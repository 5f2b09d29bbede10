"""`page`: a section page, its list told by its structure or by the selectors of its source.

Where all that the page lists is new, something may have moved on to its next pages: those are read
too, until one shows an article that is known.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from monitor import poll
from monitor.errors import FetchError, ReadError
from monitor.model import DueSource, Polled, Response
from monitor.net.client import Ask
from spiders.base import WirewatchSpider, Yielded

MOST_PAGES = 5


class PageSpider(WirewatchSpider):
    name = "page"

    async def begin(self, due: DueSource) -> AsyncIterator[Yielded]:
        yield self.request(due, poll.ask_for(due), self.read)

    async def read(self, due: DueSource, response: Response) -> AsyncIterator[Yielded]:
        polled, next_url = await poll.poll_listing(self.tools, due, response)
        if polled.items and next_url and not due.baseline:
            polled = await self._back_to_known(polled, next_url)
        yield polled

    async def _back_to_known(self, polled: Polled, next_url: str) -> Polled:
        """With the older pages of the list, as far as nothing on them is known."""
        due = polled.due
        assert due is not None
        read, problem, page = 1, "", polled
        while not await self.engine.ingest.knows_any_of(page):
            if not next_url or read == MOST_PAGES:
                problem = "older articles may have been missed"
                break
            try:
                ask = Ask(next_url, allow=due.source.allow)
                found = await poll.read_listing(self.tools, due, await poll.fetch(self.tools, ask))
            except (FetchError, ReadError) as error:
                problem = f"older articles may have been missed: page {read + 1}: {error.detail}"
                break
            read, next_url = read + 1, found.next_url or ""
            page = replace(page, items=found.items)
            polled = replace(polled, items=polled.items + found.items)
        if read == 1 and not problem:
            return polled
        said = f"all of the page was new, {read} pages read" + (f"; {problem}" if problem else "")
        return replace(polled, outcome=replace(polled.outcome, detail=said))
