"""Any publisher's article page to an item: the text by trafilatura, the rest as the page declares.

Pages of a network that has its own reader go there first.  Does not fetch, and follows no link.
Times come from what the page states alone: a date that trafilatura finds is a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from monitor import dateline, declared, markup
from monitor.bodies import asprinted, linked, masthead, parts, wrapping
from monitor.declared import Declared
from monitor.errors import ReadError, ReadReason
from monitor.model import Item
from monitor.publishers import boilerplate, quirks, spacemedia
from monitor.publishers.conventions import conventions
from monitor.publishers.quirks import Quirk

# What a C library's wrapper and a large extractor raise on pages made to break them.
_EXTRACTOR_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    etree.LxmlError,
)
_FEED = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_MOST_ELEMENTS = 30_000  # trafilatura is quadratic on some pages; the largest of 215 real: 4,098
_COUNT = etree.XPath("count(//*)")
_SIZE = etree.XPath("count(descendant::*)")
_LENGTH = etree.XPath("string-length(.)")
_MOST_H1 = 20
_MOST_CELLS = 500
_LONGEST_BYLINE = 120  # characters, with a date behind
_MOST_LABELS = 8  # over a headline: kicker, byline, date
_LONGEST_LABEL = 60  # characters
_LEAST_TITLE = 15  # characters of a headline that is known behind a kicker
_SENTENCE_ENDS = (".", "!", "?")
_OVER_TEXT = 5  # paragraphs, with a standfirst, of which some may be byline and date
_MOST_HEADINGS = 200
_BOXES = ("div", "section", "aside")
_LARGEST_BOX = 100  # elements
_LONGEST_BOX = 5_000  # characters
_METERED = 1_000  # characters: less, of an article that is not free, may be its beginning alone
_SHORT = 250  # characters: a notice rather than an article, if the page looks like a wall


def article(
    html: bytes,
    *,
    url: str,
    content_type: str | None = None,
    timezone: str = "UTC",
    hosts: tuple[str, ...] = (),
) -> Item:
    """The article on a page, with its whole body (`partial` is False).

    `timezone` (IANA) reads dates without a zone; `hosts` are further hosts of the Space Media
    Network.  A page is read up to its 30,000th element.  An article of which a reader who does not
    pay sees only the beginning counts as whole: no page says surely that it is not.
    Raises ReadError(NO_ARTICLE) where no text can be found, saying why.
    """
    if (what := markup.file_of(html, content_type)) is not None:
        raise ReadError(ReadReason.NO_ARTICLE, f"this is {what}, not a page")
    text = markup.decode(html, content_type)
    if spacemedia.is_network(url, hosts):
        try:
            return spacemedia.read_article(text, url, timezone=timezone)
        except ReadError:
            pass  # a layout of theirs that nobody has seen yet
    if _FEED.match(text):
        raise ReadError(ReadReason.NO_ARTICLE, "this is a feed, not a page")
    tree = markup.parse(text)
    if tree is None:
        raise ReadError(ReadReason.NO_ARTICLE, "the page is empty")
    is_cut = _cut(tree)
    _part_rows(tree)
    quirk = quirks.of(url) or Quirk()
    quirk.clear(tree)
    if timezone == "UTC" and quirk.timezone is not None:
        timezone = quirk.timezone
    said = declared.correct(declared.read(tree, url=url, timezone=timezone), tree, quirk, timezone)
    body, by = _body(tree, said, quirk, url)
    if len(body) < _SHORT and (wall := _wall(tree, said)) is not None:
        raise ReadError(ReadReason.NO_ARTICLE, wall)
    if not body:
        raise ReadError(ReadReason.NO_ARTICLE, "no article text found on the page")
    if is_cut:
        by += f"; only the page's first {_MOST_ELEMENTS:,} elements were read"
    if said.free is False and len(body) < _METERED:
        by += "; perhaps only its beginning: the page says that it is not free"
    return _item(declared.dated(said, body, timezone), body, url, by)


def _cut(tree: HtmlElement) -> bool:
    """Drop whatever stands behind the last element that is read; whether anything did."""
    if _COUNT(tree) <= _MOST_ELEMENTS:
        return False
    last = next(islice(tree.iter(), _MOST_ELEMENTS - 1, None), None)
    while last is not None and (parent := last.getparent()) is not None:
        del parent[parent.index(last) + 1 :]
        last = parent
    return True


def _part_rows(tree: HtmlElement) -> None:
    """A table's row of very many cells becomes several: trafilatura counts all for each of them."""
    for row in list(tree.iter("tr")):
        cells, last = list(row), row
        for start in range(_MOST_CELLS, len(cells), _MOST_CELLS):
            further = row.makeelement("tr")
            further.extend(cells[start : start + _MOST_CELLS])
            last.addnext(further)
            last = further


def _item(said: Declared, body: str, url: str, by: str) -> Item:
    place, wire = dateline.lead(body) or (None, None)
    return Item(
        url=url,
        title=said.title,
        canonical_url=said.canonical_url,
        byline=said.byline,
        authors=said.authors,
        place=place,
        wire=wire,
        published=said.published,
        updated=said.updated,
        section=said.section,
        lang=said.lang,
        body=body,
        partial=False,
        image=said.image,
        tags=said.tags,
        stated_by=(*said.stated_by, ("body", by)),
    )


