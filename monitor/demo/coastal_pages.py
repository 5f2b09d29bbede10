"""Pages and Atom feed of the invented Coastal Press: a tidy modern outlet, unlike the network.

Pure text from published stories; knows no HTTP and no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from monitor.demo.network_pages import Published
from monitor.model import iso

NAME = "coastal-press.test"
BASE = f"http://{NAME}"
FEED_PATH = "/feed.atom"


def atom(published: Sequence[Published]) -> str:
    """The newest twenty stories, summary: the first paragraph; ids and dates hold still."""
    updated = iso(published[0].at) if published else "1970-01-01T00:00:00Z"
    entries = "".join(_entry(one) for one in published[:20])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="en">\n<title>Coastal Press</title>\n<id>{BASE}/</id>\n'
        f'<link rel="self" href="{BASE}{FEED_PATH}"/>\n<link href="{BASE}/"/>\n'
        f"<updated>{updated}</updated>\n{entries}</feed>\n"
    )


def article_page(published: Published) -> str:
    story, at = published.story, iso(published.at)
    credit = f"{story.place.upper()} ({story.wire}) - " if story.wire else ""
    first, *others = story.paragraphs
    text = "\n".join(f"<p>{escape(part)}</p>" for part in (credit + first, *others))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f"<title>{escape(story.title)} | Coastal Press</title>\n"
        f'<link rel="canonical" href="{BASE}{story.path}">\n'
        f'<meta property="og:type" content="article">\n'
        f'<meta property="og:title" content="{escape(story.title)}">\n'
        f'<meta property="article:published_time" content="{at}">\n'
        f'<meta property="article:section" content="{escape(story.section)}">\n'
        f'<link rel="alternate" type="application/atom+xml" href="{FEED_PATH}">\n</head>\n'
        f'<body><header><nav><a href="/">Coastal Press</a></nav></header>\n<main><article>\n'
        f'<h1>{escape(story.title)}</h1>\n<p class="byline">By <span rel="author">'
        f'{escape(story.byline)}</span>, <time datetime="{at}">{at[:10]}</time></p>\n'
        f'<div class="text">\n{text}\n</div>\n</article></main>\n'
        f"<footer><p>Coastal Press, Quay 4, Port Saren. All of it invented.</p></footer>\n"
        f"</body></html>\n"
    )


def front_page(published: Sequence[Published]) -> str:
    rows = "\n".join(
        f'<li><a href="{one.story.path}">{escape(one.story.title)}</a></li>' for one in published
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Coastal Press</title>'
        f'<link rel="alternate" type="application/atom+xml" href="{FEED_PATH}"></head>\n'
        f"<body><h1>Coastal Press</h1>\n<ul>\n{rows}\n</ul></body></html>\n"
    )


def _entry(published: Published) -> str:
    story, at = published.story, iso(published.at)
    return (
        f"<entry>\n<title>{escape(story.title)}</title>\n"
        f'<id>tag:{NAME},2020:{story.slug}</id>\n<link href="{BASE}{story.path}"/>\n'
        f"<published>{at}</published>\n<updated>{at}</updated>\n"
        f"<author><name>{escape(story.byline)}</name></author>\n"
        f'<category term="{escape(story.section)}"/>\n'
        f"<summary>{escape(story.paragraphs[0])}</summary>\n</entry>\n"
    )
