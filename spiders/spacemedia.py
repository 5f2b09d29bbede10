"""`spacemedia`: a section of the Space Media Network, such as IRAQ WARS, found by its label.

The front page names the section's own page; where no link bears the label, the articles of the
front page and of the network's feed are candidates, told once their own page says the section.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from monitor import poll
from monitor.errors import FetchError, ReadError, ReadReason
from monitor.model import DueSource, Item, Outcome, OutcomeKind, Polled, Response
from monitor.publishers import spacemedia
from monitor.publishers.spacemedia import SectionPage
from spiders.base import WirewatchSpider, Yielded


class SpaceMediaSpider(WirewatchSpider):
    name = "spacemedia"

    async def begin(self, due: DueSource) -> AsyncIterator[Yielded]:
        if due.source.section is None:
            yield self.request(due, poll.ask_for(due), self.read_list)
        else:
            # The front page is only the way to the section: a 304 would hide that it moved.
            ask = replace(poll.ask_for(due), etag=None, last_modified=None)
            yield self.request(due, ask, self.find_section)

    async def find_section(self, due: DueSource, response: Response) -> AsyncIterator[Yielded]:
        """On the front page: go to the section's page, or make do with candidates."""
        read = await self._read(due, response, poll.judge_answer(response, None, self.now()))
        if isinstance(read, Polled):
            yield read
            return
        outcome, page = read
        if page.section_url is not None and page.section_url != response.url:
            ask = replace(poll.ask_for(due), url=page.section_url)
            yield self.request(due, ask, self.read_list)
        else:
            yield await self._candidates(due, outcome, page.items)

    async def read_list(self, due: DueSource, response: Response) -> AsyncIterator[Yielded]:
        """On the page that lists what is watched: all its articles are of it."""
        read = await self._read(due, response, poll.judge_answer(response, due, self.now()))
        if isinstance(read, Polled):
            yield read
            return
        outcome, page = read
        yield self._listed(due, outcome, poll.items_of_section(page.items, due.source.section))

    async def _read(
        self, due: DueSource, response: Response, outcome: Outcome
    ) -> tuple[Outcome, SectionPage] | Polled:
        """The page with its outcome; or, where there is nothing to read, the poll's end."""
        if outcome.kind is not OutcomeKind.OK:
            return Polled(outcome, due=due)
        try:
            return outcome, await self._find(due, response)
        except ReadError as error:
            return poll.failed(due, error)

    async def _find(self, due: DueSource, response: Response) -> SectionPage:
        try:
            return await poll.read_section(self.tools, due, response, due.source.section)
        except ReadError as error:
            if error.reason is not ReadReason.NO_SECTION:
                raise
            return await poll.read_section(self.tools, due, response, None)

    async def _candidates(
        self, due: DueSource, outcome: Outcome, items: tuple[Item, ...]
    ) -> Polled:
        try:
            ask = replace(poll.ask_for(due), url=spacemedia.feed_url(due.source.url))
            answer = await self.engine.client.fetch(replace(ask, etag=None, last_modified=None))
            items += (await poll.read_feed(self.tools, due, answer)).items
        except (FetchError, ReadError) as error:
            self.logger.warning("section.feed_failed source=%s %s", due.source.id, error.detail)
        said = f"no link to {due.source.section!r}: taken from the front page and feed by label"
        # Without validators: they would be those of another page than the section's.
        plain = replace(outcome, detail=said, etag=None, last_modified=None, body_hash=None)
        return self._listed(due, plain, items)

    def _listed(self, due: DueSource, outcome: Outcome, items: tuple[Item, ...]) -> Polled:
        if items:
            return Polled(outcome, items, due=due)
        return poll.failed(due, ReadError(ReadReason.NO_LIST, "no list of articles recognised"))
