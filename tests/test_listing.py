"""Section pages: by selectors, and by their repeated structure; hostile pages.

`data/listings/*.json` are cases with selectors.  `data/listings/<page>/` holds a page made by us
after a kind of real ones, and `labels.json` with what it lists: `articles` and the `next` page, or
`empty` where no list may be recognised.
"""

from __future__ import annotations

import gzip
import html as entities
import json
import pickle
import re
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import listing, urls
from monitor.errors import ReadError, ReadReason
from monitor.listing import Listing, shapes
from monitor.model import Item
from monitor.settings import Selectors

LISTINGS = Path(__file__).parent / "data" / "listings"
CASES = sorted(LISTINGS.glob("*.json"))
PAGES = sorted(path.parent for path in LISTINGS.glob("*/labels.json"))
URL = "https://lantern.test/city"
ENTRY = Selectors(item=".entry", title="h3", teaser="p", date="time")

LEAST_PRECISION, LEAST_RECALL, LEAST_TITLES = 0.95, 0.90, 0.90
# Pages whose next page is not told, and why.
NEXT_UNTOLD = {"subheadings_by_date": "the link to the year before reads as a number alone"}


def read(html: bytes, selectors: Selectors, url: str = URL) -> tuple[Item, ...]:
    return listing.read(
        html, url=url, content_type=None, timezone="UTC", selectors=selectors
    ).items  # fmt: skip


def recognise(html: bytes | str, url: str, shape: str | None = None) -> Listing:
    raw = html.encode() if isinstance(html, str) else html
    return listing.read(raw, url=url, content_type=None, timezone="UTC", shape=shape)


def attempt(html: bytes, selectors: Selectors | None = None) -> tuple[Item, ...] | ReadError:
    try:
        found = listing.read(
            html, url=URL, content_type=None, timezone="UTC", selectors=selectors
        )  # fmt: skip
    except ReadError as error:
        return error
    return found.items


def labels(page: Path) -> dict:
    return json.loads((page / "labels.json").read_text())


@cache
def recognised(page: Path) -> Listing:
    return recognise((page / "page.html").read_bytes(), labels(page)["url"])


def keys(items: tuple[Item, ...]) -> set[str | None]:
    return {urls.canonical(item.url) for item in items}


def plain(title: str | None) -> str:
    return " ".join((title or "").replace("\u2019", "'").split()).casefold()


# --- by selectors ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_listing_cases(path: Path) -> None:
    """Every page gives the entries in the JSON beside it, or the error that stands there."""
    case = json.loads(path.read_text())
    html, selectors = path.with_suffix(".html").read_bytes(), Selectors(**case["selectors"])
    if "error" in case:
        with pytest.raises(ReadError, match=re.escape(case["error"])) as caught:
            read(html, selectors, case["url"])
        assert caught.value.reason is ReadReason.NO_LIST
        return
    items = read(html, selectors, case["url"])
    found = [
        {
            "url": item.url,
            "title": item.title,
            "body": item.body,
            "published_at": item.published.iso() if item.published else None,
        }
        for item in items
    ]
    assert found == case["expect"]
    assert all(item.partial for item in items)
    assert pickle.loads(pickle.dumps(items)) == items


def test_selectors_have_the_last_word() -> None:
    """Where selectors are given nothing is guessed, and nothing is kept for tomorrow."""
    html = front(1) + '<p class=mine><a href="/x">Mine</a></p><a rel=next href="/city?p=2">2</a>'
    found = listing.read(
        html.encode(), url=URL, content_type=None, timezone="UTC", selectors=Selectors("p.mine"),
        shape="div>a",
    )  # fmt: skip
    assert [item.title for item in found.items] == ["Mine"]
    assert found.shape is None
    assert not found.moved
    assert found.next_url == "https://lantern.test/city?p=2"


# --- by structure ------------------------------------------------------------------------------

LISTED = [page for page in PAGES if not labels(page)["empty"]]
EMPTY = [page for page in PAGES if labels(page)["empty"]]


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_the_articles_of_a_page_are_told_apart(page: Path) -> None:
    """On every page nearly all articles are found, and hardly anything else."""
    wanted = {urls.canonical(article["url"]) for article in labels(page)["articles"]}
    found = keys(recognised(page).items)
    assert len(found & wanted) >= LEAST_PRECISION * len(found), found - wanted
    assert len(found & wanted) >= LEAST_RECALL * len(wanted), wanted - found


