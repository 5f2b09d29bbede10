"""Why a page is no list of articles, in a sentence that says what to do.

Told of the page as a whole: an article, a page that is not there, a sign-in, an empty shell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from monitor import jsonld, markup, urls
from monitor.listing import words
from monitor.listing.addresses import LIKELY, STRONG, weigh
from monitor.listing.links import MOST_ELEMENTS, climb
from monitor.listing.spans import HEADINGS
from monitor.listing.spots import Spot

_GIVE = "give the source `selectors`, or another address"
_TITLE_PARTS = re.compile(r"\s+[|–—·:-]\s+|\s*\|\s*")
_FLOWING = frozenset({"p", "br", "blockquote"})
_INLINE = words.these("b i em strong u span font small q cite abbr mark sup sub code")
_ARTICLE_CHARS = 700  # of running text in one place
_SURE_CHARS = 2500
_ENOUGH = 3  # votes: declared 2, running text 2, much of it 1, the own address 1 or 2
_PARAGRAPH = 60
FEWEST = 3  # headlines that are a list
_FEW = 6
_MOST_HEADS = 5
_MANY_OTHERS = 20
_OTHERS = 4  # links of other kinds to one that only reads as a headline
_HEADLINE = 5  # words
_MOST_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Prose:
    """A place with running text: characters outside of links, paragraphs, and what share of that
    the second such place has."""

    place: HtmlElement
    chars: int
    paragraphs: int
    second: float

    @property
    def flows(self) -> bool:
        return self.chars >= _ARTICLE_CHARS and self.paragraphs >= 3 and self.second < 0.5


def not_there(tree: HtmlElement) -> str | None:
    """What to say where the page says itself that there is none, with a status of success."""
    said = [markup.text_of(e) for e in list(tree.iter("h1"))[:3] if not _is_linked(e)]
    title = next((t.text_content()[:300] for t in tree.iter("title")), "")
    said += [title, *_TITLE_PARTS.split(title)]
    for text in said:
        if text and len(text) < 120 and words.NOT_FOUND.search(text.strip(" .!…")):
            return f"the page says that it is not there: {text.strip()!r}; look for the new address"
    return None


def _is_linked(element: HtmlElement) -> bool:
    links = (*element.iter("a"), *element.iterancestors("a"))
    return any(link.get("href") for link in links)


def article(tree: HtmlElement, url: str, chosen: Sequence[Spot]) -> str | None:
    """What to say where the page is one article, with links to others beside it."""
    if urls.is_front_page(url):
        return None
    flowing = [prose for prose in proses_of(tree) if prose.flows and not _lists(prose, chosen)]
    longest = max((prose.chars for prose in flowing), default=0)
    own = weigh(url, frozenset({urls.registrable(urls.site(url) or "")})).points or 0.0
    votes = 2 * _declared_article(tree) + (own >= LIKELY) + (own >= STRONG)
    votes += 2 * bool(flowing) + (longest >= _SURE_CHARS)
    if votes < _ENOUGH:
        return None
    return f"the page is one article, not a list of them; {_GIVE} of a section or front page"


def _lists(prose: Prose, chosen: Sequence[Spot]) -> bool:
    """Whether the running text is what stands beside listed headlines, or a post among others."""
    inside = [spot for spot in chosen if _is_in(spot.box, prose.place)]
    if len(inside) >= FEWEST and _text_before(inside[0].link, prose.place) < _ARTICLE_CHARS:
        return True
    return _is_of_a_post(prose.place, chosen)


def _text_before(link: HtmlElement, place: HtmlElement) -> int:
    """Characters of running text in a place before its first listed headline."""
    before = takewhile(lambda element: element is not link, place.iter())
    return sum(len(element.text or "") for element in before if element.tag == "p")


def _declared_article(tree: HtmlElement) -> bool:
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name == "og:type" and (meta.get("content") or "").lower().endswith("article"):
            return True
        if name == "article:published_time":
            return True
    return jsonld.article(tree).text("articleBody") is not None


def _is_of_a_post(place: HtmlElement, chosen: Sequence[Spot]) -> bool:
    """Whether a text stands under its own linked heading, in a box without other headlines."""
    posts: dict[HtmlElement, list[Spot]] = {}
    for spot in chosen:
        if spot.in_heading:
            post = next((at for at in climb(spot.box) if at.tag == "article"), spot.box)
            posts.setdefault(post, []).append(spot)
    for at in climb(place):
        spots = posts.get(at, [])
        if len({spot.key for spot in spots}) == 1:
            text = place if at is not place else next(place.iter("p"), None)
            return _stands_before(spots[0].link, text, at)
    return False


def _stands_before(link: HtmlElement, text: HtmlElement | None, within: HtmlElement) -> bool:
    before = takewhile(lambda element: element is not text, within.iter())
    return any(element is link for element in before)


def _is_in(element: HtmlElement, place: HtmlElement) -> bool:
    return any(at is place for at in climb(element))


def proses_of(tree: HtmlElement) -> list[Prose]:
    """Where most of the page's running text stands: one place, and one with its parts in boxes."""
    near = _Texts()
    events = etree.iterwalk(tree, events=("start",))
    for number, (_, element) in enumerate(events):
        if number == MOST_ELEMENTS:
            break
        if element.tag in markup.UNSEEN or element.tag in ("a", "nav", "footer", *HEADINGS):
            events.skip_subtree()
        else:
            near.credit(element, element.text)
        near.credit(element.getparent(), element.tail)
    far = _Texts()
    for place, chars in near.chars.items():
        above = place.getparent()
        if above is not None:
            far.chars[above] += chars
            far.paragraphs[above] += near.paragraphs[place]
    return [prose for texts in (near, far) for prose in texts.most()]


