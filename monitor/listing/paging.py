"""The next page of the same list: `rel=next`, its own address with the next number, "Older",
"Weiter", or the next number as a link.

Looks on the same site only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.listing import words
from monitor.listing.links import Link, base_of, climb, links_of
from monitor.listing.titles import class_words

_PAGED = re.compile(
    r"(?:[/?&;_.-](?:page|paged|pagen_\d|p|pg|seite|pagina|sida|sayfa|strona|stranica|pn|pageno|start"
    r"|offset)[=/_-]?|list_\d+_|index_?)\d+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_ARROWS = frozenset({"›", "»", ">", "→", ">>", "❯", "⟩"})
_OF_ANYTHING = ("load ", "show ", "see ", "view ")  # "see more" may lead to a section
_DAYS = 21  # so many numbers are a calendar
_NEXT_NAMES = frozenset({"next", "nextpage", "nextpostslink", "older"})
_BARS = words.these(
    "pagination pager paging paginator pages pagenavi page pagenav navigation nav links paginate"
    " numbers"
)


def next_page(tree: HtmlElement, url: str) -> str | None:
    """The address of the list's next page, None on its last or where none is told."""
    site, own = _domain(url), urls.canonical(url)
    links = links_of(tree, url)
    numbered = list(_numbered(links, url))
    said = (_nearer(address, numbered, url) for address in _said(links))
    told = (_declared(tree, url), _counted(links, url), said, numbered)
    for address in chain.from_iterable(told):
        if _domain(address) == site and urls.canonical(address) != own:
            return address
    return None


def _nearer(said: str, numbered: Sequence[str], url: str) -> str:
    """The second page's address where the first one's "next" leads to the next ten of them."""
    shape = _DIGITS.sub("#", said)
    alike = (address for address in numbered if _DIGITS.sub("#", address) == shape)
    return said if _DIGITS.sub("#", url) == shape else next(alike, said)


def _domain(url: str) -> str:
    return urls.registrable(urls.site(url) or "")


def _declared(tree: HtmlElement, url: str) -> Iterator[str]:
    base = base_of(tree, url)
    for element in tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            address = urls.absolute(base, element.get("href") or "")
            if address is not None and (element.tag == "link" or not _is_one_article(element)):
                yield address


def _is_one_article(link: HtmlElement) -> bool:
    """`rel=next` of one post after another, with that post's headline as its text."""
    return len(markup.text_of(link) or "") > 2 * words.LONGEST_LABEL


def _counted(links: Sequence[Link], url: str) -> Iterator[str]:
    """Whatever it says: the page's own address, but for the next number in it."""
    wanted, own = _own_number(url) + 1, _unnumbered(url)
    for link in links:
        if _own_number(link.url) == wanted and _unnumbered(link.url) == own:
            yield link.url


def _unnumbered(url: str) -> str | None:
    return urls.canonical(_PAGED.sub("", url).rstrip("/?"))


def _said(links: Sequence[Link]) -> Iterator[str]:
    """By words alone where they are several ("older posts"), else with something beside them."""
    for link in links:
        element = link.element
        spoken = link.text or element.get("aria-label") or element.get("title") or _alt(element)
        spoken = (markup.squeeze(spoken) or "")[:60]
        plain = spoken.strip("›»>→ ")
        by_word = plain != "" and words.NEXT.fullmatch(spoken) is not None
        by_name = len(spoken) < 30 and bool(class_words(_names(element)) & _NEXT_NAMES)
        if not (by_word or by_name or spoken in _ARROWS):
            continue
        alone = by_word and " " in plain and not plain.lower().startswith(_OF_ANYTHING)
        if alone or _in_bar(element) or _PAGED.search(link.url):
            yield link.url


def _alt(element: HtmlElement) -> str:
    return next((image.get("alt") or "" for image in element.iter("img")), "")


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"[:500]


def _in_bar(link: HtmlElement) -> bool:
    """Whether it stands in what is named after pages, or beside links that are numbers."""
    for level, element in enumerate(climb(link)):
        if level > 0 and class_words(_names(element)) & _BARS:
            return True
        if level == 4 or element.tag == "body":
            break
    return False


def _numbered(links: Sequence[Link], url: str) -> Iterator[str]:
    """The link that reads as the number after the page's own, beside others that are numbers."""
    wanted = str(_own_number(url) + 1)
    rows: dict[HtmlElement, set[str]] = {}  # the addresses to which the numbers of one row lead
    found: list[tuple[HtmlElement, str]] = []
    for link in links:
        text = (link.text or "").strip("[]()| ")
        if text.isdigit() and len(text) < 6:
            row = _row(link.element)
            rows.setdefault(row, set()).add(link.key)
            if text == wanted and re.search(r"\d", urlsplit(link.url)._replace(netloc="").geturl()):
                found.append((row, link.url))
    for row, address in found:
        if len(rows[row]) < _DAYS and (len(rows[row]) > 1 or _PAGED.search(address)):
            yield address


def _row(link: HtmlElement) -> HtmlElement:
    """What holds a link's neighbours; the whole table where it stands in a cell."""
    above = [at for at in climb(link) if at.tag in ("table", "ul", "ol", "p", "nav", "div")]
    return above[0] if above else link


def _own_number(url: str) -> int:
    found = list(_PAGED.finditer(urlsplit(url)._replace(scheme="", netloc="").geturl()))
    if not found:
        return 1
    digits = re.search(r"\d+$", found[-1][0])
    return int(digits[0]) if digits is not None and len(digits[0]) < 5 else 1
