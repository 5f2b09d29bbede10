"""`add`: what an address is found to be, which way to watch it is chosen, what is warned of."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import world
from cli_world import Ended, Place, keys_of
from lantern import (
    ARTICLES,
    CITY,
    EVERYTHING,
    PARAGRAPH,
    SHELL,
    WORLD,
    alternate,
    lantern,
    listing,
    news,
    rss,
    slug,
)
from monitor.cli.adding import pasted
from monitor.cli.candidates import Prober
from monitor.cli.cautions import warnings
from monitor.cli.discovering import Discovery, Wanted, discover
from monitor.engine import Engine
from monitor.errors import FetchError, ReadError
from monitor.settings import Settings, Source
from net_world import Site, http, moved, serving
from test_cli_json import documented
from world import NOON

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def prober(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prober]:
    directory = tmp_path_factory.mktemp("add")
    settings = Settings(database=directory / "news.db", allow=("127.0.0.0/8",), delay_seconds=0)
    engine = Engine(world.config(directory, settings=settings), "test", lambda: NOON)
    yield Prober(engine, Source("new", "feed", "http://none.test/"), lambda url: None)
    await engine.close()


async def find(
    prober: Prober, pages: Mapping[str, bytes], path: str = "/", **wanted: Any
) -> tuple[Discovery, str, list[str]]:
    """What is found at `path`, the site's address, and what was asked for."""
    async with lantern(pages) as site:
        found = await discover(prober, Wanted(f"{site.root}{path}", **wanted))
        return found, site.root, site.paths


# --- which way is chosen -----------------------------------------------------------------------


async def test_a_feed_is_a_feed(prober: Prober) -> None:
    """One article's page is read, no more; politely, robots.txt first."""
    found, root, asked = await find(prober, {"/feed": rss(CITY, "city")}, "/feed")
    assert (found.chosen.source.kind, found.chosen.source.url) == ("feed", f"{root}/feed")
    assert (found.chosen.source.id, found.chosen.title) == ("the-lantern", "The Lantern")
    assert found.chosen.what == f"a feed: The Lantern, {root}/feed"
    (page,) = found.articles
    assert page.item is not None
    assert page.item.body is not None
    assert page.item.byline == "By Mara Quill"
    assert asked == ["/robots.txt", "/feed", f"/city/{slug(CITY[0])}"]


async def test_a_json_feed_is_a_feed(prober: Prober) -> None:
    """Also one that a page names."""
    entries = ", ".join(
        f'{{"id": "{slug(title)}", "url": "SITE/city/{slug(title)}", "title": "{title}"}}'
        for title in CITY
    )
    body = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "The Lantern", "items": ['
        f"{entries}]}}"
    )
    pages = {
        "/feed.json": http(200, body.encode()),
        "/city/": listing(CITY, "city", alternate("/feed.json", "application/feed+json")),
    }
    for path in ("/feed.json", "/city/"):
        found, root, _ = await find(prober, pages, path)
        assert found.chosen.what == f"a JSON Feed: The Lantern, {root}/feed.json"
        assert [item.title for item in found.chosen.items] == list(CITY)


async def test_the_sections_own_feed_is_taken_over_the_sites(prober: Prober) -> None:
    """The page names both, the site's first; the section's lists what the page does."""
    head = alternate("/feed") + alternate("/comments/feed", title="Comments")
    found, root, asked = await find(prober, {
        "/city/": listing(CITY, "city", head + alternate("/city/feed")),
        "/city/feed": rss(CITY[:6], "city", "The Lantern: City"),
        "/feed": rss(EVERYTHING, "city"),
    }, "/city/")  # fmt: skip
    assert found.chosen.source.url == f"{root}/city/feed"
    assert "6 of its newest 6 are on the page" in (found.reason or "")
    assert found.also == ("the page's own list (--kind page)",)
    assert "/comments/feed" not in asked


async def test_a_section_page_is_taken_over_the_feed_of_the_whole_site(prober: Prober) -> None:
    """Who gives a section's address wants that section."""
    wide = [*WORLD, CITY[0], CITY[1], *WORLD]
    found, root, _ = await find(prober, {
        "/city/": listing(CITY, "city", alternate("/feed")),
        "/feed": rss(list(dict.fromkeys(wide)), "world"),
    }, "/city/")  # fmt: skip
    assert (found.chosen.source.kind, found.chosen.source.url) == ("page", f"{root}/city/")
    assert [item.title for item in found.chosen.items] == list(CITY)
    assert "is of other articles" in (found.reason or "")
    assert found.also == (f"a feed: The Lantern, {root}/feed (--kind feed)",)


