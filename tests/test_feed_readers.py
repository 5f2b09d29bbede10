"""The fast reader against feedparser: where it has no doubt, both give the same feed."""

import dataclasses
import json
import pickle
import random
import re
from collections import Counter
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor import dates, feeds, urls
from monitor.errors import ReadError
from monitor.feeds import plain
from monitor.feeds.doubts import Doubt
from monitor.feeds.entries import _PLAIN_ADDRESS
from monitor.model import Item, Stamp
from monitor.workers import SLOW_MEMORY_BYTES, Workers
from test_feeds import CASES, URL, documents, read, rss

GIVEN = {"url": URL, "content_type": None, "timezone": "Asia/Baghdad"}
ELEMENT = re.compile(rb"<[A-Za-z][^<>]*/>|<([A-Za-z][\w:.-]*)[^<>]*>[^<]*</\1>")


def outcome(reader, body):
    """A feed without the word who read it, or the error."""
    try:
        return dataclasses.replace(reader(body, **GIVEN), read_by="")
    except ReadError as error:
        return (error.reason, error.detail)


def compare(body):
    """The word for who reads the document; both readers must agree if that is the fast one."""
    try:
        read_by = feeds.parse(body, **GIVEN).read_by
    except ReadError:
        read_by = "refused"
    if read_by in ("fast", "refused"):
        assert outcome(feeds.parse, body) == outcome(feeds.judged, body)
    return read_by


@pytest.mark.parametrize("case", sorted(CASES.glob("*.xml")), ids=lambda path: path.stem)
def test_cases(case):
    """Every case of ours is the same feed for both readers."""
    compare(case.read_bytes())


@pytest.mark.parametrize("doubt", list(Doubt))
def test_every_doubt_has_a_case(doubt):
    """Each doubt is a word that stands in a feed which was left to feedparser for it."""
    assert json.loads((CASES / f"doubt-{doubt}.json").read_text())["read_by"] == doubt


_ALL_NAMES = """
    title link guid id pubDate published updated dc:date dc:creator author name category dc:subject
    description summary content content:encoded media:title media:thumbnail media:content
    media:group media:description enclosure itunes:image itunes:author itunes:summary source image
    atom:link comments x:note language dc:language item entry
"""
_NAMES = _ALL_NAMES.split()
_TEXTS = [
    *("", " ", "A", "Fish &amp; chips", "&lt;p&gt;One&lt;/p&gt; &lt;b&gt;two&lt;/b&gt;", "a,b"),
    *("AT&amp;amp;T", "caf&#233; \xc3\xa9 \u2019", "&#150;", "<![CDATA[<br>x &copy; <!-- y -->]]>"),
    *("https://news.example/a?b=1&amp;c=2", "a/b.html", "http:///news.example", "urn:x", "&lt;"),
    *("Tue, 03 Mar 2026 10:20:30 GMT", "2026-03-03T10:20:30+01:00", "bob@x.example (Bob)", "By Bo"),
]
_ATTRIBUTES = [
    *("", ' type="html"', ' type="text"', ' type="xhtml"', ' isPermaLink="false"', ' rel="self"'),
    *(' rel="enclosure" type="IMAGE/png"', ' href="https://news.example/h"', ' url="/u.jpg"'),
    *(' term="t"', ' label="l"', ' medium="image"', ' xml:lang="de_AT"', ' lang=""', ' domain="d"'),
    *(' xml:base="https://b.example/c/"', ' xmlns="urn:y"', ' x:href="z"', ' mode="escaped"'),
]
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:x="urn:x"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:atom="http://www.w3.org/2005/Atom"'
)
_ROOTS = [
    ('<rss version="2.0" {}><channel>', "item", "</channel></rss>"),
    ('<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" {}>', "entry", "</feed>"),
    (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" {}><channel/>',
        "item",
        "</rdf:RDF>",
    ),
]


def _element(name, attributes, inside):
    return f"<{name}{attributes}>{inside}</{name}>"


_leaves = st.builds(
    _element, st.sampled_from(_NAMES), st.sampled_from(_ATTRIBUTES), st.sampled_from(_TEXTS)
)
_nodes = st.one_of(
    _leaves,
    _leaves,
    _leaves,
    st.builds(
        _element,
        st.sampled_from(_NAMES),
        st.just(""),
        st.lists(_leaves, min_size=1, max_size=3).map("".join),
    ),
)
_entries = st.lists(_nodes, max_size=8).map("".join)


@given(st.sampled_from(_ROOTS), st.lists(_leaves, max_size=4), st.lists(_entries, max_size=3))
def test_made_feeds(root, about, entries):
    """Whatever elements a feed has, in whatever order and number: both readers agree."""
    start, name, end = root
    inside = "".join((*about, *(f"<{name}>{entry}</{name}>" for entry in entries)))
    compare(f"{start.format(_NAMESPACES)}{inside}{end}".encode())


@given(st.sampled_from(sorted(CASES.glob("*.xml"))), st.randoms(use_true_random=False))
def test_damaged_cases(case, rng):
    """A case with elements lost, doubled and swapped, or bytes changed: both readers agree."""
    body = case.read_bytes()
    for _ in range(rng.randrange(1, 4)):
        body = _damaged(body, rng)
    compare(body)


@pytest.mark.parametrize("code", [*range(1, 9), 11, 12, *range(14, 27), *range(28, 32), 127])
def test_control_characters_are_passed_over(code):
    """Wherever they stand, and as quickly as in a feed without any."""
    control = chr(code)
    item = f"<item><title>A{control}b</title><link>https://a.example/1{control}</link></item>"
    body = control.encode() + rss(item)
    assert compare(body) == "fast"
    (found,) = read(body).items
    assert (found.title, found.url) == ("Ab", "https://a.example/1")