def test_over_all_pages_together() -> None:
    """Precision, recall and titles hold over all pages as well; the figures are printed."""
    hits = found = wanted = titles = 0
    for page in LISTED:
        titled = {urls.canonical(a["url"]): a["title"] for a in labels(page)["articles"]}
        items = [i for i in recognised(page).items if urls.canonical(i.url) in titled]
        hits += len(items)
        found += len(recognised(page).items)
        wanted += len(titled)
        titles += sum(plain(i.title) == plain(titled[urls.canonical(i.url)]) for i in items)
    figures = f"{len(LISTED)} pages: {hits} of {wanted} articles, {found} found, {titles} titles"
    print(figures)
    assert hits >= LEAST_PRECISION * found, figures
    assert hits >= LEAST_RECALL * wanted, figures
    assert titles >= LEAST_TITLES * hits, figures


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_what_was_found_is_explained(page: Path) -> None:
    """People read how many headlines stand in what structure; the shape is short."""
    found = recognised(page)
    assert found.found.startswith(f"{len(found.items)} headlines in `")
    assert found.shape
    assert len(found.shape) < 500
    assert all(item.title and item.partial for item in found.items)
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_the_next_page_is_seen(page: Path) -> None:
    """The next page of the list is told where there is one, and none where there is none."""
    told = recognised(page).next_url
    if page.name in NEXT_UNTOLD:
        assert told is None, "told after all: take it out of NEXT_UNTOLD"
        return
    wanted = labels(page)["next"]
    assert (told and urls.canonical(told)) == (wanted and urls.canonical(wanted))


@pytest.mark.parametrize("page", EMPTY, ids=lambda page: page.name)
def test_a_page_without_a_list_is_said_to_have_none(page: Path) -> None:
    """An article, a sign-in, an empty shell, a page that is gone: never a list, never silence."""
    with pytest.raises(ReadError) as caught:
        recognise((page / "page.html").read_bytes(), labels(page)["url"])
    assert caught.value.reason is ReadReason.NO_LIST
    assert re.search(r"`selectors`|look for", caught.value.detail)


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ("<a href='/city?page=2'>المزيد</a>", "/city?page=2"),
        ("<a href='/city?lang=en&page=2'>Daha fazla</a>", None),  # of a list in another language
        ("<a class=more href='/city/page/2/'>See all</a>", "/city/page/2/"),
        ("<a href='/town?page=2'>Περισσότερα</a>", None),
        ("<a href='/city?page=7'>Last</a>", None),
        ("<p><a href='/city?sayfa=2'>Daha fazla</a></p>", "/city?sayfa=2"),
        (
            "<div class=paging><a href='/city/2'>2</a> <a href='/city/3'>3</a>"
            " <a href='/city/11'>다음</a></div>",
            "/city/2",
        ),
        # How often a post was liked and answered, both leading to it.
        ("<p><a href='/post-4f7a1'>2</a> <a href='/post-4f7a1#responses'>1</a></p>", None),
        ("<p><a href='/city-1'>1</a> <a href='/city-2'>2</a></p>", "/city-2"),
    ],
)
def test_a_next_page_in_any_words(links: str, told: str | None) -> None:
    """What differs from the page's own address by the next number is its next page."""
    page = front(14).replace("</main>", links + "</main>").encode()
    found = listing.read(page, url=URL, content_type=None, timezone="UTC").next_url
    assert found == (told and "https://lantern.test" + told)


def test_three_short_headlines_in_article_elements_are_a_list() -> None:
    """What is marked up as articles needs no long headlines to be no directory."""
    rows = "".join(
        f"<article><h2><a href='/news/{'-'.join(title.lower().split())}'>{title}</a></h2></article>"
        for title in (
            "Ferry sails again Monday",
            "Bridge shut for winter",
            "Mayor leaves town hall",
        )
    )
    assert len(recognise(f"<main>{rows}</main>", URL).items) == 3


def test_a_next_page_of_a_section_with_a_long_name() -> None:
    """Pages that differ by their number alone are one article's, and pages of a list."""
    page = front(14).replace("</main>", "<a href='?page=2'>2</a> <a href='?page=3'>3</a></main>")
    found = recognise(page, "https://lantern.test/news-of-the-town-hall")
    assert found.next_url == "https://lantern.test/news-of-the-town-hall?page=2"


def test_a_page_filled_in_by_scripts_is_named_so() -> None:
    """Whoever adds such a page reads why nothing is there."""
    shell = '<div id="root"></div>' + '<script src="/app.js"></script>' * 3
    with pytest.raises(ReadError, match="filled in by scripts"):
        recognise(f"<html><title>News</title><body>{shell}</body></html>", URL)


