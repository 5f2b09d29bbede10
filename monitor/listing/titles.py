"""The headline of an entry: which of the words in and around a link are it.

Does not know whether the link leads to an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from monitor import markup
from monitor.listing import ages, words
from monitor.listing.links import Link, climb
from monitor.listing.spans import HEADINGS, names_in

LONGEST = 300  # characters of a headline
_BOLD = frozenset({"b", "strong", "font", "dt"})
_MOST_BEFORE = 6
_MOST_INSIDE = 200  # elements in a link or box that are looked at for a headline
_INLINE = words.these(
    "b i em strong u sup sub q mark small font br wbr img svg picture source span bdi bdo abbr"
    " cite ins s strike big tt code a"
)
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# Vowel signs of the scripts of South Asia, Arabic and Hebrew are no letters to `re`.
_LETTER = r"(?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff\u200c\u200d])"
_WORD = re.compile(rf"{_LETTER}+(?:['’ʼ]{_LETTER}+)*")
_WORDWISE = 4  # words of a headline that is cut into pieces of one or two
_BULLETS = " »›•·▪■►▸▶→|–-"
_LONGEST_SLUG = 300  # characters
_NEAR = 4  # elements above a link in which it may be a heading's


@lru_cache(maxsize=8192)
def word_count(text: str) -> int:
    """Words; two characters of a script that has no spaces count as one."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + unspaced // 2


def is_generic(text: str | None) -> bool:
    """Whether a link's words say nothing of where it leads ("Read more", "3 hours ago")."""
    if text is None or word_count(text) == 0:
        return True
    cut = text[:100]
    said = (words.GENERIC, words.NEXT, ages.WHOLE)
    return any(pattern.fullmatch(cut) for pattern in said)


@lru_cache(maxsize=4096)
def class_words(names: str) -> frozenset[str]:
    """The words of all names in a class attribute."""
    return frozenset(word for name in names.split()[:20] for word in names_in(name))


def named(element: HtmlElement) -> frozenset[str]:
    return class_words((element.get("class") or "")[:500])


def is_title(element: HtmlElement) -> bool:
    """Whether its classes say headline, and not the label above one ("title-label")."""
    said = named(element)
    return bool(said & words.TITLE_WORDS) and not said & words.KICKER_WORDS


def is_beside(element: HtmlElement) -> bool:
    """Whether an element holds a label, date or count that is no part of a headline."""
    said = named(element)
    if element.tag in ("time", "sup", "figcaption") or element.get("aria-hidden") == "true":
        return True
    if words.BADGES.fullmatch((element.text or "").strip(" :|·•")) and len(element) == 0:
        return True
    return bool(said & words.KICKER_WORDS) and not said & words.TITLE_WORDS


def headline_in(element: HtmlElement) -> str | None:
    """The headline that an element's text is or holds."""
    inner = next((e for e in _seen(element) if e.tag in HEADINGS), element)
    marked = next((e for e in _seen(inner) if is_title(e) and _long(markup.text_of(e))), None)
    if marked is not None:
        inner = marked
    pieces = list(_pieces(inner))
    best = _headline_of([text for text in pieces if _long(text)], element)
    if best is None and word_count(" ".join(pieces)) >= _WORDWISE:
        best = " ".join(pieces)
    return best or max(pieces, key=len, default=None) or markup.text_of(inner)


def _headline_of(pieces: Sequence[str], link: HtmlElement) -> str | None:
    """Which of several long texts is the headline, and which the label above it, or the teaser: as
    the link's own title says, else its address, else the first."""
    if len(pieces) < 2:
        return next(iter(pieces), None)
    told = {markup.squeeze(link.get(name)) for name in ("title", "aria-label")}
    address = link.get("href") or ""
    slug = set(re.split(r"[\W_]+", address[-_LONGEST_SLUG:].rstrip("/").rpartition("/")[2].lower()))

    def fit(piece: str) -> float:
        said = [word.lower() for word in _WORD.findall(piece)]
        return len(slug.intersection(said)) ** 2 / len(said) if said else 0.0

    return next((piece for piece in pieces if piece in told), None) or max(pieces, key=fit)


def _plain(title: str) -> str:
    return title[:LONGEST].lstrip(_BULLETS) or title[:LONGEST]


def _long(text: str | None) -> bool:
    return text is not None and word_count(text) >= 3


def _seen(element: HtmlElement) -> Iterator[HtmlElement]:
    for inner in islice(element.iterdescendants(), _MOST_INSIDE):
        if isinstance(inner.tag, str) and inner.tag not in markup.UNSEEN:
            yield inner


def _pieces(element: HtmlElement) -> Iterator[str]:
    """The texts that stand apart in an element, labels and dates left out."""
    parts = element[:_MOST_INSIDE]
    children = [c for c in parts if isinstance(c.tag, str) and c.tag not in markup.UNSEEN]
    shown = [c for c in children if not is_beside(c)]
    own = " ".join((element.text or "", *(c.tail or "" for c in parts)))
    inline = all(c.tag in _INLINE for c in shown)
    if own.strip() and inline:
        beside = {c for c in children if is_beside(c)} | _labels(element, shown)
        if text := _text_without(element, beside):
            yield text
        return
    if element.text and element.text.strip():
        yield " ".join(element.text.split())
    for child in shown:
        yield from _pieces(child)
        if child.tail and child.tail.strip():
            yield " ".join(child.tail.split())


