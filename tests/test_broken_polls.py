"""A poll that breaks in our own handling, on its way from the spider to the pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy.http import Response as ScrapyResponse

from monitor.byhand import Work
from monitor.engine import Engine
from monitor.model import DueSource, Outcome, OutcomeKind, Polled, Response, WantedBody
from spiders.base import Yielded
from spiders.feed import FeedSpider
from spiders.page import PageSpider
from world import BRIEF, WIRE, config

OTHER = replace(BRIEF, id="other", url="https://other.example/feed.xml")
CITY = replace(BRIEF, id="city", kind="page", url="https://city.example/")
NOT_MODIFIED = Response(BRIEF.url, 304, {}, b"")
BROKE = Outcome(OutcomeKind.FAILED, reason="broke", detail="KeyError: 'x'")


class Net:
    """Answers "not modified", but breaks at one address."""

    async def fetch(self, ask: Any) -> Response:
        if ask.url == BRIEF.url:
            raise KeyError("x")
        return NOT_MODIFIED

    async def close(self) -> None: ...


class Workers(Net):
    """Break whatever they are given to read."""

    async def run(self, *_: Any, **__: Any) -> Any:
        raise KeyError("x")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    opened = Engine(config(tmp_path), "test")
    await opened.workers.close()
    opened.client, opened.workers = Net(), Workers()  # type: ignore[assignment]
    yield opened
    await opened.close()


async def yielded(spider: Any, most: int) -> list[Yielded]:
    """What comes first of a spider; it would wait for the pipeline then."""
    start = spider.start()
    found: list[Yielded] = []
    async with asyncio.timeout(5):
        while len(found) < most:
            came = await anext(start)
            found.extend(came if isinstance(came, tuple) else (came,))
    await start.aclose()
    return found


async def called_back(request: Yielded) -> list[Yielded]:
    """What a request's callback makes of a page."""
    assert isinstance(request, scrapy.Request)
    answer = Response(request.url, 200, {}, b"<html>")
    request.meta["answer"] = answer
    came = ScrapyResponse(request.url, body=answer.body, request=request)
    return [one async for one in request.callback(came, **request.cb_kwargs)]  # type: ignore[misc]


async def test_a_poll_that_breaks_in_the_spider_has_failed(engine: Engine) -> None:
    """Its neighbours in the batch are polled all the same."""
    broken, sound = DueSource(BRIEF, "a"), DueSource(OTHER, "b", etag="x", baseline=False)
    found = await yielded(FeedSpider(work=Work((broken, sound)), engine=engine), 2)
    assert Polled(BROKE, due=broken) in found
    assert Polled(Outcome(OutcomeKind.NOT_MODIFIED, status=304), due=sound) in found


async def test_a_section_page_that_breaks_in_its_callback_has_failed(engine: Engine) -> None:
    """Else it would stay leased, with no word of why."""
    due = DueSource(CITY, "a")
    (request,) = await yielded(PageSpider(work=Work((due,)), engine=engine), 1)
    assert await called_back(request) == [Polled(BROKE, due=due)]


async def test_an_article_that_breaks_in_its_callback_has_failed(engine: Engine) -> None:
    wanted = WantedBody(1, "https://wire.example/a", WIRE, 0, "a")
    (request,) = await yielded(FeedSpider(work=Work((), (wanted,)), engine=engine), 1)
    assert await called_back(request) == [Polled(BROKE, wanted=wanted)]
