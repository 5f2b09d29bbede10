"""The last lines of a text that are nothing but links to further pages of its site.

Knows no words: "Related stories" and its like are `publishers.boilerplate`'s.  Follows no link.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from lxml import etree
from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.publishers import boilerplate

_MOST = 20  # lines
_LEAST = 2
_LISTED = 0.4  # of the letters of a list: some of its words may be none of a link's
_SENTENCES = 1 / 3  # of the items of a list, which are sentences at most
_ALONE = 0.9
_ITEM = "- "
_TEXT = etree.XPath("string(.)")


def without_links(tree: HtmlElement, text: str, url: str) -> str:
    """The text of the page at `url` up to its last line that is more than such a link.

    One link alone stays, and so does a sentence.
    """
    lines = text.rstrip().split("\n")
    last = [markup.letters(line) for line in takewhile(_may_be_link, lines[: -_MOST - 1 : -1])]
    home = urls.registrable(urls.site(url) or "")
    if len(last) < _LEAST or not home:
        return text
    linked = set(_linked(tree, frozenset(last), home))
    count = sum(1 for _ in takewhile(linked.__contains__, last))
    return "\n".join(lines[:-count]) if _LEAST <= count < len(lines) else text


def _may_be_link(line: str) -> bool:
    return line.startswith(_ITEM) or boilerplate.is_headline(line)


def _linked(tree: HtmlElement, wanted: frozenset[str], home: str) -> Iterator[str]:
    """The letters of those blocks of wanted ones that are links."""
    for block in tree.iter("ul", "ol"):
        items = {markup.letters(_TEXT(item)) for item in block.iterchildren("li")} - {""}
        if wanted >= items and _is_of_links(block, home):
            yield from items
    for block in tree.iter("p", "h2", "h3", "h4", "h5"):
        found = markup.letters(_TEXT(block))
        if found in wanted and _share(block, home) >= _ALONE:
            yield found


def _is_of_links(block: HtmlElement, home: str) -> bool:
    items = block.findall("li")
    sentences = sum(_TEXT(item).rstrip().endswith(".") for item in items)
    return (
        len(items) >= _LEAST
        and all(item.find(".//a") is not None for item in items)
        and sentences <= _SENTENCES * len(items)
        and _share(block, home) >= _LISTED
    )


def _share(block: HtmlElement, home: str) -> float:
    """How much of a block is links to pages of its own site; nothing with one to another."""
    own = 0
    for link in block.iter("a"):
        address = urls.absolute(f"https://{home}/", link.get("href") or "")
        if urls.registrable(urls.site(address or "") or "") != home:
            return 0
        own += len(markup.letters(_TEXT(link)))
    return own / max(len(markup.letters(_TEXT(block))), 1)