@pytest.mark.parametrize("selectors", [None, Selectors("li", "a")])
def test_a_file_is_no_list(selectors: Selectors | None) -> None:
    """What was a page once may be a file today."""
    with pytest.raises(ReadError, match="this is a PDF, not a page") as caught:
        listing.read(b"%PDF-1.7 ...", url="https://news.example/", content_type="text/html",
                     timezone="UTC", selectors=selectors)  # fmt: skip
    assert caught.value.reason is ReadReason.NO_LIST


@pytest.mark.parametrize(
    "lead",
    [
        "<a href='/x'><h1>« La France d'avant n'existe plus », dit le ministre</h1></a>",
        "<h1>« La France d'avant n'existe plus », dit le ministre</h1>",
        "<a href='/x'><h1>Error 404: how a page not found became a joke</h1></a>",
    ],
)
def test_a_headline_is_not_the_pages_word_that_it_is_gone(lead: str) -> None:
    """What a linked headline says is not said of the page, nor is all that no longer exists one."""
    page = front(14).replace("<main>", f"<main><div>{lead}</div>")
    assert keys(recognise(page, "https://lantern.test/").items) >= written(front(14))


@pytest.mark.parametrize(
    "said", ["Cette page n'existe pas", "La page que vous recherchez n’existe plus"]
)
def test_a_page_that_says_it_is_gone_is_none(said: str) -> None:
    """Said in its heading, with links to what there is instead."""
    page = front(14).replace("<main>", f"<main><h1>{said}</h1>")
    with pytest.raises(ReadError, match="not there"):
        recognise(page, URL)


@pytest.mark.parametrize(("part", "beside", "is_news"), [
    ("jobs", "", False),
    ("de/hilfe", "<p>Aid for all who ask for it, and what to do.</p>", False),
    ("jobs", "<time datetime=2026-10-14>14 October</time>", True),
    ("business/labour", "", True),
    ("news/jobs-and-pay", "", True),
])  # fmt: skip
def test_vacancies_and_help_are_no_news(part: str, beside: str, *, is_news: bool) -> None:
    """Told by their addresses, where hardly one is dated; not where they were read before."""
    rows = "".join(
        f"<li><h3><a href='/{part}/{'-'.join(title.lower().split())}'>{entities.escape(title)}"
        f"</a></h3>{beside}</li>"
        for title in HEADLINES
    )
    page = f"<main><h1>All</h1><ul>{rows}</ul></main>"
    assert len(recognise(page, URL, "main>ul>li>h3>a").items) == len(HEADLINES)
    if is_news:
        assert len(recognise(page, URL).items) == len(HEADLINES)
    else:
        with pytest.raises(ReadError, match="vacancies or to help, not to news"):
            recognise(page, URL)


# --- tomorrow ----------------------------------------------------------------------------------

HEADLINES = (
    "Mayor resigns after report on the bridge", "Ferry to sail again from Monday",
    "Rain floods the lower town once more", "Council votes down plan for parking",
    "Two held after fire in the harbour", "Repairs to school roof put off again",
    "Three women win the chess cup of the island", "Power cut leaves 400 homes in the dark",
    "Bakers' strike enters its second week", "Old lighthouse sold for one crown",
    "Customs seize 40 kilos of amber", "Tram line to reopen in the spring",
)  # fmt: skip


def front(day: int, *, columns: int = 2, advert: bool = False) -> str:
    """A front page: a lead, cards with dates, columns of bare headlines; classes anew each day."""
    made = (f"css-{abs(hash((day, n))) % 10**6:x}k{n}" for n in range(99))
    news = iter([(f"{title}, day {day}", f"/2026/10/{day:02}/s-{day}{n}") for n, title in
                 enumerate(HEADLINES)])  # fmt: skip

    def link(tag: str) -> str:
        title, href = next(news)
        return f'<{tag} class="{next(made)}"><a href="{href}">{entities.escape(title)}</a></{tag}>'

    ad = '<div class="ad-slot"><a href="https://shop.test/a">Buy a better umbrella today</a></div>'
    cards = "".join(
        f'<article class="{next(made)}"><img src="/i.jpg">{link("h3")}'
        f"<p>The council said on Monday that it would look into the matter.</p>"
        f'<time datetime="2026-10-{day:02}">today</time></article>'
        for _ in range(4)
    )
    lists = "".join(
        f"<section><h2><a href='/s{n}'>Section</a></h2><ul>"
        f"{''.join(link('li') for _ in range(3))}</ul></section>"
        for n in range(columns)
    )
    return (
        f"<html><title>The Lantern</title><nav>{'<a href=/a>About</a>' * 9}</nav><main>"
        f"{ad if advert else ''}<div class={next(made)}>{link('h1')}</div><div>{cards}</div>"
        f"{lists}</main>"
    )