async def test_what_is_said_of_an_article_is_not_its_feed(prober: Prober) -> None:
    """An article's page names the feed of its comments first, in any language."""
    path = f"/city/{slug(CITY[0])}"
    head = alternate(f"{path}/feed", title="Kommentare") + alternate("/feed", title="Feed")
    page = ARTICLES[path].replace(b"<head>", f"<head>{head}".encode())
    said = "".join(
        f"<item><title>Von: Ann</title><link>SITE{path}#{n}</link></item>" for n in range(3)
    )
    comments = f"<rss version='2.0'><channel><title>Zu: Bridge</title>{said}</channel></rss>"
    found, root, _ = await find(prober, {
        path: page, f"{path}/feed": http(200, comments.encode()), "/feed": rss(CITY, "city"),
    }, path)  # fmt: skip
    assert found.chosen.source.url == f"{root}/feed"


async def test_of_a_front_page_the_sites_feed_is_taken(prober: Prober) -> None:
    """It may list much that the front page does not show."""
    found, root, _ = await find(prober, {
        "/": listing(WORLD, "world", alternate("/feed")),
        "/feed": rss([*EVERYTHING[1::2], *WORLD], "world"),
    })  # fmt: skip
    assert found.chosen.source.url == f"{root}/feed"


async def test_a_section_page_without_a_feed_is_watched_itself(prober: Prober) -> None:
    """Its list is recognised; nothing is guessed at then."""
    found, root, asked = await find(prober, {"/city/": listing(CITY, "city")}, "/city/")
    assert found.chosen.what == f"a page that lists articles: {root}/city/"
    assert found.chosen.how
    assert found.chosen.source.kind == "page"
    assert [page.item is not None for page in found.articles] == [True]
    assert len(asked) == 3


async def test_a_page_that_its_scripts_fill_in_is_said_to_be_one(prober: Prober) -> None:
    """At most five more requests, then what helps."""
    async with lantern({"/city/": SHELL}) as site:
        with pytest.raises(ReadError, match=r"scripts are not run here.*What helps"):
            await discover(prober, Wanted(f"{site.root}/city/"))
        assert len(site.paths) <= 7


async def test_a_feed_at_a_usual_place_is_found(prober: Prober) -> None:
    found, root, _ = await find(prober, {"/city/": SHELL, "/rss.xml": rss(CITY, "city")}, "/city/")
    assert found.chosen.source.url == f"{root}/rss.xml"
    assert "; it lies at a usual place, and" in (found.reason or "")


async def test_a_sitemap_that_robots_names_is_found(prober: Prober) -> None:
    robots = b"User-agent: *\nDisallow: /search\nSitemap: SITE/maps/news.xml\n"
    found, root, _ = await find(prober, {
        "/": SHELL, "/robots.txt": http(200, robots), "/maps/news.xml": news(CITY),
    })  # fmt: skip
    assert (found.chosen.source.kind, found.chosen.source.url) == (
        "sitemap", f"{root}/maps/news.xml",
    )  # fmt: skip
    assert "; robots.txt names it, and" in (found.reason or "")


async def test_an_index_of_sitemaps_with_a_packed_one(prober: Prober) -> None:
    async with serving({}) as site:
        index = (
            f"<sitemapindex><sitemap><loc>{site.root}/pages.xml</loc></sitemap>"
            f"<sitemap><loc>{site.root}/news.xml.gz</loc></sitemap></sitemapindex>"
        )
        body = news(CITY).partition(b"\r\n\r\n")[2].replace(b"SITE", site.root.encode())
        packed = gzip.compress(body)
        site.pages = {**ARTICLES, "/s.xml": http(200, index.encode()),
                      "/news.xml.gz": http(200, packed)}  # fmt: skip
        found = await discover(prober, Wanted(f"{site.root}/s.xml"))
    assert found.chosen.what.endswith("/s.xml, of which /news.xml.gz is read")
    assert (found.chosen.source.kind, found.chosen.entries) == ("sitemap", 8)
    assert found.chosen.items[0].title == CITY[-1]


