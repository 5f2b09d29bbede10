"""An invented newspaper on loopback: articles, section pages, feeds, sitemaps, as a test wants.

Every function that makes a page gives its whole answer; SITE in it is the site's own address.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from net_world import Site, http, serving

CITY = (
    "Bridge over the old harbour closed after crack is found",
    "Night ferry keeps its winter timetable until the spring",
    "Council votes to move the fish market to the east quay",
    "Tram drivers and the city agree on longer evening breaks",
    "Library reopens with a reading room under its glass roof",
    "Two injured when scaffolding falls in the theatre street",
    "School kitchens will cook with vegetables from the region",
    "Water main bursts below the station and stops six trains",
)
WORLD = (
    "Ministers meet in the capital to speak about the grain harvest",
    "Election in the islands ends without a majority for anyone",
    "Volcano sends ash over the strait and grounds all flights",
    "Border crossing opens again after eleven years of silence",
    "Miners found alive after five days below the eastern shaft",
    "Central bank leaves its rate where it was since the summer",
)
PARAGRAPH = (
    "The city said on Friday that nobody had been hurt, that work would begin in the morning, and "
    "that the traffic would be led over the northern quay until the repairs are done."
)


def slug(title: str) -> str:
    return "-".join(title.lower().split())


def article(title: str) -> bytes:
    text = f"<p>{PARAGRAPH}</p>" * 6
    return http(200, (
        f"<html lang=en><head><title>{title} | The Lantern</title>"
        '<meta property="article:published_time" content="2025-11-20T09:30:00Z">'
        f"</head><body><main><article><h1>{title}</h1><p class=byline>By Mara Quill</p>{text}"
        "</article></main></body></html>"
    ).encode())  # fmt: skip


def listing(titles: Sequence[str], part: str, head: str = "") -> bytes:
    rows = "".join(
        f'<li class=news><h3><a href="/{part}/{slug(title)}">{title}</a></h3>'
        f"<time datetime='2025-11-{20 - n}T09:00:00Z'>{20 - n} November 2025</time>"
        f"<p>{PARAGRAPH}</p></li>"
        for n, title in enumerate(titles)
    )
    menu = "".join(f'<li><a href="/{each}/">{each.title()}</a></li>' for each in
                   ("city", "world", "sport", "culture", "about"))  # fmt: skip
    return http(200, (
        f"<!doctype html><html lang=en><head><title>{part} | The Lantern</title>{head}</head><body>"
        f"<header><nav><ul>{menu}</ul></nav></header><main><h1>{part}</h1><ul>{rows}</ul></main>"
        "<footer><p>The Lantern, all of it invented.</p></footer></body></html>"
    ).encode())  # fmt: skip


def rss(titles: Sequence[str], part: str, name: str = "The Lantern") -> bytes:
    entries = "".join(
        f"<item><title>{title}</title><link>SITE/{part}/{slug(title)}</link><guid>{slug(title)}"
        f"</guid><pubDate>{20 - n} Nov 2025 09:00:00 GMT</pubDate><category>{part}</category>"
        f"<description>{PARAGRAPH}</description></item>"
        for n, title in enumerate(titles)
    )
    return http(200, (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{name}</title>{entries}'
        "</channel></rss>"
    ).encode())  # fmt: skip


def alternate(path: str, kind: str = "application/rss+xml", title: str = "RSS") -> str:
    return f'<link rel=alternate type="{kind}" title="{title}" href="{path}">'


ARTICLES = {f"/{part}/{slug(title)}": article(title)
            for part, titles in (("city", CITY), ("world", WORLD)) for title in titles}  # fmt: skip
EVERYTHING = [title for pair in zip(WORLD, CITY, strict=False) for title in pair]
SHELL = http(200, b"<html><head><title>The Lantern</title></head><body><div id=app></div>"
             b"<script src=/app.js></script></body></html>")  # fmt: skip


@asynccontextmanager
async def lantern(pages: Mapping[str, bytes]) -> AsyncIterator[Site]:
    """A newspaper on loopback with these pages and all articles; SITE is its own address."""
    async with serving({}) as site:
        own = site.root.encode()
        for path, page in {**ARTICLES, **pages}.items():
            head, _, body = page.partition(b"\r\n\r\n")
            body = body.replace(b"SITE", own)
            status = head.split(b" ")[1]
            extra = [line.decode().replace("SITE", site.root) for line in head.split(b"\r\n")[1:]
                     if line.startswith((b"Location", b"Content-Type"))]  # fmt: skip
            site.pages[path] = http(int(status), body, *extra)
        yield site


def news(titles: Sequence[str]) -> bytes:
    """A news sitemap."""
    entries = "".join(
        f"<url><loc>SITE/city/{slug(title)}</loc><news:news><news:publication_date>2025-11-20T0{n}"
        f":00:00Z</news:publication_date><news:title>{title}</news:title></news:news></url>"
        for n, title in enumerate(titles)
    )
    return http(200, f"<urlset xmlns:news='n'>{entries}</urlset>".encode())
