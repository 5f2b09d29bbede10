"""The Space Media Network: pages of seven eras as files, identity over hosts, the real article."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import asjson, dateline, extract
from monitor.errors import ReadError, ReadReason
from monitor.publishers import spacemedia
from tests import seed

DATA = Path(__file__).parent / "data" / "spacemedia"
SECTIONS = sorted(DATA.glob("section_*.json"))
ARTICLES = sorted(set(DATA.glob("*.json")) - set(SECTIONS))
URL = "https://www.spacewar.com/reports/Saren_999.html"


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_article_cases(path: Path) -> None:
    """Every layout gives the fields in the JSON beside it, the body paragraph by paragraph."""
    case = json.loads(path.read_text())
    html = path.with_suffix(".html").read_bytes()
    item = extract.article(html, url=case["url"], content_type="text/html", timezone="UTC")
    found = {**asjson.article(item), "body": (item.body or "").split("\n\n")}
    assert {name: found[name] for name in case["expect"]} == case["expect"]
    assert not item.partial
    assert pickle.loads(pickle.dumps(item)) == item


@pytest.mark.parametrize("path", SECTIONS, ids=lambda path: path.stem)
def test_section_cases(path: Path) -> None:
    """A front or section page gives the section's address and the entries under its label."""
    case = json.loads(path.read_text())
    page = spacemedia.read_section(
        path.with_suffix(".html").read_bytes(), case["url"], case["section"]
    )
    found = [asjson.article(item) for item in page.items]
    assert page.section_url == case["section_url"]
    assert [{n: i[n] for n in w} for i, w in zip(found, case["items"], strict=True)] == case[
        "items"
    ]
    assert all(item.partial for item in page.items)
    assert pickle.loads(pickle.dumps(page)) == page


def test_without_a_section_every_article_of_the_page() -> None:
    """Asked for no section, a page gives all its articles once, each with its box's label."""
    html = (DATA / "section_front_with_link.html").read_bytes()
    page = spacemedia.read_section(html, "https://www.spacewar.com/", None)
    assert [(item.title, item.section) for item in page.items] == [
        ("Lead story of the day", None),
        ("Saren guards retake crane", "SAREN WARS"),
        ("Ferry strike ends", "SAREN WARS"),
        ("Second kite up", "KITE WARS"),
    ]


def test_section_that_the_page_does_not_have() -> None:
    """A label that stands nowhere is an error, as is a page without any article."""
    html = (DATA / "section_front_boxes_only.html").read_bytes()
    with pytest.raises(ReadError, match="LAMP WARS") as caught:
        spacemedia.read_section(html, "http://spacemart.com/", "LAMP WARS")
    assert caught.value.reason is ReadReason.NO_SECTION
    with pytest.raises(ReadError) as caught:
        spacemedia.read_section(b"<p>Back soon</p>", "http://spacemart.com/", "LAMP WARS")
    assert caught.value.reason is ReadReason.NO_LIST


# --- identity --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://www.spacewar.com/reports/Seven_in_Saren_999.html",
        "http://spacewar.com/reports/Seven_in_Saren_999.html",
        "https://WWW.Space-Travel.com/reports/Seven_in_Saren_999.html?utm_source=x#top",
        "http://www.africadaily.net/reports/Seven_in_Saren_999.html",
        "http://example-wire.test/reports/Seven_in_Saren_999.html",
    ],
)
def test_one_article_on_every_host(url: str) -> None:
    """Host, scheme, query and fragment do not part an article from itself."""
    key = spacemedia.network_key(url, hosts=("www.example-wire.test",))
    assert key == "spacemedia:/reports/Seven_in_Saren_999.html"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.spacewar.com/afp/260302234435.o89e9bqh.html",) * 2,
        ("https://www.spacedaily.com/2003/031020131348.zpt4grzm.html",) * 2,
        ("https://www.spacewar.com/", None),
        ("https://www.spacewar.com/Saren_Wars.html", None),
        ("https://www.spacewar.com/reports/", None),
        ("https://notspacewar.com/reports/A_999.html", None),
        ("https://spacewar.com.evil.test/reports/A_999.html", None),
        ("https://example-wire.test/reports/A_999.html", None),
        ("ftp://spacewar.com/reports/A_999.html", None),
        ("http://[::1/reports/A_999.html", None),
    ],
)
def test_what_has_a_key(url: str, key: str | None) -> None:
    """Articles on the network's hosts have a key; other pages and other hosts have none."""
    expected = key and "spacemedia:/" + key.split("/", 3)[3]
    assert spacemedia.network_key(url) == expected


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        ("https://www.spacewar.com/", "https://www.spacewar.com/spacewar.xml"),
        ("http://energy-daily.com/a/b.html?x", "http://energy-daily.com/energy-daily.xml"),
        ("http://africadaily.net:81/", "http://africadaily.net:81/africadaily.xml"),
    ],
)
def test_feed_of_a_host(url: str, feed: str) -> None:
    """Every host has a feed under its own name."""
    assert spacemedia.feed_url(url) == feed


