"""A page's own statements, gathered: meta elements, JSON-LD, microdata, the lines at its headline.

Believes none before another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

from monitor import jsonld, markup, urls
from monitor.jsonld import Node
from monitor.markup import Line, letters

MOST_ELEMENTS = 20  # of a kind that are looked at
_SMALLEST_BOX = 40  # elements
_LONGEST_HEADLINE = 300  # characters, with a kicker
_UNDER_HEADLINE = 15  # lines: kicker, standfirst, byline, date, and buttons between them
_COPYRIGHT = XPath("//text()[contains(., '©')]")
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_COUNT = XPath("count(descendant::*)")
_CALLED = ("class", "data-testid", "data-qa", "data-component")
_BYLINE = XPath(
    " | ".join(f"//@{name}[contains(., 'yline')]/.." for name in _CALLED)
    + " | //@itemprop[.='author']/.. | //@rel[.='author']/.."
)
_SMALL = "[count(descendant::*) <= 20][not(ancestor::figure or ancestor::blockquote)]"
_OF_AUTHORS = ("/author", "/autor", "/auteur", "/editors/", "/writers/", "/journalist", "/by/")
_WORDS = " or ".join(f"contains(., '{word}')" for word in ("uthor", "utor", "uteur", "riter"))
_PATHS = " or ".join(f"contains(., '{path}')" for path in _OF_AUTHORS)
_AUTHOR = XPath(f"//@class[{_WORDS}]/parent::*{_SMALL} | //a/@href[{_PATHS}]/parent::a{_SMALL}")
_CALLED_AUTHOR = re.compile(r"author|autor|auteur|writer", re.IGNORECASE)
_OTHERS = re.compile(r"comment|quote|photo|image|caption|credit|video|book|bio", re.IGNORECASE)


class Said(NamedTuple):
    """A text of the page, and in words what states it."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """`timezone` (IANA) reads dates without a zone."""

    tree: HtmlElement
    url: str
    timezone: str
    metas: Mapping[str, list[str]]
    node: Node
    props: Mapping[str, list[HtmlElement]]
    bylines: Sequence[HtmlElement]  # elements called so, and links to the author
    site_names: frozenset[str]

    def said(self, names: str) -> Iterator[Said]:
        """What meta elements of these names say, in the order of the names."""
        for name in names.split():
            for text in self.metas.get(name, ()):
                yield Said(text, name if name.startswith("og:") else f"the meta element {name}")

    def first(self, names: str) -> Said | None:
        return next(self.said(names), None)

    def stated(self, field: str) -> Iterator[Said]:
        """JSON-LD's text of a field."""
        for text in self.node.texts(field, "name")[:1]:
            yield Said(text, f"JSON-LD {field}")

    def microdata(self, name: str) -> Iterator[Said]:
        for element in self.props.get(name, ()):
            stated = element.get("content") or element.get("datetime")
            if stated is None and element.tag == "abbr":
                stated = element.get("title")
            if text := markup.squeeze(stated) or markup.text_of(element):
                yield Said(text, f"microdata {name}")

    def is_site(self, name: str) -> bool:
        """Whether a name is the site's or its publisher's own."""
        found = letters(name)
        return found in self.site_names or found.removeprefix("the") in self.site_names

    def is_owner(self, name: str) -> bool:
        """Whether the page says whose it is, with this name: "© 2024 Quay Post Ltd"."""
        found = _COPYRIGHT(self.tree)
        assert isinstance(found, list)
        texts = (str(text)[:_LONGEST_HEADLINE] for text in found[-MOST_ELEMENTS:])
        return any(name in text and _YEAR.search(text) for text in texts)


def of(tree: HtmlElement, url: str, timezone: str) -> Page:
    metas, node = _metas(tree), jsonld.article(tree)
    names = _site_names(metas, node, url)
    return Page(tree, url, timezone, metas, node, _props(tree), _bylines(tree), names)


