"""The canary's publisher: a feed and one article, served on loopback for one flight.

Speaks as much HTTP as that takes.  Nothing outside of this machine can reach it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from email.utils import formatdate

HOST = "canary.invalid"  # RFC 2606: nobody's
LOOPBACK = "127.0.0.1"
FEED_URL = f"http://{HOST}/feed.xml"
ARTICLE_URL = f"http://{HOST}/reports/the-canary-sings.html"
# What the rule looks for stands in the article and not in the feed, as it often does.
SENTENCE = "the yellow canary sings at the bottom of the shaft"
_LONGEST_HEAD_SECONDS = 10.0

_FEED = """\
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>The canary</title><link>http://{host}/</link>
<description>Made up</description>
<item><title>The canary was sent out</title><link>{url}</link>
<guid isPermaLink="false">{at}</guid><pubDate>{date}</pubDate>
<description>A made-up article, to see that the way is open.</description></item>
</channel></rss>
"""
_ARTICLE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The canary was sent out</title></head>
<body><article><h1>The canary was sent out</h1>
<p>This article is made up. It was written by a program that watches the news, to see whether an
article still finds its way from a publisher to the people who wait for it.</p>
<p>Nothing has happened here, and nobody is told of it. Miners took a small bird along because it
falls silent before they would notice anything, and whoever hears it need not ask.</p>
<p>All is well as long as {sentence}, where it was taken this morning in a cage of wire.</p>
<p>Whoever reads this in a message has found a mistake, and would do well to report it.</p>
</article></body></html>
"""


def pages(now: int) -> dict[str, tuple[str, bytes]]:
    """Path to content type and body; a new article each time."""
    feed = _FEED.format(
        host=HOST, url=ARTICLE_URL, at=now, date=formatdate(now / 1000, usegmt=True)
    )
    article = _ARTICLE.format(sentence=SENTENCE)
    return {
        "/feed.xml": ("application/rss+xml; charset=utf-8", feed.encode()),
        "/reports/the-canary-sings.html": ("text/html; charset=utf-8", article.encode()),
    }


@asynccontextmanager
async def serve(shown: Mapping[str, tuple[str, bytes]]) -> AsyncIterator[int]:
    """Answer for these pages, 404 for any other; yields the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(
            OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError
        ):
            async with asyncio.timeout(_LONGEST_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            _, _, asked = head.decode("ascii", "replace").partition(" ")
            writer.write(_response(shown.get(asked.partition(" ")[0])))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


def _response(page: tuple[str, bytes] | None) -> bytes:
    status, (kind, body) = ("200 OK", page) if page else ("404 Not Found", ("text/plain", b""))
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