@dataclass(slots=True)
class _Texts:
    """A text's place is what its paragraph stands in."""

    chars: Counter[HtmlElement] = field(default_factory=Counter)
    paragraphs: Counter[HtmlElement] = field(default_factory=Counter)

    def credit(self, at: HtmlElement | None, text: str | None) -> None:
        length = len(text.strip()) if text else 0
        above = climb(at) if at is not None and length > 1 else iter(())
        at = next((place for place in above if place.tag not in _INLINE), None)
        if at is not None and at.tag in _FLOWING:
            at = at.getparent()
        if at is None:
            return
        self.chars[at] += length
        self.paragraphs[at] += length >= _PARAGRAPH

    def most(self) -> Iterator[Prose]:
        ranked = self.chars.most_common(2)
        if ranked:
            place, chars = ranked[0]
            second = ranked[1][1] / chars if len(ranked) > 1 else 0.0
            yield Prose(place, chars, self.paragraphs[place], second)


def sign_in(tree: HtmlElement, count: int) -> str | None:
    """What to say where a password is asked for and next to nothing else is there."""
    if count >= _FEW or not any(e.get("type") == "password" for e in tree.iter("input")):
        return None
    return "the page asks for a sign-in, and no list of articles stands before it; " + _GIVE


def nothing(tree: HtmlElement, links: int) -> str:
    """What to say of a page with no list that could be told, by what it has instead."""
    text = markup.text_of(tree) or ""
    scripts = sum(len(e.text or "") + 500 * bool(e.get("src")) for e in tree.iter("script"))
    heads = (
        markup.squeeze(e.text_content()) for e in islice(tree.iter("title", "h1"), _MOST_HEADS)
    )
    if any(head and words.CONSENT.search(head) for head in heads):
        return "the page asks for consent before it shows anything; " + _GIVE
    if links < 40 and scripts > 400 and len(text) < 2500:
        return (
            "no list of articles in the page: it is filled in by scripts; look for a feed, or "
            + _GIVE
        )
    return f"no list of articles recognised among {links} links; {_GIVE}"


def directory(chosen: Sequence[Spot], others: int) -> str | None:
    """What to say of links that nothing but their words takes for articles: a directory.

    `others`: how many more links the page has outside of its navigation.
    """
    told = sum(_is_told(spot) for spot in chosen)
    if len(chosen) < _FEW and others > _MANY_OTHERS * len(chosen):
        return (
            f"no list of articles recognised: {others} links lead to pages of other kinds; {_GIVE}"
        )
    if told * 3 >= len(chosen):
        return None
    if told == 0 and others > _OTHERS * len(chosen):
        return (
            f"no list of articles recognised: {others} links lead to pages of other kinds; {_GIVE}"
        )
    titles = [spot.title.casefold() for spot in chosen if spot.title]
    short = sum(spot.words < _HEADLINE for spot in chosen) * 2 > len(chosen)
    hubs = sum((spot.address.points or 0.0) < 0 for spot in chosen) * 2 > len(chosen)
    if titles != sorted(titles) and not short and not hubs:
        return None
    return f"the page lists {len(chosen)} links, but they read as a directory, not as news; {_GIVE}"


def service(chosen: Sequence[Spot]) -> str | None:
    """What to say of vacancies and of answers to customers: nearly all links lead to addresses for
    such, and hardly one has a date."""
    most = _MOST_ALIKE * len(chosen)
    dated = sum(spot.beside.dated for spot in chosen)
    if (
        dated > len(chosen) - most
        or sum(not words.SERVICES.isdisjoint(_above(spot.url)) for spot in chosen) < most
    ):
        return None
    return f"the page lists {len(chosen)} links, but to vacancies or to help, not to news; {_GIVE}"


def _above(url: str) -> list[str]:
    """The segments of an address over its own name."""
    return urlsplit(url).path.lower().split("/")[1:-1]


def _is_told(spot: Spot) -> bool:
    """Whether more than its words speak for news: a date, a number, a writer, or a long name and a
    box."""
    beside = spot.beside
    if spot.address.marked or beside.dated:
        return True
    boxed = beside.teaser or beside.image or spot.in_heading
    if boxed and spot.in_heading and beside.byline is not None:
        return True
    likely = spot.address.points is not None and spot.address.points >= LIKELY
    entry = spot.in_heading and any(at.tag == "article" for at in climb(spot.link))
    return bool(boxed and likely and spot.words >= _HEADLINE - entry)
