"""The little newswire: what it publishes, how it answers, and that its journal comes first."""

from __future__ import annotations

import re

import feedparser
import pytest
from lxml import html

from monitor.demo.network_pages import WIRE, typeset
from monitor.demo.newswire import HOSTS, SECTION, Newswire
from monitor.demo.stories import Story, load_stories
from monitor.publishers.spacemedia import read_section
from monitor.publishers.spacemedia_article import read_article

NOW = 1_510_927_867_000  # 17 Nov 2017, 14:11:07 UTC
MAIN = "Army_retakes_last_rebel-held_town"
PATH = f"/reports/{MAIN}_999.html"
WORDS = re.compile(r"\bcar[\W_]+bombing\b|\bliberated\b", re.IGNORECASE)
STORIES = load_stories()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wire(clock: Clock) -> Newswire:
    return Newswire(STORIES, clock=clock)


def page(wire: Newswire, path: str, host: str = "www.example-wire.test") -> str:
    answer = wire.answer(host, path, {})
    assert answer.status == 200, path
    return answer.body.decode()


def feed(wire: Newswire, host: str = "example-wire.test") -> feedparser.FeedParserDict:
    return feedparser.parse(page(wire, f"/{host.removesuffix('.test')}.xml", host).encode())


def matching(stories: list[Story]) -> list[str]:
    return [s.slug for s in stories if WORDS.search("\n\n".join((s.title, *s.paragraphs)))]


# --- what there is to read ----------------------------------------------------------------------


def test_first_sight_is_37_items_of_which_two_match() -> None:
    """Section, feed and outlet show 37 different articles; one names each of the two phrases."""
    known = [story for story in STORIES if story.hours_ago is not None]
    assert len({story.path for story in known}) == 37
    assert len(matching(known)) == 2


def test_only_true_news_matches_among_what_is_published_live() -> None:
    """The traps hold words close to the rules' phrases, but neither phrase, or one beside a word
    that demotes it."""
    live = [story for story in STORIES if story.hours_ago is None]
    hits = {
        MAIN,
        "saren-army-takes-halvet",
        "Radio_mast_on_Tarn_ridge_liberated",
        "Blast_outside_Dornhaven_grain_exchange_wounds_nine",
        "film-tells-of-car-bombing-seen-from-parked-car",
    }
    assert [story.demoted for story in live if story.demoted] == ["film"]
    assert set(matching(live)) == hits
    assert len(live) - len(hits) == 3


def test_main_article_has_the_phrases_where_the_demo_says() -> None:
    """25 paragraphs: "liberated" in the fifth and once more, "car bombing" in the 23rd."""
    paragraphs = next(story for story in STORIES if story.slug == MAIN).paragraphs
    assert len(paragraphs) == 25
    assert [n for n, text in enumerate(paragraphs, 1) if "liberated" in text] == [5, 9]
    assert [n for n, text in enumerate(paragraphs, 1) if "car bombing" in text] == [23]


def test_copy_is_nearly_the_wire_text() -> None:
    """The outlet's version shares most sentences with the wire's, and credits the wire."""
    by_slug = {story.slug: story for story in STORIES}
    original, copy = by_slug[MAIN], by_slug["saren-army-takes-halvet"]
    shared = set(original.paragraphs) & set(copy.paragraphs)
    assert 0.7 < len(shared) / len(original.paragraphs) < 0.9
    assert copy.wire == original.wire


# --- pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", [s for s in STORIES if s.outlet == "wire"], ids=lambda s: s.slug)
def test_network_page_has_the_traits_that_its_reader_relies_on(
    wire: Newswire, story: Story
) -> None:
    """A trimmed h1, og:url, byline and dateline in span.BHS, body between the two comments."""
    if story.hours_ago is None:
        wire.publish(story.slug)
    text = page(wire, story.path)
    tree = html.document_fromstring(text)
    assert re.search(r"<h1>[^<]+<br></h1>", text)
    (url,) = tree.xpath("//meta[@property='og:url']/@content")
    assert url == WIRE.base + story.path
    (span,) = tree.xpath("//span[@class='BHS']")
    assert re.fullmatch(r"[Bb]y .+\n[\w ,]+ \(NWA\) \w+ \d+, 2017", span.text_content())
    body = text.partition("<!--body-2-incontainer.php-->")[2].partition("<!--RELATED LINKS-->")[0]
    assert all(f"{typeset(paragraph)}<p>" in body for paragraph in story.paragraphs)
    assert "</p>" not in text
    assert text.isascii()