def _body(tree: HtmlElement, said: Declared, quirk: Quirk, url: str) -> tuple[str, str]:
    """Paragraphs parted by a blank line, "" where there is no text; and where they come from."""
    text, by = _text(tree, said, quirk, url)
    paragraphs = [line for part in text.split("\n") if (line := markup.squeeze(part))]
    h1 = map(markup.text_of, islice(tree.iter("h1"), _MOST_H1))
    headings = _Headings((said.title, *h1), said.section)
    paragraphs = paragraphs[_headline(paragraphs, headings) :]
    start, last = 0, -1
    while start > last:  # the day of a release stands over whom to ask about it, or under that
        last = start
        start += boilerplate.contacts(paragraphs[start:])
        while start < len(paragraphs) and (
            headings.have(paragraphs[start]) or _is_over_text(paragraphs[start], said)
        ):
            start += 1
    paragraphs = paragraphs[start:]
    over = [line for line in paragraphs[:_OVER_TEXT] if not _is_byline_or_date(line, said)]
    return "\n\n".join(boilerplate.without(over + paragraphs[_OVER_TEXT:])), by


class _Headings:
    """What may be printed over a text as its headline."""

    def __init__(self, headlines: Iterable[str | None], section: str | None) -> None:
        self._headlines = tuple(filter(None, headlines))
        self._letters = set(map(markup.letters, (*self._headlines, section))) - {""}

    def have(self, line: str) -> bool:
        """Whether a line is one of them, in whatever setting, or one behind a kicker."""
        return markup.letters(line) in self._letters or any(
            len(one) >= max(_LEAST_TITLE, len(line) - _LONGEST_LABEL) and line.endswith(one)
            for one in self._headlines
        )


def _headline(paragraphs: list[str], headings: _Headings) -> int:
    """The number of the headline among the first paragraphs, where only labels stand before it."""
    for number, line in enumerate(paragraphs[:_MOST_LABELS]):
        if headings.have(line):
            return number
        if len(line) > _LONGEST_LABEL or line.endswith(_SENTENCE_ENDS):
            break
    return 0


def _is_byline_or_date(line: str, said: Declared) -> bool:
    """Whether a line is the whole byline, or a date where the article's is known."""
    return line == said.byline or (said.published is not None and declared.is_date(line))


def _is_over_text(line: str, said: Declared) -> bool:
    """Whether a line over the text is the byline, in whatever words, or a date."""
    if _is_byline_or_date(line, said):
        return True
    if len(line) > _LONGEST_BYLINE or line.endswith(_SENTENCE_ENDS):
        return False
    if line.casefold().strip(" :") in conventions().by:  # the names stand elsewhere
        return True
    return any(name in line for name in (said.byline, *said.authors) if name)


def _text(tree: HtmlElement, said: Declared, quirk: Quirk, url: str) -> tuple[str, str]:
    """Lines of text, and where they come from."""
    if boxes := quirks.find(quirk.body, tree):
        lines = (line.text for box in boxes for line in markup.lines(box).lines)
        return "\n".join(lines), "the block that is known of this publisher"
    _drop_headlines_of_others(tree)
    text = _found(tree)
    if (rest := masthead.drop(tree, said.title, text)) is not None:
        text = _found(tree)
        text = text if masthead.holds(text, rest) else rest
    if wrapping.undo(tree, text):
        text = _found(tree)
    if text and parts.bring_together(tree, text):
        text = max(_found(tree), text, key=len)
    stated = said.text or ""
    # A page that its scripts fill in, or one whose text was only found there, without line ends.
    if len(stated) > 2 * len(text) or stated.split() == text.split():
        return asprinted.parted(tree, stated), "JSON-LD articleBody"
    text = asprinted.parted(tree, text)
    return linked.without(tree, text, url), "trafilatura"


def _found(tree: HtmlElement) -> str:
    """What trafilatura finds."""
    try:
        found = bare_extraction(tree, fast=True, include_comments=False)
    except _EXTRACTOR_ERRORS:
        return ""
    return found.text or "" if isinstance(found, Document) else ""


def _drop_headlines_of_others(tree: HtmlElement) -> None:
    """Drop boxes of "Related stories" and headlines, as trafilatura keeps these without those."""
    for heading in list(islice(tree.iter("h2", "h3", "h4", "h5"), _MOST_HEADINGS)):
        box = heading.getparent()
        if box is None or box.getparent() is None or box.tag not in _BOXES:
            continue
        if _SIZE(box) > _LARGEST_BOX or _LENGTH(box) > _LONGEST_BOX:
            continue
        first, *others = [line.text for line in markup.lines(box).lines] or [""]
        if boilerplate.is_over_others(first) and all(map(boilerplate.is_headline, others)):
            box.drop_tree()


def _wall(tree: HtmlElement, said: Declared) -> str | None:
    """Why a page has hardly any text, as a sentence."""
    if said.free is False:
        return "the article is for subscribers only"
    if tree.xpath("boolean(//input[@type='password'])"):
        return "the page asks for a sign-in"
    if tree.xpath("boolean(//script)") and len(markup.text_of(tree) or "") < _SHORT:
        return "the page is empty until its scripts run"
    return None