async def test_a_kind_can_be_asked_for(prober: Prober) -> None:
    """Whatever would be chosen; and refused where it is not there."""
    pages = {
        "/city/": listing(CITY, "city", alternate("/city/feed")),
        "/city/feed": rss(CITY, "city"),
        "/sitemap.xml": news(CITY),
    }
    for kind, path in (("feed", "/city/feed"), ("page", "/city/"), ("sitemap", "/sitemap.xml")):
        found, root, _ = await find(prober, pages, "/city/", kind=kind)
        assert (found.chosen.source.kind, found.chosen.source.url) == (kind, f"{root}{path}")
    async with lantern({"/feed": rss(CITY, "city"), "/city/": SHELL}) as site:
        for path, kind in (("/feed", "page"), ("/feed", "sitemap"), ("/city/", "page")):
            with pytest.raises(ReadError, match="What helps"):
                await discover(prober, Wanted(f"{site.root}{path}", kind=kind))


async def test_what_cannot_be_had_is_an_error(prober: Prober) -> None:
    async with lantern({"/robots.txt": http(200, b"User-agent: *\nDisallow: /x")}) as site:
        for path, words in (("/nothing", "404 Not Found"), ("/x", "robots.txt forbids")):
            with pytest.raises(FetchError, match=words):
                await discover(prober, Wanted(f"{site.root}{path}"))


@pytest.mark.parametrize(
    ("status", "cure"),
    [(403, "ask its publisher"), (404, "open it in a browser"), (410, "open it in a browser"),
     (429, "try again later"), (503, "try again later"), (418, "418")],
)  # fmt: skip
async def test_an_answer_that_is_no_page_says_what_helps(
    prober: Prober, status: int, cure: str
) -> None:
    async with lantern({"/x": http(status, b"")}) as site:
        with pytest.raises(FetchError, match=cure) as error:
            await discover(prober, Wanted(f"{site.root}/x"))
    assert error.value.status == status


@pytest.mark.parametrize(
    ("text", "address"),
    [("https://a.test/f", "https://a.test/f"), (" https://a.test/f\n", "https://a.test/f"),
     ("<https://a.test/f>", "https://a.test/f"), ("\ufeffhttps://a.test/f", "https://a.test/f"),
     ("feed:https://a.test/f", "https://a.test/f"), ("feed://a.test/f", "http://a.test/f"),
     ("Feed://https://a.test/f", "https://a.test/f"), ("a.test/f", "a.test/f"), ("", "")],
)  # fmt: skip
async def test_an_address_as_it_is_pasted(text: str, address: str) -> None:
    assert pasted(text) == address


async def test_a_file_is_named(prober: Prober) -> None:
    """It is no page without a list, but none at all."""
    report = http(200, b"%PDF-1.7 ...", "Content-Type: application/pdf")
    async with lantern({"/report": report}) as site:
        with pytest.raises(ReadError, match="/report is a PDF, not a page; it names no feed"):
            await discover(prober, Wanted(f"{site.root}/report"))


async def test_a_list_of_feeds_is_named_with_what_it_lists(prober: Prober) -> None:
    """As readers export it; nothing else of that site is asked then."""
    outlines = "".join(
        f'<outline text="a > b" type="rss" xmlUrl="{written}" htmlUrl="https://b.test/"/>'
        for written in ("https://a.test/feed?x=1&amp;y=2", "https://a.test/feed?x=1&amp;y=2",
                        "/own.xml", "", *(f"https://c{n}.test/rss" for n in range(5)))
    )  # fmt: skip
    body = f'<?xml version="1.0"?><opml version="2.0"><body>{outlines}</body></opml>'
    pages = {"/mine.opml": http(200, body.encode(), "Content-Type: text/x-opml"),
             "/none": http(200, b"<opml><body><outline text='News'/></body></opml>")}  # fmt: skip
    async with lantern(pages) as site:
        with pytest.raises(ReadError, match=r"mine.opml is a list of 7 feeds \(OPML\)") as error:
            await discover(prober, Wanted(f"{site.root}/mine.opml"))
        first = f"https://a.test/feed?x=1&y=2 {site.root}/own.xml https://c0.test/rss"
        assert error.value.detail.endswith(
            f"by its own address: {first} https://c1.test/rss https://c2.test/rss and 2 more"
        )
        with pytest.raises(ReadError, match="that names none"):
            await discover(prober, Wanted(f"{site.root}/none", kind="sitemap"))
        assert site.paths == ["/robots.txt", "/mine.opml", "/none"]


