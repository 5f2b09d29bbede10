"""Which parts of a page hold no list of its articles: navigation, most read, adverts, footers.

Told by elements, by names of classes, and by printed labels, which `labels` reads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise

from lxml import etree
from lxml.html import HtmlElement

from monitor import markup
from monitor.listing import labels, words
from monitor.listing.labels import MOST, SURE, is_under_a_lead
from monitor.listing.links import MOST_ELEMENTS, climb
from monitor.listing.spans import Spans, names_in

_TAGS = {"nav": "navigation", "footer": "footer", "aside": "sidebar", "menu": "navigation"}
_ROLES = {
    "navigation": "navigation", "banner": "navigation", "menu": "navigation",
    "menubar": "navigation", "search": "navigation", "contentinfo": "footer",
    "complementary": "sidebar", "dialog": "consent", "alertdialog": "consent",
}  # fmt: skip
_LIST_PARTS = frozenset({"article", "main", "section", "li"})
_ENTRY_NAMES = words.these("entry post article card item story section block teaser")
_ENTRIES = words.these("entry post article story hentry")
# Attributes that name what an element is, where classes are made by machines.
_MARKS = (
    "data-testid", "data-test", "data-component", "data-module", "data-block", "data-widget",
    "data-section", "data-region", "data-name", "aria-labelledby",
)  # fmt: skip
_LONGEST_NAMES = 500
_WIDTH = re.compile(r"\b(?:span|col-(?:[a-z]{2}-)?|large-|medium-|grid[_-])(\d\d?)\b")
_WIDE = 7  # of twelve columns
_MOST_LABELS = 100
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?: ?(?:uhr|[ap]\.?m\.?))?", re.IGNORECASE)
_LONGEST_CLOCK = 20
_TICKER = 5  # headlines
_TIMED = 0.8
_MOST_OF_A_MENU = 100  # links that are looked at


@dataclass(slots=True)
class Zones:
    """`of(element)` names the part of the page that rules an element out, or is None."""

    named: dict[HtmlElement, str | None]
    known: dict[HtmlElement, str | None] = field(default_factory=dict)

    def of(self, element: HtmlElement) -> str | None:
        trail: list[HtmlElement] = []
        zone: str | None = None
        for at in climb(element):
            if at in self.known:
                zone = self.known[at]
                break
            trail.append(at)
            if at in self.named:
                zone = self.named[at]
                break
        self.known.update(dict.fromkeys(trail, zone))
        return zone


def zones_of(tree: HtmlElement, spans: Spans) -> Zones:
    named: dict[HtmlElement, str | None] = {}
    clocks: list[HtmlElement] = []
    printed: list[tuple[HtmlElement, str]] = []
    for element in _elements(tree):
        zone = _zone(element)
        if zone is not None and not _is_something_else(element, zone, spans):
            named[element] = zone
        label = labels.label_of(element)
        if label is not None and len(printed) < _MOST_LABELS:
            printed.append((element, label))
        if _CLOCK.fullmatch((element.text or "")[:_LONGEST_CLOCK].strip(" |·•–-")):
            clocks.append(element)
    for element, label in printed:
        for part in labels.reach(element, label, spans):
            if named.get(part, "sidebar") == "sidebar":  # which says less
                named[part] = label
    return _without_tickers(named, clocks, spans)


def _without_tickers(
    named: dict[HtmlElement, str | None], clocks: Sequence[HtmlElement], spans: Spans
) -> Zones:
    """The zones without the column of the newest headlines, each of them with its time of day."""
    zones = Zones(named)
    beside: Counter[HtmlElement] = Counter()
    for clock in clocks:
        if zones.of(clock) == "sidebar":
            beside.update(climb(clock))
    tickers = [
        element
        for element, count in beside.items()
        if spans.holds(element) >= _TICKER
        and count >= _TIMED * spans.holds(element)
        and zones.of(element) == "sidebar"
    ]
    return Zones({**named, **dict.fromkeys(tickers)})


def _elements(tree: HtmlElement) -> Iterator[HtmlElement]:
    events = etree.iterwalk(tree, events=("start",))
    for number, (_, element) in enumerate(events):
        if number == MOST_ELEMENTS:
            return
        if element.tag in markup.UNSEEN:
            events.skip_subtree()
        else:
            yield element


def _zone(element: HtmlElement) -> str | None:
    tag = element.tag
    if tag in ("html", "body", "head", "main"):
        return None
    if tag == "a":
        return "sponsored" if "sponsored" in (element.get("rel") or "").lower() else None
    role = element.get("role")
    zone = _TAGS.get(str(tag)) or (_ROLES.get(role) if role else None)
    names = (element.get("class") or "")[:_LONGEST_NAMES]
    if zone is None:
        zone = _named_zone(names)
        if zone == "sidebar" and _is_wide(names):
            zone = None
    if zone is None:
        zone = _named_zone((element.get("id") or "")[:_LONGEST_NAMES])
    if zone is None:
        zone = next((z for n in _MARKS if (z := _named_zone((element.get(n) or "")[:100]))), None)
    if zone is None and tag == "header" and _is_masthead(element):
        zone = "navigation"
    return zone or labels.label(element.get("aria-label"))


def _is_wide(names: str) -> bool:
    """Whether it is said to take most of the page's width, so that "right-sidebar" says what stands
    beside it: `span8`, `col-12 col-md-8`."""
    widths = [int(width) for width in _WIDTH.findall(names)]
    return bool(widths) and min(widths) >= _WIDE


@lru_cache(maxsize=4096)
def _named_zone(names: str) -> str | None:
    for name in names.split():
        said = names_in(name)
        pair = next((z for p in pairwise(said) if (z := words.ZONE_PAIRS.get("-".join(p)))), None)
        if pair is not None:
            return pair
        if said and said[0] not in words.STATES:
            zone = next((z for word in said if (z := words.ZONES.get(word))), None)
            if zone is not None:
                return zone
    return None


def _is_masthead(element: HtmlElement) -> bool:
    if set(names_in((element.get("class") or "")[:_LONGEST_NAMES])) & _ENTRY_NAMES:
        return False
    return not any(at.tag in _LIST_PARTS or _is_an_entry(at) for at in climb(element))


def _is_an_entry(element: HtmlElement) -> bool:
    """Whether its class says that it is one entry of a list, and no `header` in it the page's."""
    return element.tag == "div" and any(
        name.lower() in _ENTRIES for name in (element.get("class") or "")[:_LONGEST_NAMES].split()
    )