def written(html: str) -> set[str | None]:
    hrefs = re.findall(r'href="(/2026[^"]*)"', html)
    return {urls.canonical(urls.absolute(URL, href) or "") for href in hrefs}


def test_tomorrow_the_same_list_is_read_by_its_shape() -> None:
    """Other headlines, a block gone, classes made anew, an advert more: no article is lost."""
    today, tomorrow = front(14), front(15, columns=1, advert=True)
    first = recognise(today, "https://lantern.test/")
    second = recognise(tomorrow, "https://lantern.test/", first.shape)
    assert keys(first.items) == written(today)
    assert keys(second.items) == written(tomorrow)
    assert not second.moved


def test_a_list_that_moved_is_found_again() -> None:
    """A new layout is read afresh, and said to be one."""
    old = recognise(front(14), "https://lantern.test/").shape
    rows = "".join(
        f"<tr><td>{n}.10.2026</td><td><b><a href='/news.php?id={n}7'>{entities.escape(title)}</a>"
        "</b></td></tr>"
        for n, title in enumerate(HEADLINES, start=1)
    )
    found = recognise(f"<table>{rows}</table>", "https://lantern.test/", old)
    assert len(found.items) == len(HEADLINES)
    assert found.moved
    assert found.shape != old


def test_by_its_shape_a_quiet_day_is_a_list() -> None:
    """What is too little to be told for a list is one where yesterday's stood."""
    page = "<main><div><article><h3><a href='/2026/10/15/s-1'>Mayor resigns after bridge report</a>"
    with pytest.raises(ReadError):
        recognise(page, URL)
    found = recognise(page, URL, "main>div>article>h3>a")
    assert [item.title for item in found.items] == ["Mayor resigns after bridge report"]


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_a_page_is_read_alike_by_its_own_shape(page: Path) -> None:
    """The shape of a page, with the classes that machines make changed, loses nothing of it."""
    html = (page / "page.html").read_text(errors="replace")
    html = re.sub(r"\b(css|sc|jsx|astro)-[A-Za-z0-9]+", lambda found: f"{found[1]}-zz9", html)
    if 'charset="gb' in html.lower() or "charset=windows" in html.lower():
        return
    again = recognise(html, labels(page)["url"], recognised(page).shape)
    assert keys(again.items) >= keys(recognised(page).items)
    assert not again.moved


@given(st.text(max_size=600))
def test_any_shape(shape: str) -> None:
    """A shape is text that may come from anywhere: it adds nothing, and breaks nothing."""
    assert all(re.fullmatch(r"[a-z0-9.>-]+", path) for path in shapes.read(shape))
    found = recognise(front(14), "https://lantern.test/", shape)
    assert keys(found.items) == written(front(14))


# --- entries -----------------------------------------------------------------------------------


def entries(*boxes: str, url: str = URL) -> tuple[Item, ...]:
    """The items of a list of such boxes, filled up to a dozen with ones like them."""
    others = "".join(
        f"<li><h3><a href='/news/{n}4711'>{entities.escape(title)}</a></h3>"
        "<p>The council said on Monday that it would look into it.</p></li>"
        for n, title in enumerate(HEADLINES)
    )
    return recognise(f"<ul>{''.join(boxes)}{others}</ul>", url).items


def first(box: str) -> Item:
    return entries(box)[0]