async def test_entries_that_lead_to_one_page_are_warned_of(prober: Prober) -> None:
    page = re.sub(rb"SITE/city/[^<]*", b"SITE/city/list", rss(CITY, "city"))
    found, root, _ = await find(prober, {"/feed": page}, "/feed")
    assert any(f"8 of 8 entries lead to one page, {root}/city/list, which" in said
               for said in warnings(found, 600, NOON))  # fmt: skip


async def test_dates_that_cannot_be_read_are_warned_of(prober: Prober) -> None:
    page = rss(CITY, "city").replace(b"Nov 2025 09:00:00 GMT", b"dni temu")
    found, _, _ = await find(prober, {"/feed": page}, "/feed")
    assert (found.chosen.misdated, found.chosen.unread_date) == (8, "20 dni temu")
    assert any('dates of 8 entries cannot be read ("20 dni temu")' in said
               for said in warnings(found, 600, NOON))  # fmt: skip


async def test_dates_of_a_sitemap_that_cannot_be_read_are_warned_of(prober: Prober) -> None:
    """Of one that an index leads to as well."""
    unread = news(CITY).replace(b":00:00Z", b" dni temu")
    index = http(200, b"<sitemapindex><sitemap><loc>SITE/n.xml</loc></sitemap></sitemapindex>")
    for path in ("/n.xml", "/index.xml"):
        found, _, _ = await find(prober, {"/n.xml": unread, "/index.xml": index}, path)
        assert (found.chosen.misdated, found.chosen.unread_date) == (8, "2025-11-20T00 dni temu")
        assert any('dates of 8 entries cannot be read ("2025-11-20T00 dni temu")' in said
                   for said in warnings(found, 600, NOON))  # fmt: skip


async def test_robots_that_forbid_the_articles(prober: Prober) -> None:
    """Two are tried; the caution says what is left and what to write."""
    found, _, asked = await find(prober, {
        "/robots.txt": http(200, b"User-agent: *\nDisallow: /city/"), "/feed": rss(CITY, "city"),
    }, "/feed")  # fmt: skip
    assert [page.forbidden for page in found.articles] == [True, True]
    said = warnings(found, 600, NOON)[0]
    assert "robots.txt forbids the articles" in said
    assert "teasers alone" in said
    assert "`article: false`" in said
    assert not [path for path in asked if path.startswith("/city/")]


async def test_where_an_address_leads_is_kept(prober: Prober) -> None:
    found, root, _ = await find(
        prober, {"/old": moved("SITE/feed"), "/feed": rss(CITY, "city")}, "/old"
    )
    assert found.chosen.source.url == f"{root}/feed"
    assert any(f"leads on to {root}/feed" in said for said in warnings(found, 600, NOON))


def leading_to(path: str) -> bytes:
    return http(200, f'<html><meta http-equiv="refresh" content="0; url={path}"></html>'.encode())


async def test_where_a_page_itself_leads_on_is_kept(prober: Prober) -> None:
    """To a feed or a page, by way of a redirect too."""
    pages = {
        "/start": leading_to("/old"), "/old": moved("SITE/city/"), "/to-feed": leading_to("/feed"),
        "/city/": listing(CITY, "city"), "/feed": rss(CITY, "city"),
    }  # fmt: skip
    for path, kind, last in (("/start", "page", "/city/"), ("/to-feed", "feed", "/feed")):
        found, root, _ = await find(prober, pages, path)
        assert (found.chosen.source.kind, found.chosen.source.url) == (kind, f"{root}{last}")
        assert any(f"leads on to {root}{last}" in said for said in warnings(found, 600, NOON))


