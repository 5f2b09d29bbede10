"""What stands beside a headline in its box: date, teaser, byline, picture.

The box ends where the next article's link begins.  Knows no publisher's names of classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.listing import words
from monitor.listing.days import ReadDate
from monitor.listing.printed import SENTENCE, date_in, first_date, words_without_date
from monitor.listing.spans import HEADINGS, Spans
from monitor.listing.titles import named, word_count
from monitor.model import Stamp

_MOST_NODES = 300  # of one box that are looked at
_MOST_FOLLOWING = 12  # siblings after a box that has neither date nor teaser
_LINE_PARTS = words.these("a b i em strong span font u small time")
_NEAR = 4  # elements above a box
_FEW = 4  # long links of one entry
_LONGEST_TEASER = 1000
_LONGEST_BYLINE = 100
_LONGEST_DATE = 100  # of what an element holds whose class says date
_MOST_NAMED = 20
_BY = re.compile(r"(?:by|von|par|por|di|door|av|af|от|автор)\s+\S.*", re.IGNORECASE)
_PARTS = re.compile(r"\s+[|·•–—-]\s+|[|·•()\[\]]|\s{3,}")


@dataclass(frozen=True, slots=True)
class Beside:
    """`dated`: a date stands there, perhaps one that nobody can place ("2 hours ago")."""

    published: Stamp | None = None
    dated: bool = False
    teaser: str | None = None
    byline: str | None = None
    image: str | None = None


def box_of(link: HtmlElement, spans: Spans) -> HtmlElement:
    """The largest element around a headline's link that holds no other article's link."""
    box = link
    above = box.getparent()
    while (
        above is not None and above.tag not in ("body", "html", "head") and spans.holds(above) == 1
    ):
        box, above = above, above.getparent()
    return box


def read(
    box: HtmlElement, title: str | None, spans: Spans, *, base: str, stamp: ReadDate
) -> Beside:
    """What is beside a headline, in its box or right behind it where the box is the bare link."""
    nodes = list(islice(box.iter(), _MOST_NODES))
    texts = list(_texts(nodes))
    teaser = _teaser(box, title, spans)
    published, dated = _date_marked(nodes, title, stamp)
    if published is None:
        # A headline speaks of other days than its own.
        beside = [text for text in texts if title is None or text not in title]
        published, seen = first_date(beside, stamp, teaser)
        dated = dated or seen
    if not dated and box.tag in _LINE_PARTS:
        published, dated = first_date(list(_before(box)), stamp)
    if not dated and box.tag == "dd":
        published, dated = first_date(list(_term_of(box)), stamp)
    if not dated and teaser is None:
        behind = list(_behind(box, spans))
        if not dated:
            published, dated = first_date(behind, stamp)
        teaser = next((t for t in behind if _is_teaser(t, title)), None)
    if not dated:
        published, dated = _date_around(box, title, spans, stamp)
    return Beside(
        published, dated, teaser[:_LONGEST_TEASER] if teaser else None,
        _byline(nodes, texts), _image(nodes, base),
    )  # fmt: skip


def together(parts: Sequence[Beside]) -> Beside:
    """What stands in the boxes of one article's links, where a link to a topic lies between."""
    if len(parts) == 1:
        return parts[0]
    return Beside(
        next((part.published for part in parts if part.published is not None), None),
        any(part.dated for part in parts),
        next((part.teaser for part in parts if part.teaser is not None), None),
        next((part.byline for part in parts if part.byline is not None), None),
        next((part.image for part in parts if part.image is not None), None),
    )


def _texts(nodes: Sequence[HtmlElement]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node.tag, str) or node.tag in markup.UNSEEN:
            continue
        parts = (node.text, *(child.tail for child in islice(node, _MOST_NODES)))
        for part in parts:
            if text := markup.squeeze(part):
                yield text


def _before(box: HtmlElement) -> Iterator[str]:
    """The texts before a bare link in its own line."""
    for sibling in islice(box.itersiblings(preceding=True), _MOST_FOLLOWING):
        if text := markup.squeeze(sibling.tail):
            yield text
        if sibling.tag not in _LINE_PARTS or sibling.tag == "a":
            return
        if text := markup.text_of(sibling):
            yield text
    above = box.getparent()
    if above is not None and (text := markup.squeeze(above.text)):
        yield text


def _term_of(definition: HtmlElement) -> Iterator[str]:
    """What a `dd` is said of: the `dt` before it, with other ones of the same between them."""
    for sibling in islice(definition.itersiblings(preceding=True), _MOST_FOLLOWING):
        if sibling.tag == "dt":
            if text := markup.text_of(sibling):
                yield text
            return