@pytest.mark.parametrize(
    "box",
    [
        "<li><a href=/n/4712><img src=a.jpg></a><h3><a href=/n/4712>The bridge is shut</a></h3><p>"
        "It was said on Monday. <a href=/n/4712>Read more</a> <a href=/n/4712#c>3 comments</a></p>",
        "<li><a href=/n/4712><div>Politics</div><h3>The bridge is shut</h3><p>It was said on Monday"
        " in the town hall.</p><time>2 hours ago</time></a>",
        "<li><a href=/n/4712 aria-label='The bridge is shut'></a><p>It was said on Monday.",
        "<li><a href=/n/4712><img alt='The bridge is shut'></a><p>It was said on Monday.",
        "<li><h3>The bridge is shut</h3><p>It was said on Monday. <a href=/n/4712>More</a></p>",
        "<li><h3><a href=/n/4712><b class=kicker>Town</b><span>The bridge is shut</span></a></h3>",
        "<li><h3><a href=/n/4712><span class=badge>LIVE</span> The bridge is shut</a></h3>",
        "<li><h3><a href=/n/4712?pos=1>The bridge <em>is</em> shut</a></h3>",
        "<li><h3>The bridge is shut</h3><p>It was said on Monday. <a href=/n/4712>Read press"
        " release</a></p>",
        "<li><b><a href=/n/4712>» The bridge is shut</a></b>",
        "<li><h3><a href=/n/4712 title='The bridge is shut'><span>War in the Gulf</span><span>"
        "<span>The bridge is shut</span></span></a></h3>",
        "<li><h3><a href=/n/the-bridge-is-shut-4712><span>War in the Gulf</span><div>The bridge is"
        " shut</div><div>It is said that the bridge is not to open this year.</div></a></h3>",
        "<li><a href=/n/4712><h3><span class=teaser__type>Live, told by Ann Lee</span> The bridge"
        " is shut</h3><p>It was said on Monday.</p></a>",
    ],
)
def test_a_headline_is_read(box: str) -> None:
    """Whatever is linked, the headline is the title, and the article is one entry."""
    found = [item for item in entries(box) if "4712" in item.url]
    assert [item.title for item in found] == ["The bridge is shut"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("<time datetime='2026-10-14T09:00:00+02:00'>today</time>", "2026-10-14T07:00:00Z"),
        ("<span>Nov 17, 2017</span>", "2017-11-17"),
        ("<span class=d>Baghdad (AFP) Nov 17, 2017</span>", "2017-11-17"),
        ("<i>14.10.2026</i>", "2026-10-14"),
        ("<i>14/10/2026</i>", "2026-10-14"),
        ("<i>City desk, 14-10-2026</i>", "2026-10-14"),
        ("<i>Updated 10/14/2026 09:30</i>", "2026-10-14T09:30:00Z"),
        ("<i>1/2/10/2026</i>", None),
        ("<i>2026年10月14日</i>", "2026-10-14"),
        ("<i>城市报 2026年10月14日 10:30 来源</i>", "2026-10-14T10:30:00Z"),
        ("<i>Опубликовано 14 октября 2026 г.</i>", "2026-10-14"),
        ("<i>Por Ana, 14 de octubre de 2026</i>", "2026-10-14"),
        ("<i>शहर, 14 अक्टूबर 2026</i>", "2026-10-14"),
        ("<span class=date>2 hours ago</span>", None),
    ],
)
def test_a_date_is_read(written: str, told: str | None) -> None:
    """A date that stands beside a headline is its entry's; one that nobody can place is none."""
    item = first(f"<li><h3><a href=/n/4712>The bridge is shut</a></h3>{written}")
    assert (item.published.iso() if item.published else None) == told


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<html lang=de>", "2026-04-03"),
        ("<html lang=pt-BR>", "2026-04-03"),
        ("<html lang=en-GB>", "2026-04-03"),
        ("<html lang=en>", None),
        ("<html lang=en-US>", None),
        ("<html lang=ja>", None),
        ("<html>", None),
        ("<html lang=en><p>Read on <i>28/03/2026</i>", "2026-04-03"),
        ("<html lang=de><p>Read on <i>03/28/2026</i>", "2026-03-04"),
        ("<html lang=de><p>Read on <i>03/28/2026</i> and 28/03/2026", None),
        ("<html><script>a = '28/03/2026'</script>", None),
    ],
)
@pytest.mark.parametrize("selectors", [None, Selectors(item="li", title="h3", date="i")])
def test_a_date_of_numbers_is_read(page: str, told: str | None, selectors: object) -> None:
    """Which number is the day is told by the page's other dates, else by its language."""
    lines = "".join(
        f"<li><h3><a href='/news/{n}4711'>{entities.escape(title)}</a></h3><i>03/04/2026</i></li>"
        for n, title in enumerate(HEADLINES)
    )
    items = listing.read(
        f"{page}<ul>{lines}</ul>".encode(),
        url=URL,
        content_type=None,
        timezone="UTC",
        selectors=selectors,
    ).items
    assert {item.published and item.published.iso() for item in items} == {told}


LONG_LINK = "<a href='/by/ann-lee-and-others'>Ann Lee and three other writers</a>"
TIME = "<time datetime='2026-10-14'>Wednesday</time>"


