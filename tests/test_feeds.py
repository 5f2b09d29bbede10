"""Feeds: one file a case, then what no document may do to us."""

import asyncio
import json
import tarfile
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import feeds
from monitor.errors import ReadError, ReadReason
from monitor.publishers import feedtails
from monitor.workers import Workers

CASES = Path(__file__).parent / "data" / "feeds"
URL = "https://news.example/feed.xml"
EXTRAS = ("authors", "tags", "image", "lang")  # stand in a case only where there is something


def read(body, **given):
    return feeds.parse(body, **{"url": URL, "content_type": None, "timezone": "UTC", **given})


def rss(items):
    return f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()


def as_case(feed):
    shown = feeds.to_json(feed)
    for entry, item in zip(shown["entries"], feed.items, strict=True):
        entry.update({name: getattr(item, name) for name in EXTRAS if getattr(item, name)})
        if not feeds.has_page(item):
            entry["own_address"] = item.url
    if feed.skipped:
        shown["skipped"] = feed.skipped
    if feed.read_by != "fast":
        shown["read_by"] = feed.read_by
    if feed.repeated_guids:
        shown["repeated_guids"] = sorted(feed.repeated_guids)
    return json.loads(json.dumps(shown))


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.xml")))
def test_case(case):
    """Each document is read as its case says, or refused with the sentence there."""
    expected = json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))
    body = (CASES / f"{case}.xml").read_bytes()
    given = expected.pop("given", {})
    if "reason" in expected:
        with pytest.raises(ReadError) as caught:
            read(body, **given)
        assert {"reason": caught.value.reason, "detail": caught.value.detail} == expected
    else:
        assert as_case(read(body, **given)) == expected


def test_every_case_has_an_expectation():
    """Documents and expectations come in pairs."""
    assert Counter(p.stem for p in CASES.iterdir()) == Counter(
        {p.stem: 2 for p in CASES.glob("*.xml")}
    )


def test_what_a_feed_cannot_know():
    """An item's text is partial and its canonical address unknown: a feed shows only a part."""
    (item,) = read(rss("<item><title>A</title><link>https://news.example/a</link></item>")).items
    assert item.partial
    assert item.canonical_url is None


def test_dates_that_cannot_be_read_are_counted():
    """Where an entry has no other one; the first is kept as written."""
    dated = "<item><title>A</title><pubDate>{}</pubDate>{}</item>".format
    known = "<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2025-11-20</dc:date>"
    body = rss(
        dated("Thu, 20 Nov 2025 09:00:00 GMT", "") + dated("someday", known) + dated(" ", "")
        + "<item><title>A</title></item>" + dated("gestern\n 12", "") + dated("vorgestern", "")
    )  # fmt: skip
    for feed in (read(body), feeds.judged(body, url=URL, content_type=None, timezone="UTC")):
        assert (feed.misdated, feed.unread_date) == (2, "gestern 12")
    assert (read(rss("")).misdated, read(rss("")).unread_date) == (0, None)


@pytest.mark.parametrize("written", feedtails.written())
def test_what_programs_put_behind_a_text(written):
    """Goes as a line of its own and behind the last sentence; never out of a sentence."""
    title, text = "Who’s next? Nobody.", "The bridge is closed.\n\nIt was opened in 1911."
    tail = written.replace("{title}", title).replace("*", "The Lantern")
    tail = f"{tail[0].upper()}{tail[1:]} »"
    for gap in ("\n\n", "\n") if written.startswith("{title}") else ("\n\n", "\n", " "):
        assert feedtails.without(f"{text}{gap}{tail}", title) == text
    assert feedtails.without(tail, title) is None
    kept = f"{text} He wrote {tail} on it."
    assert feedtails.without(kept, title) == kept
    if "{title}" in written:
        assert feedtails.without(f"{text} {tail}", "Another one") == f"{text} {tail}"


def test_own_address_is_stable():
    """An entry without an address keeps the one it gets while its guid is the same."""
    before, after, other = (
        read(rss(f"<item><title>{title}</title><guid>{guid}</guid></item>")).items[0].url
        for title, guid in (("Old", "1"), ("New", "1"), ("Old", "2"))
    )
    assert before == after != other


