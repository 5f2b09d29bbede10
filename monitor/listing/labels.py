"""The printed labels of blocks ("Most read", "Anzeige") and how far on the page each reaches.

The words are in `words`.  Classes are read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from monitor import markup
from monitor.listing import words
from monitor.listing.links import climb
from monitor.listing.spans import HEADINGS, Spans, names_in

# A block of these is news told twice, or none, however much of a small page it is.
SURE = frozenset({"most read", "related"})
MOST = 0.6  # of the page's headlines: what holds so many is the page, whatever its name says
_LESS = 0.4
_OFTEN_THE_LIST = frozenset({"picks", "press releases", "services", "newsletter", "podcasts"})
_OF_ONE_ENTRY = frozenset({"sponsored", "podcasts", "newsletter"})
_HEADING_NAMES = words.these("title heading header head headline hd")
_FLAT = frozenset({"a", "li", "p", "font", "b", "span", "dd"})
_FEW = 6  # related articles under a lead
_MOST_SIBLINGS = 500
_MOST_INSIDE_A_TAB = 3


def label_of(element: HtmlElement) -> str | None:
    """The zone that an element's own words name; the page's title names none."""
    return label(_own_words(element)) if element.tag != "h1" else None


@lru_cache(maxsize=4096)
def label(text: str | None) -> str | None:
    text = markup.squeeze(text) if text and len(text) < 200 else None
    if text is None or not 2 <= len(text) <= words.LONGEST_LABEL:
        return None
    text = text.strip(" :•·|»›-–—*#")
    return next((zone for zone, said in words.LABELS.items() if said.search(text)), None)


def reach(element: HtmlElement, zone: str, spans: Spans) -> list[HtmlElement]:
    """The elements that a printed label stands for; none where that would be most of the page."""
    tab = _tab(element)
    if tab is not None:
        pane = _pane(tab)
        return [pane] if pane is not None and pane in spans.span else []
    reached = list(_reach(element, zone, spans))
    if zone == "related" and len(reached) == 1 and is_under_a_lead(reached[0], spans):
        return []
    share = sum(map(spans.share, reached))
    return reached if share <= (MOST if zone in SURE else _LESS) else []


def _tab(element: HtmlElement) -> HtmlElement | None:
    """What switches to another part of the page, and stands over nothing itself."""
    for at in islice(climb(element), _MOST_INSIDE_A_TAB):
        if at.get("role") == "tab" or (at.tag == "a" and (at.get("href") or "")[:1] == "#"):
            return at if _target(at) else None
    return None


def _target(tab: HtmlElement) -> str:
    said = (tab.get(name) or "" for name in ("aria-controls", "data-target", "href"))
    return next((name.lstrip("#") for name in said if len(name.lstrip("#")) > 0), "")


def _pane(tab: HtmlElement) -> HtmlElement | None:
    target = _target(tab)
    if not target.isprintable():
        return None
    found = tab.getroottree().xpath("//*[@id=$target]", target=target)
    return found[0] if found else None


def is_under_a_lead(element: HtmlElement, spans: Spans) -> bool:
    """Whether a few related articles stand in the box of one article of the list."""
    own = spans.holds(element)
    above = element.getparent()
    while above is not None and spans.holds(above) == own:
        above = above.getparent()
    if above is None or own > _FEW or spans.count <= own + 1:
        return False
    return spans.holds(above) == own + 1


def _reach(element: HtmlElement, zone: str, spans: Spans) -> Iterator[HtmlElement]:
    """The elements that a printed label stands for; none where it heads no links."""
    if element in spans.span:
        return
    head = element
    above = head.getparent()
    while above is not None and above not in spans.span:
        head, above = above, above.getparent()
    if above is None or not _is_a_heading(head) or (zone == "sponsored" and _has_link(head)):
        return
    if spans.holds(above) == 1:
        if zone in _OF_ONE_ENTRY:
            yield above
        return
    of_heading = any(_heads(at) for at in climb(element))
    if spans.share(above) > _LESS and (
        zone in _OFTEN_THE_LIST or not (of_heading or zone == "most read")
    ):
        return
    alone = not any(
        _holds(s, spans) for s in islice(head.itersiblings(preceding=True), _MOST_SIBLINGS)
    )
    others = any(
        s.tag == head.tag and not _holds(s, spans)
        for s in islice(head.itersiblings(), _MOST_SIBLINGS)
    )
    if alone and not others and spans.share(above) < MOST:
        yield above
        return
    yield from _following(head, spans, of_heading=of_heading)


def _heads(element: HtmlElement) -> bool:
    if element.tag in HEADINGS or element.tag in ("legend", "caption", "summary", "th"):
        return True
    own = {word for name in (element.get("class") or "")[:200].split() for word in names_in(name)}
    return element.tag not in ("body", "html") and bool(own & _HEADING_NAMES)


def _following(head: HtmlElement, spans: Spans, *, of_heading: bool) -> Iterator[HtmlElement]:
    before = next(
        (s for s in islice(head.itersiblings(preceding=True), _MOST_SIBLINGS) if _holds(s, spans)),
        None,
    )
    kind: tuple[object, str | None] | None = None
    for sibling in islice(head.itersiblings(), _MOST_SIBLINGS):
        if not _holds(sibling, spans):
            heads = sibling.tag in HEADINGS or (sibling.tag == head.tag and sibling.tag != "br")
            if kind is not None and heads:
                return
            continue
        own = (sibling.tag, sibling.get("class"))
        if kind is None:
            # Between two entries of one list a box with a label is a guest, not the list's head.
            guest = before is not None and own == (before.tag, before.get("class"))
            if guest and not of_heading and head.tag not in ("b", "strong", "font", "dt"):
                return
            kind = own
        if own != kind:
            return
        yield sibling
        if not of_heading and sibling.tag not in _FLAT:
            return


def _holds(element: HtmlElement, spans: Spans) -> bool:
    return element in spans.span


def _has_link(head: HtmlElement) -> bool:
    return next(head.iter("a"), None) is not None


def _own_words(element: HtmlElement) -> str | None:
    if element.tag in HEADINGS and len(element) < 5:
        return markup.text_of(element)
    return " ".join((element.text or "", *(c.tail or "" for c in islice(element, 3))))


def _is_a_heading(head: HtmlElement) -> bool:
    """Whether nothing but a label stands in what heads a block: no form, no text of its own."""
    if next(head.iter("form", "input", "iframe"), head) is not head:
        return False
    return len(markup.text_of(head) or "") <= 4 * words.LONGEST_LABEL
