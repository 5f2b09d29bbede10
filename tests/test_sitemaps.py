"""Sitemaps: cases as files, hostile documents, and whole polls over real HTTP."""

from __future__ import annotations

import gzip
import json
import pickle
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import poll, sitemap_poll, sitemaps
from monitor.errors import ReadError, ReadReason
from monitor.model import DueSource, Item, Outcome, OutcomeKind, Polled, Stamp
from monitor.settings import Source
from net_world import START, client_for, http, serving
from world import DAY, HOUR, NOON, World, config, page

gzipped = partial(gzip.compress, mtime=0)  # the same bytes at any time

CASES = sorted((Path(__file__).parent / "data" / "sitemaps").glob("*.json"))
URL = "https://lantern.test/sitemap.xml"
T = TypeVar("T")


def read(body: bytes, since: int | None = None) -> sitemaps.Sitemap:
    return sitemaps.read(body, url=URL, content_type=None, timezone="UTC", since=since)


def attempt(body: bytes) -> sitemaps.Sitemap | ReadError:
    try:
        return read(body)
    except ReadError as error:
        return error


def shape(item: Item) -> dict[str, Any]:
    """What is known of an item, as the cases write it."""
    known: dict[str, Any] = {
        "url": item.url,
        "title": item.title,
        "published": item.published and item.published.iso(),
        "updated": item.updated and item.updated.iso(),
        "lang": item.lang,
        "tags": list(item.tags),
        "image": item.image,
    }
    return {key: value for key, value in known.items() if value}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_sitemap_cases(path: Path) -> None:
    """Every document gives the items in the JSON beside it, or the error that stands there."""
    case = json.loads(path.read_text())
    (file,) = (each for each in path.parent.glob(f"{path.stem}.*") if each != path)
    body = file.read_bytes()
    if "error" in case:
        with pytest.raises(ReadError, match=re.escape(case["error"])) as caught:
            read(body)
        bad = path.stem == "all-bad"
        assert caught.value.reason is (ReadReason.ALL_BAD if bad else ReadReason.NOT_A_SITEMAP)
        return
    since = case.get("since")
    found = read(body, since and int(datetime.fromisoformat(since).timestamp() * 1000))
    assert [shape(item) for item in found.items] == case["items"]
    assert list(found.children) == case.get("children", [])
    assert (found.entries, found.skipped) == (case["entries"], case.get("skipped", 0))
    assert pickle.loads(pickle.dumps(found)) == found
    assert all(item.partial and item.body is None for item in found.items)


def urlset(*addresses: str, extra: str = "") -> bytes:
    """A sitemap with these addresses."""
    entries = "".join(f"<url><loc>{address}</loc>{extra}</url>" for address in addresses)
    return (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
    )


def index(*addresses: str) -> bytes:
    entries = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f"<sitemapindex>{entries}</sitemapindex>".encode()