# --- datelines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "place", "wire", "day"),
    [
        ("Baghdad (AFP) Nov 17, 2017", "Baghdad", "AFP", "2017-11-17"),
        ("Basra, Iraq (AFP) July 15, 2010", "Basra, Iraq", "AFP", "2010-07-15"),
        ("SEOUL (AFP) Oct 20, 2003", "SEOUL", "AFP", "2003-10-20"),
        ("Huntsville AL (SPX) Apr 04, 2013", "Huntsville AL", "SPX", "2013-04-04"),
        ("Paris, France (SPX) Fri Sep 26, 2025", "Paris, France", "SPX", "2025-09-26"),
        ("Athens Sept 24, 2025", "Athens", None, "2025-09-24"),
        ("N'Djamena (AFP) March 3, 2012", "N'Djamena", "AFP", "2012-03-03"),
        ("Moscow (RIA Novosti) Aug. 1, 2011", "Moscow", "RIA Novosti", "2011-08-01"),
        ("Cape Canaveral, Fla. (AFP) June 1 2010", "Cape Canaveral, Fla.", "AFP", "2010-06-01"),
        ("Paris (AFP) Feb 31, 2010", "Paris", "AFP", None),
    ],
)
def test_dateline_forms(line: str, place: str, wire: str | None, day: str | None) -> None:
    """All printed forms: with and without country, wire and weekday, months short and long."""
    found = dateline.read(line)
    assert found is not None
    assert (found.place, found.wire, found.day, found.rest) == (place, wire, day, "")


def test_dateline_before_a_side_storys_text() -> None:
    """What follows on the line is the story's text."""
    found = dateline.read("Beirut (AFP) Nov 11, 2017 - Side text - with dashes.")
    assert found is not None
    assert (found.text, found.rest) == ("Beirut (AFP) Nov 11, 2017", "Side text - with dashes.")
    assert found.dashed


@pytest.mark.parametrize(
    "line",
    [
        "On the quay Sept 24, 2025 was a holiday.",
        "the quay Sept 24, 2025",
        "Baghdad (AFP)",
        "Nov 17, 2017",
        "(AFP) Nov 17, 2017",
        "",
    ],
)
def test_what_is_no_dateline(line: str) -> None:
    """A sentence with a date in it is not one."""
    assert dateline.read(line) is None


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("by Staff Writers", ()),
        ("by AFP Staff Writers", ()),
        ("By Sarah Benhaida", ("Sarah Benhaida",)),
        (
            "By Maya Gebeily with Jean Marc Mojon in Baghdad",
            ("Maya Gebeily", "Jean Marc Mojon"),
        ),
        ("By Jamillah STA. ROSA, Ferdinandh Cabrera", ("Jamillah STA. ROSA", "Ferdinandh Cabrera")),
        ("Ada Finch and Ben Sorley", ("Ada Finch", "Ben Sorley")),
    ],
)
def test_authors(byline: str, authors: tuple[str, ...]) -> None:
    """Names are parted; staff writers have none."""
    assert dateline.authors(byline) == authors


@pytest.mark.parametrize("text", ["burs/srm/del", "str-sbh/jm", "ak/hc"])
def test_initials_lines(text: str) -> None:
    """A wire's closing line is known from words with a slash."""
    assert dateline.is_initials(text)
    assert not dateline.is_initials(f"{text} and more")
    assert not dateline.is_initials("AND/OR")


# --- variants of one page --------------------------------------------------------------------

WHOLE = (DATA / "era5_2017_whole_tail.html").read_text()


@pytest.mark.parametrize(
    "gone",
    [
        "<!--body-2-incontainer.php-->",
        "<!--RELATED LINKS-->",
        '<span class="BHS">',
        "\r",
    ],
)
def test_one_mark_less(gone: str) -> None:
    """The page reads the same when any one of its marks is missing."""
    assert gone in WHOLE.replace("\n", "\r\n")
    page = WHOLE.replace("\n", "\r\n").replace(gone, "")
    assert spacemedia.read_article(page, URL) == spacemedia.read_article(WHOLE, URL)


