"""The little newswire: two hosts of an invented network and a coastal outlet, on one port.

Publishes invented articles when told, answers with validators, and re-dates its feed at each build
as large networks do.  Requests are told apart by their Host header, so the client has to map the
names to this address (`resolve:` in `monitor.yaml`).  Misbehaving is not its business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from monitor.demo import coastal_pages, network_pages
from monitor.demo.journal import Clock, Journal, wall_clock
from monitor.demo.network_pages import SISTER, WIRE, Host, Published
from monitor.demo.stories import Story, load_tail

HOSTS = tuple(
    f"{www}{name}" for name in (WIRE.name, SISTER.name, coastal_pages.NAME) for www in ("", "www.")
)
SECTION = "SAREN WARS"
_HOUR = 3_600_000
_LIST_ITEMS = 60
_ROBOTS = "User-agent: *\nDisallow: /search/\n"
_HTML = "text/html; charset=utf-8"
_NETWORK = {host.name: host for host in (WIRE, SISTER)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets.  `kind` is listing, feed, article, robots or none."""

    kind: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Newswire:
    """The state: what is published, when the feed was built, which sections show nothing."""

    def __init__(
        self,
        stories: Iterable[Story],
        *,
        journal: Journal | None = None,
        clock: Clock = wall_clock,
        rebuild_seconds: float = 60.0,
    ) -> None:
        """`rebuild_seconds`: a feed older than this is built anew, re-dated, when asked for."""
        self._clock = clock
        self._journal = journal or Journal()
        self._rebuild_ms = int(rebuild_seconds * 1000)
        self._tail = load_tail()
        self._opened_at = self._built_at = self._changed_at = clock()
        self._empty: set[str] = set()
        self._unpublished: dict[str, Story] = {}
        self._published: dict[str, Published] = {}
        for story in stories:
            if story.hours_ago is None:
                self._unpublished[story.slug] = story
            else:
                at = self._opened_at - int(story.hours_ago * _HOUR)
                self._published[story.path] = Published(story, at)

    def publish(self, slug: str) -> Published:
        """Bring out a story that waits.  Raises KeyError when none of that slug does."""
        return self.bring_out(self._unpublished.pop(slug))

    def bring_out(self, story: Story) -> Published:
        """Publish any story now; the feed is built anew."""
        published = Published(story, self._clock())
        self._published[story.path] = published
        self.rebuild()
        self._journal.write("published", slug=story.slug, path=story.path)
        return published

    def rebuild(self) -> None:
        """Build the feed anew: every entry gets the date of this build."""
        self._built_at = self._changed_at = max(self._clock(), self._built_at + 1000)

    def show_section(self, label: str, *, empty: bool) -> None:
        """Serve a section's page without its list, or with it again."""
        (self._empty.add if empty else self._empty.discard)(label)
        self._changed_at = max(self._clock(), self._changed_at + 1000)

    def answer(self, host: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What `path` on `host` gets: a page, 304 where the validators allow it, or 404."""
        name = host.partition(":")[0].lower().removeprefix("www.")
        if path == "/robots.txt":
            return self._validated("robots", "text/plain", _ROBOTS, self._opened_at, headers)
        if name == coastal_pages.NAME:
            return self._coastal(path, headers)
        if name in _NETWORK:
            return self._network(_NETWORK[name], path, headers)
        return Answer("none", 404)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.respond)
        return app

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; its line in the journal is there before the answer goes out."""
        answer = self.answer(request.host, request.path, request.headers)
        self.note(request, answer)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    def note(self, request: web.Request, answer: Answer) -> None:
        self._journal.write(
            "request",
            kind=answer.kind,
            host=request.host,
            path=request.path,
            if_none_match=request.headers.get("If-None-Match"),
            if_modified_since=request.headers.get("If-Modified-Since"),
            status=answer.status,
        )

    def _network(self, host: Host, path: str, headers: Mapping[str, str]) -> Answer:
        shelf = self._shelf("wire")
        if path in ("/", "/index.html"):
            page = network_pages.front_page(host, shelf)
            return self._validated("listing", _HTML, page, self._changed_at, headers)
        if path == host.feed_path:
            return self._feed(host, shelf, headers)
        if path in self._published:
            one = self._published[path]
            page = network_pages.article_page(host, one, self._tail)
            return self._validated("article", _HTML, page, one.at, headers)
        for label in {one.story.section for one in shelf}:
            if path == network_pages.section_path(label):
                listed = [one for one in shelf if one.story.section == label]
                shown = [] if label in self._empty else listed[:_LIST_ITEMS]
                page = network_pages.section_page(host, label, shown)
                return self._validated("listing", _HTML, page, self._changed_at, headers)
        return Answer("none", 404)

    def _feed(self, host: Host, shelf: list[Published], headers: Mapping[str, str]) -> Answer:
        if self._clock() - self._built_at >= self._rebuild_ms:
            self.rebuild()
        document = network_pages.rss(host, shelf, self._built_at)
        return self._validated("feed", "text/xml", document, self._built_at, headers)

    def _coastal(self, path: str, headers: Mapping[str, str]) -> Answer:
        shelf = self._shelf("coastal")
        if path == "/":
            page = coastal_pages.front_page(shelf)
            return self._validated("listing", _HTML, page, self._changed_at, headers)
        if path == coastal_pages.FEED_PATH:
            document = coastal_pages.atom(shelf)
            kind = "application/atom+xml; charset=utf-8"
            return self._validated("feed", kind, document, self._changed_at, headers)
        if path in self._published:
            one = self._published[path]
            return self._validated(
                "article", _HTML, coastal_pages.article_page(one), one.at, headers
            )
        return Answer("none", 404)

    def _shelf(self, outlet: str) -> list[Published]:
        """The outlet's published stories, newest first."""
        mine = [one for one in self._published.values() if one.story.outlet == outlet]
        return sorted(mine, key=lambda one: one.at, reverse=True)

    @staticmethod
    def _validated(
        kind: str, content_type: str, text: str, modified_at: int, headers: Mapping[str, str]
    ) -> Answer:
        body = text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        modified = datetime.fromtimestamp(modified_at // 1000, UTC)
        validators = {"ETag": etag, "Last-Modified": format_datetime(modified, usegmt=True)}
        if _fresh(headers, etag, modified):
            return Answer(kind, 304, headers=validators)
        return Answer(kind, 200, body, {**validators, "Content-Type": content_type})


async def open_newswire(app: web.Application, port: int = 0) -> tuple[web.AppRunner, int]:
    """Listen on 127.0.0.1; gives the runner to `cleanup()` and the port."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    return runner, int(runner.addresses[0][1])


def _fresh(headers: Mapping[str, str], etag: str, modified: datetime) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only without If-None-Match."""
    known = headers.get("If-None-Match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return etag in tags or "*" in tags
    try:
        return parsedate_to_datetime(headers["If-Modified-Since"]) >= modified
    except (KeyError, ValueError, TypeError):
        return False
