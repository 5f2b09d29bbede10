"""`extract` and `parse-feed`: one document from a file or an address, read in a worker.

Uses the configuration's network settings where there is one, and does without.  Stores nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from monitor import asjson, config, feeds
from monitor import extract as articles
from monitor.cli import out, place
from monitor.cli.base import Call
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.errors import FetchError, FetchReason, ReadError, ReadReason
from monitor.feeds import has_page
from monitor.model import Feed, Item, Response
from monitor.net.client import Ask, Client
from monitor.net.hosts import RobotsCopy
from monitor.poll import READ_SECONDS
from monitor.settings import Settings
from monitor.workers import Workers

T = TypeVar("T")

LARGEST_BYTES = 50 * 1024 * 1024
_SCHEMES = ("http://", "https://")


def extract(call: Call, document: str, url: str | None) -> None:
    item = asyncio.run(_read(call, document, url, _article))
    if call.as_json:
        out.emit(asjson.article(item))
    else:
        _show_article(item)


def parse_feed(call: Call, document: str, url: str | None) -> None:
    feed = asyncio.run(_read(call, document, url, _feed))
    if call.as_json:
        out.emit(feeds.to_json(feed))
    else:
        _show_feed(feed)


def _article(response: Response) -> Item:
    return articles.article(response.body, url=response.url, content_type=response.content_type)


def _feed(response: Response) -> Feed:
    return feeds.parse(
        response.body, url=response.url, content_type=response.content_type, timezone="UTC"
    )


async def _read(call: Call, document: str, url: str | None, read: Callable[[Response], T]) -> T:
    if document.lower().startswith(_SCHEMES):
        response = await _fetch(_settings(call), document)
    else:
        response = _load(Path(document), url)
    workers = Workers(1)
    try:
        return await workers.run(read, response, wall_seconds=READ_SECONDS)
    finally:
        await workers.close()


async def _fetch(settings: Settings, url: str) -> Response:
    """Raises FetchError, for an answer that is no success too."""
    client = Client(settings, _OwnHosts())
    try:
        response = await client.fetch(Ask(url))
    finally:
        await client.close()
    if response.status != 200:
        detail = f"{url} answered {response.status}"
        raise FetchError(FetchReason.HTTP, detail, status=response.status)
    return response


def _load(path: Path, url: str | None) -> Response:
    """A file, or `-` for standard input, as if it had come from `url`.  Raises ReadError."""
    try:
        if str(path) == "-":
            body = sys.stdin.buffer.read(LARGEST_BYTES + 1)
        else:
            with path.open("rb") as file:
                body = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise ReadError(
            ReadReason.NO_ARTICLE, f"{path} cannot be read: {error.strerror}"
        ) from error
    if len(body) > LARGEST_BYTES:
        raise ReadError(ReadReason.PARSE_MEMORY, f"{path} is larger than {LARGEST_BYTES} bytes")
    return Response(url or path.absolute().as_uri(), 200, {}, body)


def _settings(call: Call) -> Settings:
    """The configuration's, where there is one."""
    there = config.may_be(place.directory(call).is_dir)
    return place.settings(call) if there or call.config is not None else Settings()


class _OwnHosts:
    """Politeness of one fetch: there is nobody to share it with."""

    async def next_slot(self, host: str, delay_ms: int, now: int) -> int:
        return now

    async def defer(self, host: str, until: int) -> None:
        return None

    async def robots(self, origin: str) -> RobotsCopy | None:
        return None

    async def keep_robots(self, origin: str, copy: RobotsCopy) -> None:
        return None


def _show_article(item: Item) -> None:
    shown = [
        ("title", item.title),
        ("byline", item.byline),
        ("place", item.place),
        ("wire", item.wire),
        ("published", item.published.iso() if item.published else None),
        ("section", item.section),
        ("language", item.lang),
        ("address", item.canonical_url or item.url),
        ("image", item.image),
    ]
    for name, text in shown:
        if text:
            out.lines(*out.hanging(f"{name:10}", text))
    for paragraph in (item.body or "").split("\n\n"):
        out.lines("", *out.wrapped(paragraph, ""))
    for side in item.side_stories:
        headline = f"Beside it: {side.headline}"
        out.lines("", *out.wrapped(headline, "    "), *out.wrapped(side.text, "    "))


def _show_feed(feed: Feed) -> None:
    out.lines(*out.wrapped(feed.title or "(no title)", ""), feed.link or "", "")
    when = When.of(Settings(), wall_clock())
    for item in feed.items:
        date = when.published(item.published)
        out.lines(*out.hanging(f"{date:13}", item.title or "(no title)"))
        out.lines(f"{'':13}{item.url}" if has_page(item) else f"{'':13}(no address)")
    skipped = f", {feed.skipped} more could not be read" if feed.skipped else ""
    out.lines("", f"{out.of(len(feed.items), 'entry')}{skipped}")