def _is_something_else(element: HtmlElement, zone: str, spans: Spans) -> bool:
    if element.tag == "header" and _leads(element, spans):
        return True
    if zone == "navigation" and element.tag in ("ul", "ol", "div") and not element.get("role"):
        return _is_the_page(element, zone, spans) or _reads_as_headlines(element)
    if zone == "related" and is_under_a_lead(element, spans):
        return True
    return _is_the_page(element, zone, spans)


def _leads(header: HtmlElement, spans: Spans) -> bool:
    """Whether large headlines stand in a `header`, and not the name of the site."""
    heads = islice(header.iter("h1", "h2"), _MOST_OF_A_MENU)
    return any(
        link in spans.span and (markup.text_of(link) or "").count(" ") >= 3
        for head in heads
        for link in (*islice(head.iter("a"), 3), *islice(head.iterancestors("a"), 1))
    )


def _is_the_page(element: HtmlElement, zone: str, spans: Spans) -> bool:
    """Whether what a name would rule out holds so much that the name must mean something else."""
    if element.tag in _TAGS or element.get("role") in _ROLES or spans.share(element) < MOST:
        return False
    return zone not in SURE or next(element.iter("main", "h1"), None) is not None


def _reads_as_headlines(element: HtmlElement) -> bool:
    """Whether most links of what is named like a menu are as long as headlines."""
    texts = [markup.text_of(a) or "" for a in islice(element.iter("a"), _MOST_OF_A_MENU)]
    said = [text for text in texts if text]
    return len(said) >= 3 and sum(text.count(" ") >= 3 for text in said) >= 0.7 * len(said)