@pytest.mark.alone
def test_of_a_whole_site_the_newest_are_taken() -> None:
    """The largest that the protocol allows: dated ones first, undated from both ends."""
    dated = b"".join(
        b"<url><loc>/d%d</loc><lastmod>2026-01-01T00:%02d:%02dZ</lastmod></url>"
        % (n, n // 60, n % 60)
        for n in range(3000)
    )
    undated = b"".join(b"<url><loc>/u%d</loc></url>" % n for n in range(46_000))
    began = time.monotonic()
    found = read(b"<urlset>" + dated + undated + b"</urlset>")
    assert time.monotonic() - began < 10
    assert (found.entries, len(found.items)) == (49_000, sitemaps.MOST_ITEMS)
    paths = [item.url.removeprefix("https://lantern.test/") for item in found.items]
    assert (paths[0], paths[2999], paths[3000]) == ("d2999", "d0", "u0")
    assert (paths[6499], paths[6500], paths[-1]) == ("u3499", "u42500", "u45999")


def test_more_than_the_protocol_allows_is_not_read() -> None:
    found = read(b"\n".join(b"https://lantern.test/%d" % n for n in range(60_000)))
    assert found.entries == 50_000


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing but the documented error comes out."""
    attempt(body)


@given(st.lists(st.sampled_from([
    "<urlset>", "</urlset>", "<url>", "</url>", "<loc>", "</loc>", "https://a.test/", "&", "&lt;",
    "<sitemapindex>", "<sitemap>", "]]>", "<![CDATA[", "<!--", "-->", "<news:title>", "\ud800",
    "<!ENTITY a 'b'>", "<?xml", "?>", "\x00", "<lastmod>2026-01-01", "<a:b xmlns:a=''>",
])))  # fmt: skip
def test_any_pieces_are_read_or_refused(pieces: list[str]) -> None:
    """Nothing but the documented error comes out of broken XML."""
    attempt(b"<urlset>" + "".join(pieces).encode("utf-8", "surrogatepass"))
    attempt("".join(pieces).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("body", [
    b"<urlset>" + b"<url>" * 100_000,
    b"<urlset>" + b"<url><loc>" + b"&" * 1_000_000,
    b"<urlset><url " + b" ".join(b'a%d=""' % n for n in range(50_000)) + b"/>",
    b"<urlset>" + b"<x/>" * 500_000 + b"<url><loc>/a</loc></url></urlset>",
    b"<!-- " * 200_000,
    b" " * 2_000_000 + b"<!DOCTYPE urlset>" + b"<!ENTITY a 'a'>" * 100_000,
    b"<urlset><url><loc>/a" + b"9" * 2_000_000 + b"</loc></url></urlset>",
], ids=lambda body: body[:14].decode())  # fmt: skip
@pytest.mark.alone
def test_what_is_made_to_take_long_does_not(body: bytes) -> None:
    """Nothing is quadratic in what a stranger sends."""
    began = time.monotonic()
    attempt(body)
    assert time.monotonic() - began < 4


@pytest.mark.real
@pytest.mark.alone
def test_real_attacks_are_read_or_refused(real_data: Path) -> None:
    """XML attacks: read or refused at once, and no file's content comes out."""
    for path in sorted((real_data / "hostile" / "xml").iterdir()):
        began = time.monotonic()
        attempt(path.read_bytes())
        attempt(path.read_bytes().replace(b"<rss", b"<urlset").replace(b"<item", b"<url"))
        assert time.monotonic() - began < 4, path.name


# --- polls -----------------------------------------------------------------------------------


class Here:
    """Reads in this process: what workers add is tested with them."""

    async def run(self, fn: Callable[..., T], *args: object, wall_seconds: float) -> T:
        return fn(*args)


async def ask(pages: Mapping[str, bytes], **due: Any) -> tuple[Polled, list[str]]:
    """Poll `/sitemap.xml` of a site with these pages: the outcome, and what was asked for.

    SITE in a page is the site's own address.
    """
    async with serving({}) as site, client_for() as (client, _, clock):
        for path, body in pages.items():
            site.pages[path] = http(200, body.replace(b"SITE", site.root.encode()))
        tools = poll.Tools(client, Here(), clock.now)
        source = Source("map", "sitemap", f"{site.root}/sitemap.xml")
        polled = await sitemap_poll.poll_sitemap(tools, DueSource(source, None, **due))
        return polled, [path for path in site.paths if path != "/robots.txt"]


def paths(polled: Polled) -> list[str]:
    return [urlsplit(item.url).path for item in polled.items]


async def test_a_packed_news_sitemap_behind_an_index() -> None:
    """The index leads to it, it is unpacked, and no other sitemap is asked for."""
    polled, asked = await ask({
        "/sitemap.xml": index("SITE/2026-11.xml", "SITE/news.xml.gz"),
        "/2026-11.xml": urlset("SITE/x"),
        "/news.xml.gz": gzipped((CASES[0].parent / "news.xml").read_bytes()),
    })  # fmt: skip
    assert [item.title for item in polled.items] == [
        "Bridge closed after crack is found", 'Ferry & bus late, "again"',
    ]  # fmt: skip
    assert asked == ["/sitemap.xml", "/news.xml.gz"]
    assert polled.outcome.kind is OutcomeKind.OK
    assert (polled.outcome.etag, polled.outcome.detail) == (None, None)


async def test_an_index_is_asked_for_again_though_it_stands_still() -> None:
    """Not modified is what its sitemaps say together."""
    pages = {"/sitemap.xml": index("SITE/a.xml"), "/a.xml": urlset("/one")}
    first, _ = await ask(pages)
    known = {"baseline": False, "body_hash": first.outcome.body_hash}
    again, asked = await ask(pages, **known)
    assert again.outcome.kind is OutcomeKind.NOT_MODIFIED
    assert asked == ["/sitemap.xml", "/a.xml"]
    more, _ = await ask(pages | {"/a.xml": urlset("/one", "/two")}, **known)
    assert paths(more) == ["/one", "/two"]


async def test_an_index_of_indexes_ends() -> None:
    """Each leads on by its best; a circle is left after a few requests."""
    inner, asked = await ask({
        "/sitemap.xml": index("SITE/2026/index.xml"),
        "/2026/index.xml": index("SITE/2026/10.xml", "SITE/2026/11.xml"),
        "/2026/11.xml": urlset("/a"),
    })  # fmt: skip
    assert paths(inner) == ["/a"]
    circle, asked = await ask({"/sitemap.xml": index("SITE/sitemap.xml")})
    assert circle.outcome.kind is OutcomeKind.FAILED
    assert len(asked) == 6


async def test_at_a_first_sight_every_sitemap_of_an_index_must_be_read() -> None:
    """What is not known then would be told as news later; later the others are enough."""
    pages = {
        "/sitemap.xml": index("SITE/1.xml", "SITE/2.xml"),
        "/1.xml": urlset("/one"),
        "/2.xml": b"<html><body>Moved</body></html>",
    }
    first, _ = await ask(pages)
    assert first.outcome.reason == "not_a_sitemap"
    later, _ = await ask(pages, baseline=False)
    assert paths(later) == ["/one"]
    assert "1 of its sitemaps could not be read" in (later.outcome.detail or "")


async def test_pages_are_wanted_of_the_newest_alone_at_first_sight() -> None:
    """All is known by its address; later every article that comes up is read."""
    many = {"/sitemap.xml": urlset(*(f"/{n}" for n in range(150)))}
    first, _ = await ask(many)
    assert len(first.items) == 150
    assert first.unfollowed == {item.url for item in first.items[100:]}
    later, _ = await ask(many, baseline=False)
    assert later.unfollowed == frozenset()


async def test_what_is_dated_long_ago_is_passed_over_later() -> None:
    """A sitemap lists a site's ten years at every poll."""
    old, new = (datetime.fromtimestamp(START / 1000 - d * 86400, UTC).isoformat() for d in (8, 6))
    body = urlset("/old", extra=f"<lastmod>{old}</lastmod>").replace(
        b"</urlset>", f"<url><loc>/new</loc><lastmod>{new}</lastmod></url></urlset>".encode()
    )
    first, _ = await ask({"/sitemap.xml": body})
    assert paths(first) == ["/new", "/old"]
    later, _ = await ask({"/sitemap.xml": body}, baseline=False)
    assert paths(later) == ["/new"]


@pytest.mark.parametrize(("packed", "reason"), [
    (gzipped(b"<urlset>" + b" " * 11_000_000), "too_large"),
    (gzipped(urlset("/a"))[:-12], "bad_encoding"),
    (b"\x1f\x8b\x08 no", "bad_encoding"),
    (gzipped(b"<html><body>Gone</body></html>"), "not_a_sitemap"),
])  # fmt: skip
async def test_what_cannot_be_unpacked_fails(packed: bytes, reason: str) -> None:
    """A bomb is stopped at the limit of every answer."""
    polled, _ = await ask({"/sitemap.xml": packed})
    assert (polled.outcome.kind, polled.outcome.reason) == (OutcomeKind.FAILED, reason)


async def test_one_bad_entry_is_counted() -> None:
    polled, _ = await ask({"/sitemap.xml": urlset("/a", "mailto:x", "/b")})
    assert paths(polled) == ["/a", "/b"]
    assert polled.outcome.skipped == 1


# --- in the store ----------------------------------------------------------------------------

MAP = Source("map", "sitemap", "https://wire.example/sitemap.xml")


def listed(slug: str, **fields: Any) -> Item:
    return Item(f"https://wire.example/{slug}", **fields)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    opened = await World(config(tmp_path, watched=(MAP,))).open()
    await opened.poll(MAP, listed("known"))
    yield opened
    await opened.close()


async def test_an_address_alone_is_told_once_its_page_is_read(world: World) -> None:
    """No title is known before; the page's words are judged and its headline told."""
    await world.poll(MAP, listed("known"), listed("new", updated=Stamp(NOON)))
    assert await world.told() == []
    wanted = {each.url: each for each in await world.bodies()}
    text = "The town was liberated on Friday, the ministry said."
    await world.article(wanted["https://wire.example/new"], page("new", "Town taken", text))
    assert await world.told() == [("liberated",)]


@pytest.mark.parametrize(("days", "told"), [(2, 1), (40, 0)])
async def test_an_old_article_with_a_new_date_is_not_told(
    world: World, days: int, told: int
) -> None:
    """Sitemaps are rebuilt: when it was published, the page says."""
    await world.poll(MAP, listed("again", updated=Stamp(NOON)))
    (wanted,) = (each for each in await world.bodies() if each.url.endswith("again"))
    published = Stamp(NOON - days * DAY)
    await world.article(wanted, page("again", "Old", "It was liberated.", published=published))
    assert len(await world.rows("alerts")) == told


async def test_a_news_sitemap_is_told_by_its_titles(world: World) -> None:
    """With a title and a time of publication nothing need be waited for but the page."""
    await world.poll(MAP, listed("now", title="Town liberated", published=Stamp(NOON)))
    world.now += HOUR
    assert await world.told() == [("liberated",)]


async def test_what_is_not_followed_wants_no_page(tmp_path: Path) -> None:
    """The pages of a site's ten years stay where they are."""
    world = await World(config(tmp_path, watched=(MAP,))).open()
    try:
        due = await world.due(MAP)
        old = listed("old", updated=Stamp(NOON - 900 * DAY))
        await world.ingest(Polled(
            Outcome(OutcomeKind.OK), (listed("new"), old), due=due, unfollowed=frozenset([old.url]),
        ))  # fmt: skip
        assert [wanted.url for wanted in await world.bodies()] == ["https://wire.example/new"]
    finally:
        await world.close()