def _behind(box: HtmlElement, spans: Spans) -> Iterator[str]:
    """The texts after a box, up to the next article's link."""
    at = box
    if text := markup.squeeze(at.tail):
        yield text
    for sibling in islice(at.itersiblings(), _MOST_FOLLOWING):
        if sibling in spans.span or sibling.tag in HEADINGS:
            return
        seen = isinstance(sibling.tag, str) and sibling.tag not in markup.UNSEEN
        if seen and (text := markup.text_of(sibling)):
            yield text
        if text := markup.squeeze(sibling.tail):
            yield text


def _date_marked(
    nodes: Sequence[HtmlElement], title: str | None, stamp: ReadDate
) -> tuple[Stamp | None, bool]:
    """The date in an element that says to hold one, by its tag before by its class."""
    dated, named_so = False, []
    for node in nodes:
        if not isinstance(node.tag, str):
            continue
        said = node.get("datetime") or node.get("data-datetime") or ""
        if node.tag == "time" or said:
            dated = True
            if (found := stamp(said or markup.text_of(node) or "")) is not None:
                return found, True
        elif named(node) & words.DATE_WORDS:
            dated = dated or any(c.isdigit() for c in node.text or "")
            named_so.append(node)
    for node in named_so[:_MOST_NAMED]:
        text = markup.text_of(node)
        if text is None or len(text) > _LONGEST_DATE or (title is not None and title in text):
            continue
        if (found := date_in(text, stamp)) is not None:
            return found, True
    return None, dated


def _is_headed_by(box: HtmlElement, heading: HtmlElement, title: str | None) -> bool:
    """Whether a heading is in the box, or says the title of a link that lies empty over it."""
    if heading in islice(box.iter(), _MOST_NODES):
        return True
    return title is not None and title in (markup.text_of(heading) or "")


def _date_around(
    box: HtmlElement, title: str | None, spans: Spans, stamp: ReadDate
) -> tuple[Stamp | None, bool]:
    """The only time near the only heading, where other long links stand beside it."""
    for above in islice(box.iterancestors(), _NEAR):
        if spans.holds(above) > _FEW:
            return None, False
        nodes = list(islice(above.iter(), _MOST_NODES))
        times = [node for node in nodes if node.tag == "time"]
        headings = [node for node in nodes if node.tag in HEADINGS]
        if len(times) > 1 or len(headings) > 1:
            return None, False
        if times:
            own = bool(headings) and _is_headed_by(box, headings[0], title)
            return _date_marked(times, None, stamp) if own else (None, False)
    return None, False


def _teaser(box: HtmlElement, title: str | None, spans: Spans) -> str | None:
    """The first sentence that is not all of a link to something else."""
    if box.tag == "a" and len(box) == 0:
        return None
    links = islice(box.iter("a"), _MOST_NODES)
    others = {markup.text_of(link) for link in links if link not in spans.span}
    captions = ("figcaption",) if next(box.iter("figcaption"), None) is not None else ()
    lines = markup.lines(box, names=captions).lines
    found = (line.text for line in lines if not line.inside and line.text not in others)
    return next((text for text in found if _is_teaser(text, title)), None)


def _is_teaser(text: str, title: str | None) -> bool:
    if title is not None and (title in text and len(text) < 2 * len(title)):
        return False
    if text == title or _BY.fullmatch(text[:60]):
        return False
    if word_count(text) < SENTENCE:
        return False
    # "Posted on 17 November 2025 at 9:00 by the desk" is none.
    return len(text) > _LONGEST_DATE or words_without_date(text) >= SENTENCE


def _byline(nodes: Sequence[HtmlElement], texts: Sequence[str]) -> str | None:
    for node in nodes:
        if isinstance(node.tag, str) and (
            named(node) & words.BYLINE_WORDS or node.get("rel") == "author"
        ):
            said = markup.text_of(node)
            if said and len(said) <= _LONGEST_BYLINE:
                return said
    said = next((t for t in texts if len(t) <= _LONGEST_BYLINE and _BY.fullmatch(t)), None)
    return _PARTS.split(said)[0] if said and word_count(said) <= 8 else None


def _image(nodes: Sequence[HtmlElement], base: str) -> str | None:
    for node in nodes:
        if node.tag == "img":
            for name in ("src", "data-src", "data-original", "data-lazy-src"):
                written = node.get(name) or ""
                if written and not written.startswith("data:"):
                    return urls.absolute(base, written)
    return None
