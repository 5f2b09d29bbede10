"""Any publisher's article page to an item: the text by trafilatura, the rest as the page declares.

Pages of a network that has its own reader go there first.  Does not fetch, and follows no link.
Times come from markup or dateline alone: a date that trafilatura finds is a guess.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from monitor import dateline, declared, markup, urls
from monitor.declared import Declared
from monitor.errors import ReadError, ReadReason
from monitor.model import Item
from monitor.publishers import spacemedia

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
_MOST_H1 = 20
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
    Network.  A page is read up to its 30,000th element.  Raises ReadError(NO_ARTICLE) where no
    text can be found, saying why.
    """
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
    _cut(tree)
    said = declared.read(tree, url=url, timezone=timezone)
    body = _body(tree, said)
    if len(body) < _SHORT and (wall := _wall(tree, said)) is not None:
        raise ReadError(ReadReason.NO_ARTICLE, wall)
    if not body:
        raise ReadError(ReadReason.NO_ARTICLE, "no article text found on the page")
    return _item(said, body, url)


def _cut(tree: HtmlElement) -> None:
    """Drop whatever stands behind the last element that is read."""
    last = next(islice(tree.iter(), _MOST_ELEMENTS - 1, None), None)
    while last is not None and (parent := last.getparent()) is not None:
        del parent[parent.index(last) + 1 :]
        last = parent


def _item(said: Declared, body: str, url: str) -> Item:
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
    )


def _body(tree: HtmlElement, said: Declared) -> str:
    """Paragraphs parted by a blank line; "" where there is no text."""
    try:
        found = bare_extraction(tree, fast=True, include_comments=False)
    except _EXTRACTOR_ERRORS:
        found = None
    text = found.text or "" if isinstance(found, Document) else ""
    stated = said.text or ""
    # A page that its scripts fill in, or one whose text was only found there, without line ends.
    if len(stated) > 2 * len(text) or stated.split() == text.split():
        text = stated
    paragraphs = [line for part in text.split("\n") if (line := markup.squeeze(part))]
    over_text = {said.title, said.byline, *map(markup.text_of, islice(tree.iter("h1"), _MOST_H1))}
    start = next((n for n, line in enumerate(paragraphs) if line not in over_text), len(paragraphs))
    return "\n\n".join(paragraphs[start:])


def _wall(tree: HtmlElement, said: Declared) -> str | None:
    """Why a page has hardly any text, as a sentence."""
    if said.free is False:
        return "the article is for subscribers only"
    if tree.xpath("boolean(//input[@type='password'])"):
        return "the page asks for a sign-in"
    if tree.xpath("boolean(//script)") and len(markup.text_of(tree) or "") < _SHORT:
        return "the page is empty until its scripts run"
    return None


def to_json(item: Item) -> dict[str, object]:
    """An item as the documented JSON object: `published_at` in ISO 8601, None where unknown."""
    return {
        "url": item.url,
        "canonical_url": item.canonical_url,
        "site": urls.site(item.url),
        "title": item.title,
        "byline": item.byline,
        "authors": list(item.authors),
        "place": item.place,
        "wire": item.wire,
        "published_at": item.published.iso() if item.published else None,
        "section": item.section,
        "lang": item.lang,
        "lede": item.lede,
        "body": item.body,
        "image": item.image,
        "side_stories": [
            {"headline": side.headline, "dateline": side.dateline, "text": side.text}
            for side in item.side_stories
        ],
    }