async def test_pages_that_lead_on_are_followed_within_limits(prober: Prober) -> None:
    """Each address is judged like a redirect's: the network's guard, robots.txt, a count."""
    pages = {
        "/robots.txt": http(200, b"User-agent: *\nDisallow: /forbidden"),
        "/a": leading_to("/b"), "/b": moved("SITE/c"), "/c": leading_to("/a"),
        **{f"/{n}": leading_to(f"/{n + 1}") for n in range(5)},
        "/inside": leading_to("http://10.0.0.1/"), "/to-forbidden": leading_to("/forbidden"),
    }  # fmt: skip
    async with lantern(pages) as site:
        for path, words, asked in (
            ("/a", "/a leads on in a circle", ["/a", "/b", "/c"]),
            ("/0", "/0 leads on to page after page", ["/0", "/1", "/2"]),
            ("/inside", "10.0.0.1", ["/inside"]),
            ("/to-forbidden", "robots.txt forbids.*ask its publisher", ["/to-forbidden"]),
        ):
            site.seen.clear()
            with pytest.raises(FetchError, match=words):
                await discover(prober, Wanted(f"{site.root}{path}"))
            assert [each for each in site.paths if each != "/robots.txt"] == asked


# --- the command ---------------------------------------------------------------------------------


async def add(place: Place, site: Site, path: str, *words: str) -> Ended:
    return await place.run("add", f"{site.root}{path}", *words)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "config", environ={"COLUMNS": "80"})


async def test_add_shows_what_a_friend_would_want_to_see(place: Place) -> None:
    """What it is in two lines, five entries with what is known, what will hurt, the block."""
    async with lantern({"/city/": listing(CITY, "city")}) as site:
        told = await add(place, site, "/city/", "--as", "city", "--every", "1h", "--yes")
    assert told.exit_code == 0, told.stderr
    lines = told.stdout.partition("added at the end")[0].splitlines()
    assert max(len(line) for line in lines if "http" not in line) <= 80
    assert lines[0] == f"a page that lists articles: {site.root}/city/"
    assert lines[1].startswith("8 entries, all with a date: the newest ")
    assert told.stdout.count("http://127.0.0.1") >= 6
    assert all(title in " ".join(told.stdout.split()) for title in CITY[:5])
    assert "By Mara Quill" in told.stdout
    assert "its page: " in told.stdout
    assert (
        (place.directory / "sources.yaml")
        .read_text()
        .endswith(f'  - id: city\n    kind: page\n    url: "{site.root}/city/"\n    every: 1h\n')
    )


async def test_add_as_json_is_documented(place: Place) -> None:
    async with lantern({"/feed": rss(CITY, "city")}) as site:
        told = await add(place, site, "/feed", "--json", "--dry-run")
        again = await add(place, site, "/feed", "--yes")
        known = await add(place, site, "/feed/", "--yes")
    (shape,) = (json.loads(line) for line in told.stdout.splitlines())
    assert keys_of(shape) <= documented("add")
    assert (shape["kind"], shape["entries"], len(shape["preview"])) == ("feed", 8, 5)
    assert shape["preview"][0]["tags"] == ["city"]
    assert shape["preview"][0]["page"]["first_sentence"].startswith(PARAGRAPH[:100])
    assert shape["preview"][1]["page"] is None
    assert again.exit_code == 0
    assert (known.exit_code, known.stdout) == (1, "")
    assert "is watched already, by source `the-lantern`" in known.stderr


async def test_a_sitemap_that_was_added_is_polled(place: Place) -> None:
    """What `add` writes is what the daemon reads."""
    async with lantern({"/news.xml": news(CITY)}) as site:
        place.write("sources", "sources:\n")
        added = await add(place, site, "/news.xml", "--as", "map", "--yes")
        polled = await place.run("poll", "map")
    assert "kind: sitemap" in added.stdout, added.stderr
    assert polled.stdout == "map: 8 items, 8 new, 0 alerts\n", polled.stderr


async def test_an_id_that_cannot_be_had_is_refused_before_anything_is_asked(place: Place) -> None:
    async with lantern({"/feed": rss(CITY, "city")}) as site:
        for name, words in (("Lantern!", "is no name"), ("saren", "there is a source `saren`")):
            for mode in ("--yes", "--dry-run"):
                told = await add(place, site, "/feed", "--as", name, mode)
                assert (told.exit_code, told.stdout) == (2, "")
                assert words in told.stderr
        assert site.paths == []


@pytest.mark.parametrize(
    ("every", "shown"), [("0s", "0s"), ("1.5s", "1.5s"), ("367d", "31708800s")]
)
async def test_an_interval_that_the_files_refuse_is_refused(
    place: Place, every: str, shown: str
) -> None:
    async with lantern({"/feed": rss(CITY, "city")}) as site:
        told = await add(place, site, "/feed", "--every", every, "--yes")
        assert site.paths == []
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"--every: `{shown}` " in told.stderr