@given(st.data())
def test_any_page_cut_anywhere(data: st.DataObject) -> None:
    """However a page is cut and mixed, only a ReadError leaves."""
    cuts = st.integers(0, len(WHOLE))
    start, end, other = data.draw(cuts), data.draw(cuts), data.draw(cuts)
    page = WHOLE[:start] + WHOLE[end:] + WHOLE[other:]
    assert all(_both(page))


def _both(page: str) -> tuple[object, object]:
    """The page read as an article and as a section, or the ReadErrors."""
    return (
        _outcome(lambda: spacemedia.read_article(page, URL)),
        _outcome(lambda: spacemedia.read_section(page, URL, "SAREN WARS")),
    )


def _outcome(reader: Callable[[], object]) -> object:
    try:
        return reader()
    except ReadError as error:
        return error


HEAD = '<h1>T</h1><span class="BHS">by Staff Writers<br>Port Saren (NWA) Nov 17, 2017</span>'
HOSTILE = {
    "side stories": HEAD + "<b>H</b><br>Dornhaven (NWA) Nov 16, 2017 - Text.<p>" * 8_000,
    "datelines": HEAD + "Dornhaven (NWA) Nov 16, 2017<br>" * 8_000 + "Text.",
    "teasers": HEAD + "A line.<br>Another ... read more<p>" * 8_000,
    "end marks": HEAD + "<!--RELATED LINKS-->x<p>" * 8_000,
    "body marks": HEAD + "<!--body-2-incontainer.php-->x<p>" * 8_000,
    "headlines": "<h1>T</h1>" * 8_000,
    "bylines": "<h1>T</h1>" + "by X<br>" * 8_000,
    "labels": "KITE WARS<br>" * 8_000 + '<a href="/reports/A_999.html">A</a>' * 3,
    "entries": '<a href="/reports/A_999.html">A</a> Text.<br>' * 8_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages(name: str) -> None:
    """Many of anything takes time in proportion, and nothing else leaves than a ReadError."""
    started = time.process_time()
    assert all(_both(HOSTILE[name]))
    assert time.process_time() - started < 15


# --- real ------------------------------------------------------------------------------------


@pytest.mark.real
def test_the_first_article(real_data: Path) -> None:
    """The article that the project began with: every field, and nothing of the page's tail."""
    (path,) = (real_data / "seed").glob("*.txt")
    html, body = seed.page(path.read_text())
    item = extract.article(html.encode(), url=seed.URL, content_type="text/html", timezone="UTC")
    found = asjson.article(item)
    assert {name: found[name] for name in ("title", "byline", "authors", "place", "wire")} == {
        "title": "Iraq forces retake last IS-held town in country",
        "byline": "By Sarah Benhaida",
        "authors": ["Sarah Benhaida"],
        "place": "Baghdad",
        "wire": "AFP",
    }
    assert (found["published_at"], found["section"]) == ("2017-11-17", "IRAQ WARS")
    assert found["canonical_url"] == seed.URL
    paragraphs = (item.body or "").split("\n\n")
    assert len(paragraphs) == 25
    assert paragraphs == body
    assert [n for n, text in enumerate(paragraphs) if "car bombing" in text] == [22]
    assert [side.headline for side in item.side_stories] == ["Side story headline"]


@pytest.mark.real
def test_datelines_of_real_pages(real_data: Path) -> None:
    """The facts of real pages come back from their own datelines, and one story has one key."""
    pages: list[dict[str, Any]] = json.loads((real_data / "spacemedia/articles.json").read_text())
    keys: dict[str, set[str | None]] = {}
    for page in pages:
        day = time.strptime(page["date"], "%Y-%m-%d")
        printed = f"{page['dateline']} ({page['wire']}) {time.strftime('%b', day)} {day.tm_mday}"
        found = dateline.read(f"{printed}, {day.tm_year}")
        assert found is not None
        assert (found.place, found.wire, found.day) == (
            page["dateline"],
            page["wire"],
            page["date"],
        )
        sides = [dateline.read(side["dateline"]) for side in page["side_stories"]]
        assert all(side is not None and side.day is not None for side in sides)
        keys.setdefault(page["same_story"] or page["url"], set()).add(
            spacemedia.network_key(page["url"])
        )
    assert all(len(found) == 1 and None not in found for found in keys.values())