@pytest.mark.parametrize(
    ("box", "told"),
    [
        (f"<article><h3>HEAD</h3><div>{LONG_LINK}{TIME}</div></article>", "2026-10-14"),
        (f"<article><div>{LONG_LINK}</div><h3>HEAD</h3>{TIME}</article>", "2026-10-14"),
        (f"<article>{TIME}<div>{LONG_LINK}</div><div><h3>HEAD</h3></div></article>", "2026-10-14"),
        (f"<article><h3>HEAD</h3><p>It is shut. {LONG_LINK}</p>{TIME}</article>", "2026-10-14"),
        # the link lies empty over its card, the long link is one of related articles
        (
            "<article><a href=/n/4712 aria-label='The bridge is shut'></a><div><h3>The bridge is"
            f" shut</h3></div><div>{TIME}</div><div>{LONG_LINK}</div></article>",
            "2026-10-14",
        ),
        # of whom a date is cannot be told where two stand there, or two headlines
        (f"<article><h3>HEAD</h3><div>{LONG_LINK}{TIME} {TIME}</div></article>", None),
        (f"<article><h3>HEAD</h3><h3>{LONG_LINK}</h3>{TIME}</article>", None),
    ],
)
def test_the_date_of_a_box_with_another_long_link(box: str, told: str | None) -> None:
    """A writer's or a topic's name as long as a headline does not end the box."""
    found = entries(f"<li>{box.replace('HEAD', '<a href=/n/4712>The bridge is shut</a>')}")
    (item,) = (item for item in found if "4712" in item.url)
    assert (item.published.iso() if item.published else None) == told


def test_a_topic_between_picture_and_date_cuts_nothing_off() -> None:
    """The date and teaser stand by the second link to the article, not by its picture."""
    topic = "<a href='/category/war-in-the-gulf/'>War in the Gulf and beyond</a>"
    box = (
        "<li><div><figure><a href=/n/4712><img src=/b.jpg></a></figure><h2><a href=/n/4712>The"
        " bridge is shut</a></h2><p>It was said on Monday in the town hall. <a href=/n/4712>Read"
        f" more</a></p><div><time datetime=2026-10-14><a href=/n/4712>14</a></time>{topic}</div>"
    )
    (item,) = (item for item in entries(box) if "4712" in item.url)
    assert item.title == "The bridge is shut"
    assert item.published is not None
    assert item.published.day == "2026-10-14"
    assert (item.body or "").startswith("It was said on Monday")
    assert item.image == "https://lantern.test/b.jpg"


@pytest.mark.parametrize("beside", [
    "<figure><img src=a.jpg><figcaption>Smoke over the bridge on Friday, seen from the port."
    "</figcaption></figure>",
    "<div>Posted on November 17, 2025 by the desk</div>",
])  # fmt: skip
def test_a_teaser_is_no_caption_and_no_date(beside: str) -> None:
    """What is said of the picture or of the day is not said of the article."""
    text = "It was said on Monday in the town hall, late at night."
    item = first(f"<li>{beside}<h3><a href=/n/4712>The bridge is shut</a></h3><p>{text}</p>")
    assert item.body == text


@pytest.mark.parametrize("head", ["Upcoming events", "Veranstaltungen", "What's on tonight"])
def test_a_column_of_events_is_none_of_newest_headlines(head: str) -> None:
    """They have times of day as well, but are no news."""
    rows = "".join(
        f"<li><span>1{n % 10}:30</span> <a href='/city/{n}99-{n}'>Choir of the town sings again</a>"
        for n in range(8)
    )
    column = f"<aside><h3>{head}</h3><ul>{rows}</ul></aside>"
    page = front(14).replace("</main>", f"</main>{column}")
    assert keys(recognise(page, "https://lantern.test/").items) == written(front(14))


def test_an_article_element_around_the_page_is_no_post() -> None:
    """What stands in paragraphs beside headed entries is listed as well, where one element named
    after an article holds them all."""
    rows = "".join(
        f"<div><h3><a href='/news/{n}4711'>{entities.escape(title)}</a></h3></div>"
        f"<p><a href='/news/{n}5822'>{entities.escape(title)} again</a></p>"
        for n, title in enumerate(HEADLINES)
    )
    found = recognise(f"<main><article>{rows}</article></main>", URL).items
    assert len(found) == 2 * len(HEADLINES)


OLD = "Car bombing on anniversary of June 10, 2014 fall of Mosul"