def _damaged(body, rng):
    elements = list(ELEMENT.finditer(body)) if len(body) < 20_000 else []
    if not elements or rng.random() < 0.2:
        place = rng.randrange(len(body) + 1)
        other = rng.choice((b"", b"<", b"&", b">", b"\xe9", b" ", b"\x07", b"\x7f"))
        return body[:place] + other + body[place + 1 :]
    first, second = sorted(rng.choices(elements, k=2), key=lambda found: found.start())
    kind = rng.randrange(3)
    if kind == 0:
        return body[: first.start()] + body[first.end() :]
    if kind == 1 or first.end() > second.start():
        return body[: first.start()] + second.group() + body[first.start() :]
    middle = body[first.end() : second.start()]
    return body[: first.start()] + second.group() + middle + first.group() + body[second.end() :]


_HTML = st.lists(
    st.sampled_from(
        [
            *("<p>", "</p>", "<br>", "<br/>", "<b>", "</b>", "<a href='x'>", "</a>", "<div>"),
            *("</div>", "<ul>", "<li>", "</li>", "</ul>", "<img src=a>", "<h2>", "</h2>", "\n\n"),
            *(
                "\n",
                " ",
                "text",
                "&amp;",
                "&#8217;",
                "&nbsp;",
                "&",
                "&copy",
                "&#1;",
                "<td>",
                "<!--",
            ),
            *("<blockquote>", "</blockquote>", '<SPAN class="a>b">', "</span>", "<script>", "-->"),
        ]
    ),
    max_size=14,
).map("".join)


@given(_HTML)
def test_simple_html(source):
    """What is read by its tags alone gives the text that the parser's tree gives."""
    assert plain.text_of(source) == plain._parsed(source)


@given(
    st.sampled_from(["", "Tue, ", "xyz, "]),
    st.integers(0, 32),
    st.sampled_from(["Jan", "Feb", "mar", "Dez", "xyz"]),
    st.sampled_from([1, 1899, 1970, 2026, 2200]),
    st.tuples(st.integers(0, 25), st.integers(0, 61), st.integers(0, 61)),
    st.sampled_from(["GMT", "EST", "IST", "+0530", "-1500", "PM", "Z", "QQQ"]),
)
def test_quick_dates(weekday, day, month, year, clock, zone):
    """A date in the usual form is the same as in a form that is read the long way."""
    hour, minute, second = (f"{part:02}" for part in clock)
    text = f"{weekday}{day} {month} {year:04} {hour}:{minute}:{second} {zone}"
    assert dates.stamp(text, "Asia/Kolkata") == dates.stamp(text + " ", "Asia/Kolkata")
    iso = f"{year:04}-{day:02}-12T{hour}:{minute}:{second}"
    for end in ("Z", "+01:00", " GMT"):
        assert dates.stamp(iso + end, "UTC") == dates.stamp(f"{iso}{end} ", "UTC")


@given(st.from_regex(_PLAIN_ADDRESS, fullmatch=True))
def test_plain_addresses(address):
    """An address that is taken as it is would be made nothing else."""
    assume(len(address) < 8000)
    assert urls.absolute(URL, address) == address


def test_items_are_items():
    """What a feed is made of is frozen, equal to what is made by name, and travels."""
    (item,) = read(
        rss(
            "<item><link>https://news.example/a</link><pubDate>2026-03-03T10:20:30Z</pubDate></item>"
        )
    ).items
    assert item == Item(
        url="https://news.example/a", published=(at := Stamp(1772533230000)), updated=None
    )
    assert type(item) is Item
    assert type(item.published) is Stamp
    assert pickle.loads(pickle.dumps(item)) == item
    assert hash(item.published) == hash(at)
    with pytest.raises(dataclasses.FrozenInstanceError):
        item.url = "x"


def test_the_cut_is_said():
    """Of a feed with more entries than a worker has memory for, the number cut off is said."""
    feed = read(rss("<item><title>a</title></item>" * (feeds.MOST_ENTRIES + 7)))
    assert (len(feed.items), feed.cut) == (feeds.MOST_ENTRIES, 7)


@pytest.mark.nightly
@pytest.mark.parametrize("head", ["", "<!DOCTYPE rss>"])
async def test_a_hundred_thousand(head):
    """A feed of 100,000 entries is read within a worker's limits, or cut and the cut said."""
    body = rss(
        "".join(
            f"<item><title>Entry {n}</title><link>https://news.example/{n}</link>"
            f"<guid>{n}</guid></item>"
            for n in range(100_000)
        )
    )
    workers = Workers(1, SLOW_MEMORY_BYTES)
    given = partial(feeds.parse, head.encode() + body, **GIVEN)
    feed = await workers.run(given, wall_seconds=10.0)
    await workers.close()
    assert len(feed.items) + feed.cut == 100_000
    assert feed.cut == (90_000 if head else 0)


def real(real_data, step):
    """Each `step`-th real, broken or hostile document, by who reads it."""
    found = [
        body
        for area in ("feeds", "spacemedia", "hostile/xml", "hostile/feeds")
        for _, body in documents(real_data / area)
        if len(body) < 3_000_000
    ]
    random.Random(step).shuffle(found)
    return Counter(compare(body) for body in found[::step])


@pytest.mark.real
def test_real_documents(real_data):
    """A sample of real documents: both readers agree, and the fast one reads most feeds."""
    found = real(real_data, 10)
    assert found["fast"] > 0.5 * (found.total() - found["refused"])


@pytest.mark.real
@pytest.mark.nightly
def test_real_documents_all(real_data):
    """All real documents: both readers agree."""
    real(real_data, 1)