def test_dateline_bears_the_day_of_publication(wire: Newswire) -> None:
    """What is published live is of today, so nothing about it is late."""
    wire.publish(MAIN)
    assert "Port Saren (NWA) Nov 17, 2017" in page(wire, PATH)


def test_boxed_side_story_gives_the_old_layout_its_first_dateline(wire: Newswire) -> None:
    """In the older layout the first dateline of the page is not the article's."""
    text = page(wire, "/reports/Kestria_closes_border_bridge_to_lorries_999.html")
    assert text.index("Port Saren (NWA)") < text.index('class="BHS"')


def test_side_story_stands_inside_the_newer_layouts_body(wire: Newswire) -> None:
    wire.publish(MAIN)
    body = page(wire, PATH).partition("<!--body-2-incontainer.php-->")[2]
    side = "<b>Kestria reopens its side of the border bridge</b><br>Dornhaven, Kestria (NWA) Nov"
    assert body.index("Colonel Yusef") < body.index(side) < body.index("Tomas Velk")
    assert "mk/ab/st<p>" in body


def test_tail_repeats_the_phrases_below_every_article(wire: Newswire) -> None:
    """Whoever reads on below the article finds the rules' phrases in other people's headlines."""
    tail = page(wire, "/reports/Mine_clearers_run_short_of_dogs_999.html").partition("ja/ab<p>")[2]
    assert len(WORDS.findall(tail)) == 5
    assert tail.count("<td>SAREN WARS</td>") == 8


def test_sister_host_answers_the_same_path_under_another_masthead(wire: Newswire) -> None:
    wire.publish(MAIN)
    ours, theirs = page(wire, PATH), page(wire, PATH, "sister-wire.test:8080")
    assert "Ocean Trade News" in theirs
    assert "Ocean Trade News" not in ours
    body = ours.partition("<h1>")[2]
    assert body == theirs.partition("<h1>")[2]


def test_front_page_leads_to_the_section_page_by_its_label(wire: Newswire) -> None:
    links = html.document_fromstring(page(wire, "/")).xpath(f"//a[text()='{SECTION}']/@href")
    assert links == ["/Saren_Wars.html"]
    tree = html.document_fromstring(page(wire, links[0]))
    assert len(set(tree.xpath("//a[starts-with(@href, '/reports/')]/@href"))) == 12


def test_section_page_can_go_empty_and_come_back(wire: Newswire) -> None:
    """Its page is then there, with its label, and without one article."""
    before = wire.answer("example-wire.test", "/Saren_Wars.html", {})
    wire.show_section(SECTION, empty=True)
    text = page(wire, "/Saren_Wars.html")
    assert SECTION in text
    assert "/reports/" not in text
    wire.show_section(SECTION, empty=False)
    assert wire.answer("example-wire.test", "/Saren_Wars.html", {}).body == before.body


@pytest.mark.parametrize("path", [PATH, "/reports/", "/news/x", "/Nothing.html", "/example.xml"])
@pytest.mark.parametrize("host", ["example-wire.test", "coastal-press.test", "else.test", ""])
def test_what_is_not_published_is_not_found(wire: Newswire, host: str, path: str) -> None:
    assert wire.answer(host, path, {}).status == 404


def plain(text: str | None) -> str:
    """Quotes as they stand in the texts, before the network curls them."""
    return re.sub("[\u2018\u2019]", "'", re.sub("[\u201c\u201d]", '"', text or ""))