def under_headline(page: Page, title: str | None) -> Sequence[Line]:
    """The lines printed next under the headline.

    Looked for in ever larger boxes around the h1, as a whole page takes long to read as lines.
    """
    headings = list(islice(page.tree.iter("h1"), MOST_ELEMENTS))
    wanted = letters(title or "")
    heading = next((h1 for h1 in headings if wanted and wanted in letters(h1.text_content())), None)
    if heading is None:
        return _below(page.tree, [wanted, *map(_last_line, headings[:1])])
    read, under = 0, tuple[Line, ...]()
    for box in (*islice(heading.iterancestors(), MOST_ELEMENTS), page.tree):
        elements = int(_COUNT(box))
        if elements >= max(_SMALLEST_BOX, 2 * read) or box is page.tree:
            read, under = elements, _below(box, [_last_line(heading)])
        if len(under) == _UNDER_HEADLINE:
            break
    return under


def _last_line(heading: HtmlElement) -> str:
    """As the words under it begin after that, and a kicker may stand before it."""
    return letters(next((line.text for line in reversed(markup.lines(heading).lines)), ""))


def _below(box: HtmlElement, wanted: Iterable[str]) -> tuple[Line, ...]:
    """The lines under the first line that holds one of the texts, the first text before others."""
    lines = markup.lines(box, apart=True).lines
    plains = [letters(line.text) if len(line.text) <= _LONGEST_HEADLINE else "" for line in lines]
    for text in filter(None, wanted):
        at = next((n for n, line in enumerate(plains) if text in line), None)
        if at is not None:
            return lines[at + 1 : at + 1 + _UNDER_HEADLINE]
    return ()


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = markup.squeeze(unescape(element.get("content") or ""))
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _bylines(tree: HtmlElement) -> list[HtmlElement]:
    found = _BYLINE(tree)
    assert isinstance(found, list)
    called = (
        one
        for one in found
        if any("byline" in one.get(name, "").lower() for name in _CALLED)
        or "author" in (one.get("itemprop"), one.get("rel"))
    )
    return [one for one in islice(called, 2 * MOST_ELEMENTS) if not _of_picture(one)][
        :MOST_ELEMENTS
    ]


def called_author(page: Page) -> Iterator[HtmlElement]:
    """Small elements whose class says author, and links to an author's page."""
    found = _AUTHOR(page.tree)
    assert isinstance(found, list)
    for one in found[: 5 * MOST_ELEMENTS]:
        called = one.get("class") or ""
        is_link = one.tag == "a" and any(path in one.get("href", "") for path in _OF_AUTHORS)
        if (is_link or _CALLED_AUTHOR.search(called)) and not _OTHERS.search(called):
            yield one


def _of_picture(element: HtmlElement) -> bool:
    """Whether it says who took a picture, not who wrote the article."""
    return any(one.tag in ("figure", "figcaption") for one in element.iterancestors())


def _props(tree: HtmlElement) -> dict[str, list[HtmlElement]]:
    """The first elements of each name in microdata."""
    props: dict[str, list[HtmlElement]] = {}
    for element in tree.xpath("//@itemprop/.."):
        for name in element.get("itemprop").split()[:MOST_ELEMENTS]:
            found = props.setdefault(name, [])
            if len(found) < MOST_ELEMENTS and not (name == "author" and _of_picture(element)):
                found.append(element)
    return props


def _site_names(metas: Mapping[str, list[str]], node: Node, url: str) -> frozenset[str]:
    host = urls.site(url) or ""
    names = [*metas.get("og:site_name", ()), *metas.get("application-name", ())]
    names += node.texts("publisher", "name")
    names += [host, urls.registrable(host), urls.registrable(host).partition(".")[0]]
    known = {letters(name) for name in islice(names, 3 * MOST_ELEMENTS)}
    return frozenset(known | {name.removeprefix("the") for name in known}) - {""}
