"""A section page to items, by the CSS selectors of its source.

Knows no publisher, and guesses nothing: that is `recognise`.  Does not fetch.
"""

from __future__ import annotations

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError
from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.errors import ReadError, ReadReason
from monitor.listing.days import ReadDate, reader
from monitor.listing.links import base_of
from monitor.model import Item, Stamp
from monitor.settings import Selectors


def by_selectors(
    tree: HtmlElement | None, *, url: str, selectors: Selectors, timezone: str
) -> tuple[Item, ...]:
    """The page's entries in its order, each address once; items are partial.

    `selectors.item` finds the entries' boxes.  Inside a box: `link` (default: the first link with a
    text, or the box itself), `title` (default: the link's text), `teaser` and `date` (default:
    none; a date is read from `datetime` or the text).  A box without link or title is passed over.
    Raises ReadError(NO_LIST) where no entry is found, never an empty list.
    """
    boxes = _select(tree, selectors.item) if tree is not None else []
    if tree is None or not boxes:
        raise ReadError(ReadReason.NO_LIST, f"selector `{selectors.item}` matched nothing")
    base = base_of(tree, url)
    items: dict[str, Item] = {}
    stamp = reader(tree, timezone)
    own_key = urls.canonical(url)
    for box in boxes:
        item = _item(box, base, selectors, stamp)
        key = urls.canonical(item.url) if item is not None else None
        if item is not None and key is not None and key != own_key:
            items.setdefault(key, item)
    if not items:
        problem = f"selector `{selectors.item}` matched {len(boxes)} boxes, none with a link"
        raise ReadError(ReadReason.NO_LIST, problem)
    return tuple(items.values())


def _select(element: HtmlElement, selector: str) -> list[HtmlElement]:
    try:
        return list(CSSSelector(selector, translator="html")(element))
    except (SelectorError, XPathError) as error:
        raise ReadError(ReadReason.NO_LIST, f"selector `{selector}` is no CSS: {error}") from error


def _item(box: HtmlElement, base: str, selectors: Selectors, stamp: ReadDate) -> Item | None:
    link = _link(box, selectors.link)
    if link is None:
        return None
    address = urls.absolute(base, link.get("href") or "")
    title = _text(box, selectors.title) if selectors.title else markup.text_of(link)
    if address is None or title is None:
        return None
    return Item(
        url=address,
        title=title,
        published=_stamp(box, selectors.date, stamp) if selectors.date else None,
        body=_text(box, selectors.teaser) if selectors.teaser else None,
    )


def _link(box: HtmlElement, selector: str | None) -> HtmlElement | None:
    found = _select(box, selector) if selector else [box]
    links = [a for element in found for a in element.iter("a") if a.get("href")]
    with_text = (a for a in links if markup.text_of(a))
    return next(with_text, links[0] if links else None)


def _text(box: HtmlElement, selector: str) -> str | None:
    texts = (markup.text_of(element) for element in _select(box, selector))
    return next((text for text in texts if text), None)


def _stamp(box: HtmlElement, selector: str, stamp: ReadDate) -> Stamp | None:
    for element in _select(box, selector):
        for text in (element.get("datetime"), element.get("content"), markup.text_of(element)):
            if text and (found := stamp(text)) is not None:
                return found
    return None