@pytest.mark.parametrize(
    ("box", "told"),
    [
        (f"<h3><a href=/n/4712>{OLD}</a></h3><span class=date>Nov 17, 2025</span>", "2025-11-17"),
        (f"<h3><a href=/n/4712>{OLD}</a></h3><span>Nov 17, 2025</span>", "2025-11-17"),
        (f"<h3><a href=/n/4712>{OLD}</a></h3><p>It was said on Monday.</p>", None),
        (
            "<h3><a href=/n/4712>The bridge is shut</a></h3><p>It was built after the flood of"
            " June 10, 2014, as the town council said.</p><p class=post-date>17.11.2025</p>",
            "2025-11-17",
        ),
        (
            "<h3><a href=/n/4712>The bridge is shut</a></h3><p>It was built after the flood of"
            " <b>the year</b> on June 10, 2014, as the council said.</p>",
            None,
        ),
        (
            "<h3><a href=/n/4712>The bridge is shut</a></h3><p>Baghdad (AFP) Nov 17, 2025 - The"
            " bridge that was built on June 10, 2014 is shut.</p>",
            "2025-11-17",
        ),
        (
            "<h3><a href=/n/4712>The bridge is shut</a></h3><p>17.11.2025 – The bridge that was"
            " built on 10.6.2014 is shut.</p>",
            "2025-11-17",
        ),
        (
            "<h3><a href=/n/4712>The bridge is shut</a></h3>"
            "<p>Posted on November 17, 2025 by admin</p>",
            "2025-11-17",
        ),
    ],
)
def test_a_date_that_a_text_speaks_of_is_not_the_articles(box: str, told: str | None) -> None:
    """An old date in a headline or teaser makes nothing old."""
    item = first(f"<li>{box}")
    assert (item.published.iso() if item.published else None) == told


def test_a_date_before_a_bare_link_is_not_the_next_ones() -> None:
    """On pages of lines a date that leads its line is not taken for the line above."""
    lines = "".join(
        f"{n}.10.2026 <a href='n{n}.htm'>{entities.escape(title)}</a><br>"
        for n, title in enumerate(HEADLINES, start=1)
    )
    days = [item.published and item.published.day for item in recognise(lines, URL).items]
    assert days == [f"2026-10-{n:02}" for n in range(1, 13)]


def test_the_date_before_a_definition_is_its_own() -> None:
    """Lists of `dt` and `dd`: one date may stand over several."""
    lines = "".join(
        f"<dt>{n}. Oktober 2026</dt><dd><a href='/news/{n}4711'>{entities.escape(title)}</a> Es"
        f" hieß, die Sache werde bald geprüft.</dd><dd><a href='/news/{n}5811'>Noch einmal:"
        f" {entities.escape(title)}</a></dd>"
        for n, title in enumerate(HEADLINES, start=1)
    )
    items = recognise(f"<html lang=de><dl>{lines}</dl>", URL).items
    days = [item.published and item.published.day for item in items]
    assert days == [f"2026-10-{n:02}" for n in range(1, 13) for _ in range(2)]


def test_teaser_byline_and_picture_are_read() -> None:
    """What else stands plainly in the box is the entry's."""
    item = first(
        "<li><img src='/b.jpg'><h3><a href=/n/4712>The bridge is shut</a></h3>"
        "<p>By Rosa Montalvo</p><p>It was said on Monday in the town hall, late at night.</p>"
    )
    assert item.body == "It was said on Monday in the town hall, late at night."
    assert item.byline == "By Rosa Montalvo"
    assert item.image == "https://lantern.test/b.jpg"


# --- hostile pages -----------------------------------------------------------------------------

HEADLINE = "Mayor resigns after the report on the bridge"
HOSTILE = {
    "20,000 entries": '<div class="entry"><a href="/a">One</a></div>' * 20_000,
    "nested entries": '<div class="entry"><a href="/a">One</a>' * 5_000,
    "entry in link": '<a href="/a"><div class="entry">One' * 5_000,
    "huge address": f'<div class="entry"><a href="/{"a" * 2_000_000}">One</a></div>',
    "nul in address": '<div class="entry"><a href="/a\0b">O\0ne</a></div>',
    "bad address": '<div class="entry"><a href="http://[::1">One</a></div>',
    "bad base": '<base href="http://[::1"><div class="entry"><a href="/a">One</a></div>',
    "empty": "",
    "100,000 links": "".join(f'<a href="/n{n}.html">{HEADLINE}</a>' for n in range(100_000)),
    "deep nesting": '<div class="sidebar">' * 10_000 + f'<a href="/a-b-c-d">{HEADLINE}</a>' * 99,
    "one giant text": "word " * 500_000,
    "one giant link": f'<a href="/a-b-c-d">{"<span>word </span>" * 100_000}</a>',
    "a line of links": "".join(f'word <a href="/n{n}.html">{HEADLINE}</a>' for n in range(3_000)),
    "labels": "<b>Most read</b>" * 20_000 + f'<a href="/n1.html">{HEADLINE}</a>' * 99,
    "deep json": f'<script type="application/ld+json">{{"@type":"ItemList","a":{"[" * 90_000}',
}


