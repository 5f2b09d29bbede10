"""Whether a feed is the page's, and where else one may lie."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from lantern import CITY, WORLD, alternate, slug
from monitor.feeds import discovery
from monitor.model import Item


def items(titles: Sequence[str], host: str = "lantern.test") -> tuple[Item, ...]:
    return tuple(Item(f"https://{host}/{slug(title)}", title) for title in titles)


@pytest.mark.parametrize(("page", "fed", "of_page", "of_site"), [
    (CITY, CITY, True, True),
    (CITY, CITY[:3], True, True),
    (CITY[:4], CITY, True, True),  # the feed goes back further
    (CITY, WORLD, False, False),
    (CITY, [*WORLD, *CITY[:3]], False, True),
    (CITY[:1], CITY[:1], True, True),
    ([], CITY, False, False),
    (CITY, [], False, False),
], ids=["same", "short", "long", "other", "whole site", "one", "no list", "empty"])  # fmt: skip
def test_agreement(
    page: Sequence[str], fed: Sequence[str], *, of_page: bool, of_site: bool
) -> None:
    """Counted over the feed's newest, by address; and by headline where the feed has others."""
    for host in ("lantern.test", "feedproxy.test"):
        agreed = discovery.agreement(items(page), items(fed, host))
        assert (agreed.is_of_page, agreed.is_of_site) == (of_page, of_site)


def test_the_feeds_of_a_page() -> None:
    """Its section's own first, by where they lie or by their names; comments' last."""
    head = "".join(
        map(alternate, ("/comments/feed", "sport.xml?a=1&amp;b=2", "/City.xml", "/city/rss"))
    )
    head = f'<base href="https://commentary.test/feeds/">{head}'
    found = discovery.look(
        f"<html><head>{head}</head></html>".encode(),
        url="https://commentary.test/news/city/", content_type=None,
    )  # fmt: skip
    assert [urlsplit(feed).path + urlsplit(feed).query for feed in found.feeds] == [
        "/City.xml", "/city/rss", "/feeds/sport.xmla=1&b=2", "/comments/feed",
    ]  # fmt: skip


@pytest.mark.parametrize(("head", "feeds"), [
    ("", ["/city/rss", "/feed/", "/world.rss"]),
    (alternate("/named.xml"), ["/named.xml"]),
], ids=["links alone", "named"])  # fmt: skip
def test_feeds_that_a_page_links_to(head: str, feeds: list[str]) -> None:
    """Where it names none: by their usual names, on its own site."""
    links = "".join(
        f'<a href="{href}">RSS</a>'
        for href in ("/feed/", "world.rss", "/city/rss", "/feedback", "https://other.test/rss", "")
    )
    found = discovery.look(
        f"<html><head>{head}</head><body>{links}</body></html>".encode(),
        url="https://lantern.test/city", content_type=None,
    )  # fmt: skip
    assert [urlsplit(feed).path for feed in found.feeds] == feeds


def test_places_to_look() -> None:
    """The section's own first; of robots.txt only what is on the same host."""
    feeds = discovery.usual_feeds("https://lantern.test/city/")
    assert feeds[:2] == ("https://lantern.test/city/feed", "https://lantern.test/feed")
    assert discovery.usual_feeds("https://lantern.test/index.html")[0].endswith("test/feed")
    robots = (
        b"sitemap: /pages.xml\nSitemap: https://other.test/s.xml\nSITEMAP: /news.xml\nSitemap:\n"
    )
    found = discovery.sitemaps("https://lantern.test/city/", robots)
    assert found[:2] == ("https://lantern.test/news.xml", "https://lantern.test/pages.xml")
    assert not [each for each in found if "other" in each]


@pytest.mark.parametrize(("content", "target"), [
    ("0;url=/new/", "https://lantern.test/new/"),
    (" 5.5 , URL = '/new/?a=1' ", "https://lantern.test/new/?a=1"),
    ('0; "https://other.test/b" and more', "https://other.test/b"),
    ("3 new.html", "https://lantern.test/city/new.html"),
    ("300;url=/new/", None),  # it is there to be read
    ("0", None),
    ("0;url=/city/#top", None),  # itself
    ("0;url=javascript:go()", None),
    ("soon;url=/new/", None),
    ("", None),
], ids=str)  # fmt: skip
def test_where_a_page_leads_its_readers(content: str, target: str | None) -> None:
    """By itself, at once; not those that lack scripts."""
    refresh = "<meta http-equiv=Refresh content='{}'>".format(content.replace("'", "&#39;"))
    for head, wanted in ((refresh, target), (f"<noscript>{refresh}</noscript>", None)):
        page = f"<html><head>{head}</head></html>".encode()
        found = discovery.look(page, url="https://lantern.test/city/", content_type=None)
        assert found.moved_to == wanted