def test_own_address_belongs_to_the_feed():
    """Two feeds of one site that both count their guids from 1 do not share an entry."""
    body = rss("<item><title>A</title><guid>1</guid></item>")
    assert read(body).items[0].url != read(body, url="https://news.example/other.xml").items[0].url


def test_one_bad_entry():
    """An entry with nothing in it is counted, and its neighbours are read."""
    feed = read(rss("<item></item><item><title>A</title></item>"))
    assert (len(feed.items), feed.skipped) == (1, 1)


_PIECES = st.sampled_from(
    [
        *"<>&;\"'/= \n\x00\ud800é",
        *("<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>"),
        *("</link>", "<guid>", "</guid>", "<pubDate>", "2026-03-03", "</pubDate>", "<description>"),
        *(
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<!DOCTYPE",
            "<!ENTITY a 'b'>",
            "<?xml",
            "?>",
            "&#xD800;",
        ),
        *(
            "http://[",
            "https://news.example/a",
            "<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<entry>",
        ),
        *(
            "<content type='xhtml'>",
            "<div>",
            "</div>",
            "<media:thumbnail url='x'/>",
            "xml:base='//['>",
        ),
        *("<author>", "a@b.example (C)", "<category term='t'/>", "&nbsp;", "&a;", "&#0;", "<br>"),
    ]
)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(_PIECES, max_size=40).map(lambda p: "".join(p).encode("utf-8", "surrogatepass")),
    ),
    st.sampled_from(
        [None, "text/xml", "text/html; charset=utf-16", "x; charset=idna", "\x00;charset=\x00"]
    ),
)
def test_any_bytes(body, content_type):
    """Whatever the bytes are, only ReadError leaves, and what is read is plain."""
    for document in (body, b"<rss version='2.0'><channel><item>" + body):
        try:
            feed = read(document, content_type=content_type)
        except ReadError:
            continue
        for item in feed.items:
            assert item.url.startswith(("http://", "https://"))
            assert "\x00" not in (item.title or "") + (item.body or "")


@pytest.mark.real
def test_real_network_feed(real_data):
    """The network's feed of 2013: 15 items, AEST is ten hours ahead, links as they stand."""
    body = (real_data / "spacemedia/rss/spacedaily_2013-04.xml").read_bytes()
    feed = read(body, url="http://www.spacedaily.com/spacedaily.xml")
    assert (len(feed.items), feed.skipped) == (15, 0)
    assert {item.published.iso() for item in feed.items} == {"2013-04-04T10:37:27Z"}
    assert all(item.url.endswith("_999.html") and item.body and item.title for item in feed.items)
    assert not any("<" in item.body for item in feed.items)


def documents(directory):
    """Every file of a directory, the members of its archives among them, as (name, bytes)."""
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                for member in archive.getmembers():
                    if member.isfile():
                        yield member.name, archive.extractfile(member).read()
        else:
            yield path.name, path.read_bytes()


async def outcome(workers, body):
    """What became of a document: None when it was read and can be shown, else the error."""
    try:
        feed = await workers.run(partial(read, body, content_type="text/xml"), wall_seconds=10.0)
    except ReadError as error:
        return error
    assert json.dumps(feeds.to_json(feed)).isascii()
    return None


async def survives(real_data, step):
    """Read each `step`-th document in a worker; what comes out is a Feed or a ReadError."""
    found = [each for d in ("hostile/xml", "hostile/feeds") for each in documents(real_data / d)]
    found += [*documents(real_data / "feeds")][::step]
    workers = Workers()
    errors = await asyncio.gather(*(outcome(workers, body) for _, body in found))
    await workers.close()
    crashed = [
        (name, error.detail)
        for (name, _), error in zip(found, errors, strict=True)
        if error and error.reason is ReadReason.PARSE_CRASH
    ]
    assert not crashed
    assert errors.count(None) > len(found) / 3


@pytest.mark.real
async def test_real_feeds(real_data):
    """A sample of real, broken and hostile documents: only ReadError leaves."""
    await survives(real_data, step=40)


@pytest.mark.real
@pytest.mark.nightly
async def test_real_feeds_all(real_data):
    """All of the real, broken and hostile documents: only ReadError leaves."""
    await survives(real_data, step=1)
