"""All that a page declares of its article, the best statement for each field.

Reads no text of the article but what JSON-LD holds of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.declared import bylines, marked, names, page, times, titles
from monitor.declared.page import Page, Said
from monitor.markup import Line
from monitor.model import Stamp
from monitor.publishers import quirks
from monitor.publishers.quirks import Quirk

_KNOWN_PLACE = "the place that is known of this publisher"
_TAGS = re.compile(r"</[a-z]|<(?:p|br|div|img|hr|li)\b[^<>]*>", re.IGNORECASE)
_BLOCKS = re.compile(r"<(?:p|br|div|li|h[1-6]|blockquote|table)\b", re.IGNORECASE)
_LANG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Declared:
    """All optional; addresses are absolute.  `text` is JSON-LD's articleBody, `free` its
    isAccessibleForFree; `stated_by` as in Item."""

    title: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    published: Stamp | None = None
    updated: Stamp | None = None
    section: str | None = None
    lang: str | None = None
    image: str | None = None
    canonical_url: str | None = None
    tags: tuple[str, ...] = ()
    text: str | None = None
    free: bool | None = None
    stated_by: tuple[tuple[str, str], ...] = ()


def read(tree: HtmlElement, *, url: str, timezone: str) -> Declared:
    """Never fails: what cannot be read is left out."""
    found = page.of(tree, url, timezone)
    title, printed = titles.read(found), marked.printed(found.bylines)
    under = _UnderHeadline(found, title.text if title else None)
    authors = names.authors(found, under)
    byline = names.byline(printed, authors, under)
    published = times.published(found) or times.printed(under, timezone)
    updated = times.updated(found)
    section, lang, image = _section(found), _lang(found), _image(found)
    reasons = (
        ("title", title and title.by),
        ("byline", byline and byline.by),
        ("authors", authors.names and authors.by),
        ("published", published and published[1]),
        ("updated", updated and updated[1]),
        ("section", section and section.by),
        ("lang", lang and lang.by),
        ("image", image and image.by),
    )
    return Declared(
        title=title and title.text,
        byline=byline and byline.text,
        authors=authors.names,
        published=published and published[0],
        updated=updated and updated[0],
        section=section and section.text,
        lang=lang and lang.text,
        image=image and image.text,
        canonical_url=_canonical(found),
        tags=tuple(dict.fromkeys(found.metas.get("article:tag", ()))),
        text=_as_read(found.node.text("articleBody", raw=True)),
        free=found.node.truth("isAccessibleForFree"),
        stated_by=tuple((name, by) for name, by in reasons if by),
    )


def _as_read(text: str | None) -> str | None:
    """A stated text that is HTML, although it should be plain, as lines of plain text."""
    if text is None or not _TAGS.search(text):
        return text
    # Where tags only stress words, line ends part the paragraphs.
    tree = markup.parse(text if _BLOCKS.search(text) else text.replace("\n", "<br>"))
    return "\n".join(line.text for line in markup.lines(tree).lines) if tree is not None else None


def correct(said: Declared, tree: HtmlElement, quirk: Quirk, timezone: str) -> Declared:
    """What the page declares, corrected by what is known of its publisher."""
    if said.title and quirk.title_cut:
        said = replace(said, title=quirk.cut(said.title) or said.title)
    dated = [Said(one.get("datetime") or _text(one), _KNOWN_PLACE) for one in
             quirks.find(quirk.published, tree)]  # fmt: skip
    published = times.first(dated, timezone)
    authors = [
        name for one in quirks.find(quirk.author, tree) for name in bylines.people(_text(one))
    ]
    section = next(filter(None, map(_text, quirks.find(quirk.section, tree))), None)
    found = {
        "published": published,
        "authors": (tuple(authors), _KNOWN_PLACE) if authors else None,
        "section": (section, _KNOWN_PLACE) if section else None,
    }
    better: dict[str, Any] = {name: one[0] for name, one in found.items() if one is not None}
    reasons = [pair for pair in said.stated_by if pair[0] not in better]
    reasons += [(name, one[1]) for name, one in found.items() if one is not None]
    return replace(said, **better, stated_by=tuple(reasons))


def _text(element: HtmlElement) -> str:
    return markup.text_of(element) or ""


def dated(said: Declared, body: str, timezone: str) -> Declared:
    """With the day of the dateline that the text begins with, where nothing else states one."""
    found = times.of_dateline(body, timezone) if said.published is None else None
    if found is None:
        return said
    stated_by = (*said.stated_by, ("published", found[1]))
    return replace(said, published=found[0], stated_by=stated_by)


class _UnderHeadline:
    """The lines under the headline, gathered when somebody asks for the first of them."""

    def __init__(self, found: Page, title: str | None) -> None:
        self._page = found
        self._title = title
        self._lines: Sequence[Line] | None = None

    def __iter__(self) -> Iterator[Line]:
        if self._lines is None:
            self._lines = page.under_headline(self._page, self._title)
        return iter(self._lines)


def _canonical(found: Page) -> str | None:
    links = found.tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    og = found.first("og:url")
    href = links[0] if links else og and og.text
    return urls.absolute(found.url, href) if href else None


def _section(found: Page) -> Said | None:
    of_metas = found.said("article:section og:article:section")
    stated = found.stated("articleSection"), found.microdata("articleSection")
    return next(chain(of_metas, *stated), None)


def _image(found: Page) -> Said | None:
    stated = (Said(text, "JSON-LD image") for text in found.node.texts("image", "url")[:1])
    for text, by in (*found.said("og:image og:image:url twitter:image"), *stated):
        address = urls.absolute(found.url, text)
        if address is not None:
            return Said(address, by)
    return None


def _lang(found: Page) -> Said | None:
    tree = found.tree
    texts = (tree.get("lang"), tree.get("xml:lang"))
    of_html = (Said(text, "the html element") for text in texts if text)
    stated = (*of_html, *found.stated("inLanguage"), *found.said("content-language og:locale"))
    for text, by in stated:
        lang = text.strip().replace("_", "-")
        if _LANG.fullmatch(lang):
            return Said(lang, by)
    return None