@pytest.mark.parametrize("selectors", [ENTRY, None], ids=["selectors", "structure"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages(name: str, selectors: Selectors | None) -> None:
    """A page made to break a reader gives entries or a ReadError, and soon."""
    started = time.process_time()
    found = attempt(HOSTILE[name].encode(), selectors)
    assert time.process_time() - started < 10
    if isinstance(found, ReadError):
        assert found.reason is ReadReason.NO_LIST
    else:
        assert found
        assert all("\0" not in item.url + (item.title or "") for item in found)


@pytest.mark.alone
def test_a_large_page_takes_what_its_length_asks() -> None:
    """A megabyte of list takes less than a second of work, give a slow machine twice that; half
    of it takes about half."""

    def seconds(stories: int) -> float:
        rows = "".join(
            f"<article class=card><h3><a href='/2026/10/14/story-{n}'>{HEADLINE}, part {n}</a>"
            f"</h3><p>{'It was said on Monday in the town hall. ' * 8}</p><i>{n} hours ago</i>"
            "</article>"
            for n in range(stories)
        )
        started = time.process_time()
        assert len(recognise(rows, URL).items) == stories
        return time.process_time() - started

    # Side by side: a machine's speed may change by a half from one second to the next.
    pairs = [(seconds(2_200), seconds(1_100)) for _ in range(3)]
    assert min(whole / half for whole, half in pairs) < 3
    assert min(whole for whole, _ in pairs) < 2


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    """No bytes make anything but a ReadError leave."""
    for html in (raw, b'<div class="entry">' + raw, b'<div class=entry><a href="' + raw):
        for selectors in (ENTRY, None):
            found = attempt(html, selectors)
            assert isinstance(found, ReadError) or found


@settings(max_examples=60)
@given(page=st.sampled_from(PAGES), draw=st.randoms(use_true_random=False))
def test_mutated_pages(page: Path, draw: object) -> None:
    """Pages cut, doubled and garbled anywhere are read, or raise ReadError."""
    html = bytearray((page / "page.html").read_bytes())
    for _ in range(draw.randint(1, 20)):
        at, length = draw.randrange(len(html)), draw.randint(0, 200)
        html[at : at + length] = draw.choice(
            [b"", b"<", b">", b'"', b"</div>", b"<a href=", b"<table>", html[at : at + length] * 2]
        )
    with suppress(ReadError):
        found = recognise(bytes(html), labels(page)["url"], recognised_shape(page))
        assert found.items
        assert len(found.shape or "") < 500


def recognised_shape(page: Path) -> str | None:
    return None if labels(page)["empty"] else recognised(page).shape


# --- real pages --------------------------------------------------------------------------------

MOST_ARTICLES_READ_AS_LISTS = 0.02


def test_real_articles_are_no_lists(real_data: Path) -> None:
    """Of publishers' article pages, with all that they link to, hardly one is read as a list."""
    truth = json.loads((real_data / "article-extraction" / "ground-truth.json").read_text())
    pages = [
        (real_data / "article-extraction" / "html" / f"{name}.html.gz", entry["url"])
        for name, entry in truth.items()
    ]
    lists = 0
    for path in sorted((real_data / "fundus").glob("*/*.html.gz")):
        raw = gzip.decompress(path.read_bytes())
        found = re.search(rb"rel=[\"']?canonical[\"']?[^>]*href=[\"']([^\"']+)", raw)
        if found is not None:
            pages.append((path, found[1].decode("utf-8", "replace")))
    for path, url in pages:
        with suppress(ReadError):
            recognise(gzip.decompress(path.read_bytes()), url)
            lists += 1
    print(f"{lists} of {len(pages)} article pages read as lists")
    assert lists <= MOST_ARTICLES_READ_AS_LISTS * len(pages)
