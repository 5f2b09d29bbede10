"""Good sites and bad ones behind one port, told apart by the host asked for, as a process.

    python -m tests.rig.bad_sites --journal FILE [--port 0]

The host `slow.test`, or `slow-7.test` for a seventh of the kind, behaves as `slow` in `BEHAVIOURS`.
Every request is in the journal before it is answered.  Obeys no command.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from aiohttp import web

from monitor.demo.journal import Journal
from tests.rig.faults import bomb

_SHOWN = 20  # entries of a feed or a section page
_STORY = "<p>The harbour office counted the ferries again, and found one more than before.</p>" * 8
_RSS = '<rss version="2.0"><channel><title>{0}</title>{1}</channel></rss>'


class Sites:
    """Each good feed or page brings one more article every time that it is asked for."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._asked: Counter[str] = Counter()

    async def respond(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        self._journal.write("request", host=host, path=request.path)
        if request.path == "/robots.txt":
            return web.Response(status=404)
        self._asked[request.host] += not request.path.startswith("/a/")
        behaviour = host.partition(".")[0].partition("-")[0]
        with contextlib.suppress(ConnectionError):
            return await BEHAVIOURS[behaviour](self, request)
        return web.Response()  # the other side has gone

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """What is right: a feed, and the articles that it names."""
        if request.path.startswith("/a/"):
            return _html(f"<html><body><h1>{request.path}</h1>{_STORY}</body></html>")
        # dull-7.test names articles of slow-7.test
        place = request.host.replace("dull", "slow")
        entries = (
            f"<item><title>Ferry count {n}</title><link>http://{place}/a/{n}</link></item>"
            for n in self._numbers(request)
        )
        return _xml(_RSS.format("Ferries", "".join(entries)))

    async def page(self, request: web.Request) -> web.StreamResponse:
        """What is right: a section page."""
        links = (f'<p class="e"><a href="/a/{n}">Count {n}</a></p>' for n in self._numbers(request))
        return _html(f"<html><body>{''.join(links)}</body></html>")

    async def slow(self, request: web.Request) -> web.StreamResponse:
        """A byte a second, and never the last one."""
        return await _pour(request, b" ", pause_seconds=1.0)

    async def endless(self, request: web.Request) -> web.StreamResponse:
        return await _pour(request, b"<p>and so on</p>\n" * 1000, pause_seconds=0.0)

    async def bomb(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb(), headers={"Content-Encoding": "gzip"})

    async def html(self, request: web.Request) -> web.StreamResponse:
        return _html("<html><head><title>One moment</title></head><body>Checking.</body></html>")

    async def hang(self, request: web.Request) -> web.StreamResponse:
        return _xml(_hanging())

    async def swell(self, request: web.Request) -> web.StreamResponse:
        return web.Response(
            body=_swelling(), headers={"Content-Encoding": "gzip", "Content-Type": "text/xml"}
        )

    async def cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = 10_000
        await response.prepare(request)
        await response.write(b"<rss>" * 1000)
        assert request.transport is not None
        request.transport.close()
        return response

    async def circle(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/back" if request.path != "/back" else "/forth")

    async def busy(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=500, headers={"Retry-After": "3600"})

    async def late(self, request: web.Request) -> web.StreamResponse:
        """A good feed after 5 to 25 seconds, each of the kind after another time."""
        number = int(request.host.partition(".")[0].partition("-")[2])
        await asyncio.sleep(5 + number * 7 % 20)
        return await self.feed(request)

    async def dull(self, request: web.Request) -> web.StreamResponse:
        """A good feed, but the host that its articles are on is a slow one."""
        return await self.feed(request)

    def _numbers(self, request: web.Request) -> range:
        newest = self._asked[request.host]
        return range(newest, max(0, newest - _SHOWN), -1)


Behaviour = Callable[[Sites, web.Request], Awaitable[web.StreamResponse]]

BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.__name__: behaviour
    for behaviour in (
        *(Sites.feed, Sites.page, Sites.slow, Sites.endless, Sites.bomb, Sites.html, Sites.hang),
        *(Sites.swell, Sites.cut, Sites.circle, Sites.busy, Sites.late, Sites.dull),
    )
}


@cache
def _hanging() -> str:
    """feedparser is quadratic in attributes: 25,000 take it 10 s, these 40 s.  The
    doctype is why it is asked at all."""
    attributes = " ".join(f'a{n}=""' for n in range(50_000))
    entry = f"<item><description {attributes}>x</description></item>"
    return _RSS.format("Hang", entry).replace("<rss", "<!DOCTYPE rss>\n<rss", 1)


@cache
def _swelling() -> bytes:
    """Entries that are never closed: 9.6 MB that take feedparser 600 MB within 9 s."""
    return gzip.compress(_RSS.format("Swell", "<item>" * 1_600_000).encode())


async def _pour(request: web.Request, piece: bytes, pause_seconds: float) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(piece)
        await asyncio.sleep(pause_seconds)


def _xml(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/rss+xml")


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


async def serve(journal: Path, port: int) -> None:
    """Run until the process is ended from outside."""
    app = web.Application()
    app.router.add_get("/{path:.*}", Sites(Journal(journal)).respond)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"port {runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rig.bad_sites", description=__doc__)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    words = parser.parse_args()
    asyncio.run(serve(words.journal, words.port))


if __name__ == "__main__":
    main()
