"""Elements that are marked as byline, and links to authors' pages: the names that they hold.

Does not know which of them are the article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from monitor import markup
from monitor.declared import bylines
from monitor.declared.page import MOST_ELEMENTS, Said

MARKED = "the element marked as byline"
_PAGE_OF_AUTHOR = re.compile(r"/(?:author|autor|auteur|auteurs|profil|journalist|people|by)[^/]*/")


def printed(elements: Iterable[HtmlElement]) -> list[Said]:
    """What may be the printed byline, of elements called so and links to the author."""
    found = []
    for element in elements:
        texts = lines_of(element)
        # Names may stand alone on their lines, over what somebody is and where.
        first = bylines.first_of(texts)
        is_alone = bylines.names_of(first) or bylines.bare_names_of(first)
        whole = first if is_alone else bylines.first_of([" ".join(texts)])
        text = bylines.tidy(_listed(element) or whole)
        names = bylines.people(text)
        is_byline = names and (bylines.begins().match(text) or bylines.is_name(names[0]))
        if is_byline and len(text) <= bylines.LONGEST:
            found.append(Said(text, MARKED))
    return found


def _listed(element: HtmlElement) -> str | None:
    """The names in a byline's elements of one kind, with nothing but blanks between them."""
    inside = islice(element.iterdescendants(), 3 * MOST_ELEMENTS)
    leaves = [(one, text) for one in inside if len(one) == 0 and (text := markup.text_of(one))]
    if leaves and bylines.begins().fullmatch(f"{leaves[0][1]} "):
        del leaves[0]
    texts = [text for _, text in leaves]
    if len(texts) < 2 or len({(one.tag, one.get("class")) for one, _ in leaves}) > 1:
        return None
    before, _, behind = " ".join(lines_of(element)).partition(" ".join(texts))
    is_all = not behind and (not before or bylines.begins().fullmatch(before))
    is_list = is_all and all(map(bylines.bare_names_of, texts))
    return before + ", ".join(texts) if is_list else None


def lines_of(element: HtmlElement) -> list[str]:
    """What is printed in it."""
    return [line.text for line in markup.lines(element, apart=True).lines[:MOST_ELEMENTS]]


def linked(elements: Sequence[HtmlElement]) -> list[str]:
    """The names of links to the authors' pages."""
    inside = islice((link for one in elements for link in one.iter("a")), MOST_ELEMENTS)
    links = (link for link in inside if _PAGE_OF_AUTHOR.search(link.get("href", "")))
    texts = (markup.text_of(link, apart=True) or "" for link in each_page_once(links))
    return [name for text in texts for name in bylines.people(text)]


def each_page_once(elements: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """Without further links to a page, which only say "View all", and without empty ones."""
    seen = set()
    for one in elements:
        href = (one.get("href") or "").strip("#")
        if not href or (href not in seen and one.text_content().strip()):
            seen.add(href)
            yield one