@pytest.mark.parametrize("host", ["www.example-wire.test", "sister-wire.test"])
def test_networks_reader_reads_every_article_as_it_was_written(wire: Newswire, host: str) -> None:
    """Also beside side stories, and with nothing of the tail."""
    for story in [s for s in STORIES if s.outlet == "wire"]:
        if story.hours_ago is None:
            wire.publish(story.slug)
        item = read_article(page(wire, story.path, host), f"http://{host}{story.path}")
        assert plain(item.body).split("\n\n") == list(story.paragraphs), story.slug
        assert plain(item.title) == story.title
        assert (item.place, item.wire, item.section) == (story.place, "NWA", story.section)
        assert len(item.side_stories) == (story.side is not None)


def test_networks_reader_finds_the_section_and_its_articles(wire: Newswire) -> None:
    base = "http://www.example-wire.test"
    front = read_section(page(wire, "/"), f"{base}/", SECTION, hosts=HOSTS)
    assert front.section_url == f"{base}/Saren_Wars.html"
    own = read_section(page(wire, "/Saren_Wars.html"), front.section_url, SECTION, hosts=HOSTS)
    assert len(own.items) == 12


# --- feeds --------------------------------------------------------------------------------------


def test_feed_has_fifteen_entries_without_guid_and_one_date(wire: Newswire) -> None:
    """Every date is the build's, stated in the network's own zone, far from UTC."""
    text = page(wire, "/example-wire.xml")
    assert len(feed(wire).entries) == 15
    assert "<guid" not in text
    dates = set(re.findall(r"<pubDate>(.+?)</pubDate>", text))
    assert dates == {"Sat, 18 NOV 2017 00:11:07 AEST"}


def test_feed_names_two_hosts_and_cuts_its_teasers_in_mid_word(wire: Newswire) -> None:
    entries = feed(wire).entries
    hosts = {entry.link.split("/")[2] for entry in entries}
    assert hosts == {"www.example-wire.test", "www.sister-wire.test"}
    by_path = {story.path: " ".join(story.paragraphs) for story in STORIES}
    for entry in entries:
        text = by_path["/" + entry.link.split("/", 3)[3]]
        teaser = entry.description.rsplit("\n\n", 1)[1]
        assert text.startswith(teaser)
        assert 400 < len(teaser) <= 500
        assert text[len(teaser)].isalpha()


def test_feed_never_shows_the_phrases(wire: Newswire) -> None:
    """Whoever does not follow the feed to the article misses the news."""
    wire.publish(MAIN)
    entry = feed(wire).entries[0]
    assert entry.link.endswith(PATH)
    assert not WORDS.search(entry.title + entry.description)


def test_publishing_builds_the_feed_anew_and_re_dates_all_of_it(
    wire: Newswire, clock: Clock
) -> None:
    before = {entry.link: entry.published for entry in feed(wire).entries}
    clock.now += 30_000
    wire.publish(MAIN)
    after = {entry.link: entry.published for entry in feed(wire).entries}
    stayed = before.keys() & after.keys()
    assert len(stayed) == 14
    assert all(before[link] != after[link] for link in stayed)


def test_feed_that_grew_old_is_built_anew_when_asked_for(wire: Newswire, clock: Clock) -> None:
    first = page(wire, "/example-wire.xml")
    clock.now += 59_000
    assert page(wire, "/example-wire.xml") == first
    clock.now += 2_000
    assert page(wire, "/example-wire.xml") != first


def test_atom_feed_is_well_formed_and_keeps_its_dates(wire: Newswire, clock: Clock) -> None:
    """The outlet's entries have ids and hold still while others come."""
    before = feedparser.parse(page(wire, "/feed.atom", "coastal-press.test").encode())
    clock.now += 60_000
    wire.publish("saren-army-takes-halvet")
    after = feedparser.parse(page(wire, "/feed.atom", "coastal-press.test").encode())
    assert (before.bozo, len(before.entries), len(after.entries)) == (False, 10, 11)
    assert [e.updated for e in after.entries[1:]] == [e.updated for e in before.entries]
    assert after.entries[0].link == "http://coastal-press.test/news/saren-army-takes-halvet"
    assert "PORT SAREN (NWA) - " in page(
        wire, "/news/saren-army-takes-halvet", "coastal-press.test"
    )
