"""The places on a page where an article may be listed, and what speaks for each.

A spot is one run of links to the same address in one box.  Which spots are taken is decided
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from lxml.html import HtmlElement

from monitor.listing import boxes, shapes, titles, words
from monitor.listing.addresses import HUB, PLAIN, Address
from monitor.listing.boxes import Beside
from monitor.listing.days import ReadDate
from monitor.listing.links import Link, climb
from monitor.listing.spans import HEADINGS, Spans, spans_of
from monitor.listing.titles import Said, word_count
from monitor.listing.zones import Zones, zones_of

_INLINE = words.these("a b i em strong span font u small abbr cite q time sup sub mark")
_DIGITS = re.compile(r"\d+")
_HEADLINE = 4  # words
_LONG_LINE = 30  # words
_NEAR = 3  # elements above a heading
_MOST_INSIDE = 100
_MOST_BESIDE = 20  # siblings
_SENTENCE = 4  # words before a link that stands inside one; a date or place has fewer


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """`zone` names what rules it out; `path` is how its headline's link is reached."""

    key: str
    url: str
    address: Address
    title: str | None
    said: Said
    link: HtmlElement
    box: HtmlElement
    path: str
    beside: Beside
    zone: str | None

    @property
    def in_heading(self) -> bool:
        return self.said is Said.HEADING

    @property
    def words(self) -> int:
        return word_count(self.title) if self.title else 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all spots of a page share: `declared` are addresses its JSON-LD lists as articles,
    `stamp` reads its dates."""

    base: str
    stamp: ReadDate
    declared: frozenset[str] = frozenset()


def spots_of(
    tree: HtmlElement,
    links: Sequence[Link],
    addresses: Mapping[str, Address],
    around: Surroundings,
) -> tuple[Spot, ...]:
    """The page's spots in its order; links that never are an article's are left out."""
    open_links = [link for link in links if addresses[link.key].points is not None]
    likely = _likely_keys(open_links, addresses)
    spans = spans_of([link for link in open_links if link.key in likely])
    zones = zones_of(tree, spans)
    made: list[Spot] = []
    for key, run in groupby(open_links, key=lambda link: link.key):
        one = list(run)
        made.append(_spot(one, addresses[key], spans, zones, around))
    return tuple(made)


def _likely_keys(links: Sequence[Link], addresses: Mapping[str, Address]) -> frozenset[str]:
    """Keys that may be an article's: by their address, or by words as long as a headline."""
    return frozenset(link.key for link in links if _is_likely(link, addresses[link.key].points))


def _is_likely(link: Link, points: float | None) -> bool:
    if points is None:
        return False
    says = link.text is not None and word_count(link.text) >= _HEADLINE
    return points > PLAIN or (says and not titles.is_generic(link.text)) or _is_headed(link, points)


def _is_headed(link: Link, points: float) -> bool:
    """Whether a short text in a heading may be a headline, and not the name of a section."""
    heading = titles.heading_of(link.element)
    if heading is None:
        return False
    if points > HUB or any(at.tag == "article" for at in climb(link.element)):
        return True
    return _is_timed(heading)


def _is_timed(heading: HtmlElement) -> bool:
    """Whether a time stands in the box of a heading and of no other one."""
    for at in islice(heading.iterancestors(), _NEAR):
        inside = list(islice(at.iter(), _MOST_INSIDE))
        if len(inside) == _MOST_INSIDE or sum(e.tag in HEADINGS for e in inside) > 1:
            return False
        if any(e.tag == "time" for e in inside):
            return True
    return False


def _spot(
    links: Sequence[Link], address: Address, spans: Spans, zones: Zones, around: Surroundings
) -> Spot:
    first = links[0]
    parts = [first.element]
    if first.element in spans.span:
        parts = list(dict.fromkeys(boxes.box_of(one.element, spans) for one in links))
    box = next((part for part in parts if titles.has_heading(part)), parts[0])
    title, link, said = titles.title_of(links, box)
    zone = zones.of(link.element)
    if zone is None and said is not Said.HEADING and all(_is_inside_text(one) for one in links):
        zone = "inside text"
    beside = Beside()
    if zone is None and first.element in spans.span:
        found = (
            boxes.read(part, title, spans, base=around.base, stamp=around.stamp) for part in parts
        )
        beside = boxes.together(list(found))
    return Spot(
        first.key, link.url, address, title, said, link.element, box,
        shapes.path_of(link.element),
        beside, zone,
    )  # fmt: skip


def _is_inside_text(link: Link) -> bool:
    """Whether a link stands in a running sentence: most words of its line are not its own."""
    before = _beside_in_line(link.element, back=True)
    if before < _SENTENCE:
        return False
    return before + _beside_in_line(link.element, back=False) >= word_count(link.text or "")


def _spoken(text: str | None) -> int:
    """Words without numbers: those of a date or a clock are no sentence."""
    return word_count(_DIGITS.sub(" ", text)) if text else 0


def _beside_in_line(link: HtmlElement, *, back: bool) -> int:
    """Words outside of links in the same line, on one side of a link; up to some hundred."""
    count, at = 0, link
    while True:
        above = at.getparent()
        if not back:
            count += _spoken(at.tail)
        for sibling in islice(at.itersiblings(preceding=back), _MOST_BESIDE):
            count += _spoken(sibling.tail) if back else 0
            if sibling.tag not in _INLINE or count > _LONG_LINE:
                return count
            count += _spoken(sibling.tail) if not back else 0
            count += _spoken("".join(sibling.itertext())) if sibling.tag != "a" else 0
        if above is None:
            return count
        count += _spoken(above.text) if back else 0
        if above.tag not in _INLINE or count > _LONG_LINE:
            return count
        at = above