def _labels(element: HtmlElement, children: Sequence[HtmlElement]) -> set[HtmlElement]:
    """Unnamed short pieces at the ends of a headline that has words of its own beside them."""
    own = " ".join((element.text or "", *(c.tail or "" for c in element[:_MOST_INSIDE])))
    if not _long(own) or not children:
        return set()
    found = set()
    first, last = children[0], children[-1]
    if not (element.text or "").strip() and first.getprevious() is None:
        found.add(first)
    if not (last.tail or "").strip():
        found.add(last)
    return {c for c in found if _is_apart(c) and not _long(markup.text_of(c))}


def _is_apart(piece: HtmlElement) -> bool:
    """Whether a piece is set apart from the words behind it, and not only stressed."""
    if piece.tag in ("span", "small"):
        return True
    raw = "".join(piece.itertext())[-1:] + (piece.tail or "")[:1]
    return len(raw) == 2 and raw.isalnum()


def _text_without(element: HtmlElement, beside: set[HtmlElement]) -> str | None:
    if not beside:
        return markup.text_of(element)
    parts = [element.text or ""]
    for child in element[:_MOST_INSIDE]:
        if child not in beside and isinstance(child.tag, str) and child.tag not in markup.UNSEEN:
            parts.append(" " if child.tag == "br" else markup_text(child))
        parts.append(child.tail or "")
    return markup.squeeze("".join(parts))


def markup_text(element: HtmlElement) -> str:
    """Its text with the blanks at its ends, as far as they join it to its neighbours."""
    text = markup.text_of(element) or ""
    raw = "".join(element.itertext())
    before = " " if raw[:1].isspace() else ""
    return f"{before}{text}{' ' if raw[-1:].isspace() else ''}"


def has_heading(box: HtmlElement) -> bool:
    return box.tag in HEADINGS or any(e.tag in HEADINGS for e in _seen(box))


def heading_of(link: HtmlElement) -> HtmlElement | None:
    """The heading that a link stands in, or holds."""
    for level, element in enumerate(climb(link)):
        if element.tag in HEADINGS or (0 < level < 3 and is_title(element)):
            return element
        if level == _NEAR:
            break
    return next((e for e in _seen(link) if e.tag in HEADINGS or is_title(e)), None)


class Said(IntEnum):
    """Where a headline was read, by how much that is to be believed."""

    BESIDE = 0  # in a label or a picture's description
    LINK = 1
    HEADING = 2


def title_of(links: Sequence[Link], box: HtmlElement) -> tuple[str | None, Link, Said]:
    """The headline of one entry, the link that it is taken from, and where it was read.

    `links` all lead to the same article; `box` holds nothing of another one.
    """
    plain: list[tuple[str, Link]] = []
    for link in links:
        said = None if link.to_part and len(links) > 1 else headline_in(link.element)
        if said is None or is_generic(said):
            continue
        if heading_of(link.element) is not None or is_title(link.element):
            return _plain(said), link, Said.HEADING
        plain.append((said, link))
    best = next((one for one in plain if _long(one[0])), None)
    if best is None:
        lone = _lone_heading(box, links)
        if lone is not None:
            return _plain(lone), links[0], Said.HEADING
        if not plain and (bold := _bold_before(links[0], box)) is not None:
            return _plain(bold), links[0], Said.HEADING
    if best is None and plain:
        best = max(plain, key=lambda one: len(one[0]))
    if best is not None:
        return _plain(best[0]), best[1], Said.LINK
    spoken = _spoken(links)
    return (_plain(spoken) if spoken else None), links[0], Said.BESIDE


def _lone_heading(box: HtmlElement, links: Sequence[Link]) -> str | None:
    """The text of the box's heading, where only "Read more" or a picture is linked."""
    if box is links[0].element or box.tag in ("body", "html", "main"):
        return None
    for element in islice(box.iterdescendants(), _MOST_INSIDE):
        if element.tag in HEADINGS or (isinstance(element.tag, str) and is_title(element)):
            text = headline_in(element)
            if text is not None and not is_generic(text):
                return text
    return None


def _bold_before(link: Link, box: HtmlElement) -> str | None:
    """The bold line of an old page, whose story is linked by "more" at its end."""
    if not link.text:
        return None
    if box is not link.element and box.tag not in ("body", "html", "main"):
        lines = markup.lines(box).lines
        return next((line.text for line in lines if line.bold and _long(line.text)), None)
    for level, at in enumerate(climb(link.element)):
        for sibling in islice(at.itersiblings(preceding=True), _MOST_BEFORE):
            if sibling.tag == "a" and sibling.get("href"):
                return None
            if sibling.tag in _BOLD and _long(markup.text_of(sibling)):
                return markup.text_of(sibling)
        if level == _NEAR or at.tag in ("td", "div", "body"):
            return None
    return None


def _spoken(links: Sequence[Link]) -> str | None:
    """What is said of links without a text: labels, titles, what their pictures show."""
    for name in ("aria-label", "title"):
        for link in links:
            text = words.SPOKEN.sub("", markup.squeeze(link.element.get(name)) or "")
            if text and not is_generic(text):
                return text
    for link in links:
        for image in islice(link.element.iter("img"), _MOST_BEFORE):
            shown = markup.squeeze(image.get("alt"))
            if shown and not is_generic(shown):
                return shown
    return None
