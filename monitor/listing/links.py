"""The links of a page: where each leads, once resolved, and under which key it is one article.

Knows nothing of what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.listing.addresses import article_key

MOST_LINKS = 3000  # of one page; the largest real front pages have some 1,500
MOST_ELEMENTS = 60_000  # that are looked at for links
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One `a` with an address on the web.  `number` counts them from 0 in the page's order.

    `text` is what a reader sees in it; `to_part`: it leads to a place inside the other page.
    """

    number: int
    element: HtmlElement
    url: str
    key: str
    text: str | None
    to_part: bool


def base_of(tree: HtmlElement, url: str) -> str:
    """What relative addresses on the page are relative to."""
    for href in tree.getroottree().xpath("//base/@href"):
        return urls.absolute(url, href) or url
    return url


def links_of(tree: HtmlElement, url: str) -> tuple[Link, ...]:
    """The page's links in its order, but for those to itself; the first 3,000."""
    base, own = base_of(tree, url), article_key(url)
    found: list[Link] = []
    for element in _anchors(tree):
        if len(found) == MOST_LINKS:
            break
        href = element.get("href") or ""
        address = urls.absolute(base, href)
        key = article_key(address) if address is not None else None
        if address is None or key is None or key == own:
            continue
        part = "#" in href and not href.rpartition("#")[2].startswith("!")
        text = (markup.text_of(element) or "")[:_LONGEST_TEXT] or None
        found.append(Link(len(found), element, address, key, text, part))
    return tuple(found)


def _anchors(tree: HtmlElement) -> Iterator[HtmlElement]:
    events = etree.iterwalk(tree, events=("start",))
    for number, (_, element) in enumerate(events):
        if number == MOST_ELEMENTS:
            return
        if element.tag in markup.UNSEEN:
            events.skip_subtree()
        elif element.tag == "a" and element.get("href"):
            yield element


def climb(element: HtmlElement) -> Iterator[HtmlElement]:
    """The element and all that it stands in, up to the root."""
    at: HtmlElement | None = element
    while at is not None:
        yield at
        at = at.getparent()
