"""Lines of a text that are nothing but links to further pages of its site.

Knows no words: "Related stories" and its like are `publishers.boilerplate`'s.  Follows no link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from lxml import etree
from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.publishers import boilerplate

_MOST = 20  # lines at the end
_LEAST = 2
_LISTED = 0.4  # of the letters of a list: some of its words may be none of a link's
_SENTENCES = 1 / 3  # of the items of a list, which are sentences at most
_ALONE = 0.95
_HEADLINE = 20  # characters, at least
_OFTEN = 1 / 4  # of the lines: more are what the page is about
_ITEM = "- "
_TEXT = etree.XPath("string(.)")


def without(tree: HtmlElement, text: str, url: str) -> str:
    """The text of the page at `url` without such links: two and more at its end, and paragraphs
    with the headline of another article.  Sentences stay.
    """
    home = urls.registrable(urls.site(url) or "")
    if not home:
        return text
    lines = text.rstrip().split("\n")
    lines = _without_last(tree, lines, home)
    return "\n".join(_without_headlines(tree, lines, home))


def _without_last(tree: HtmlElement, lines: list[str], home: str) -> list[str]:
    last = [markup.letters(line) for line in takewhile(_may_be_link, lines[: -_MOST - 1 : -1])]
    if len(last) < _LEAST:
        return lines
    linked = set(_listed(tree, frozenset(last), home)) | _alone(tree, frozenset(last), home)
    count = sum(1 for _ in takewhile(linked.__contains__, last))
    return lines[:-count] if _LEAST <= count < len(lines) else lines


def _without_headlines(tree: HtmlElement, lines: list[str], home: str) -> list[str]:
    wanted = frozenset(markup.letters(line) for line in lines if _may_be_headline(line))
    linked = _alone(tree, wanted, home) if wanted else frozenset()
    if not linked or len(linked) > _OFTEN * len(lines):
        return lines
    return [one for one in lines if not _may_be_headline(one) or markup.letters(one) not in linked]


def _may_be_link(line: str) -> bool:
    return line.startswith(_ITEM) or boilerplate.is_headline(line)


def _may_be_headline(line: str) -> bool:
    is_item = line.startswith(_ITEM)
    return len(line) >= _HEADLINE and not is_item and boilerplate.is_headline(line)


def _listed(tree: HtmlElement, wanted: frozenset[str], home: str) -> Iterator[str]:
    """The letters of those items of lists that are links."""
    for block in tree.iter("ul", "ol"):
        items = {markup.letters(_TEXT(item)) for item in block.iterchildren("li")} - {""}
        if wanted >= items and _is_of_links(block, home):
            yield from items


def _alone(tree: HtmlElement, wanted: frozenset[str], home: str) -> frozenset[str]:
    """The letters of those paragraphs that are one link."""
    return frozenset(
        found
        for block in tree.iter("p")
        if len(block)
        # Most paragraphs have more before their first link.
        and len((block.text or "").strip()) < _HEADLINE
        and (found := markup.letters(_TEXT(block))) in wanted
        and _share(block.findall(".//a"), found, home) >= _ALONE
    )


def _is_of_links(block: HtmlElement, home: str) -> bool:
    items = block.findall("li")
    sentences = sum(_TEXT(item).rstrip().endswith(".") for item in items)
    return (
        len(items) >= _LEAST
        and all(item.find(".//a") is not None for item in items)
        and sentences <= _SENTENCES * len(items)
        and _share(block.findall(".//a"), markup.letters(_TEXT(block)), home) >= _LISTED
    )


def _share(links: Sequence[HtmlElement], letters: str, home: str) -> float:
    """How much of the letters is links to pages of one site; nothing with one to another, or to a
    place of the page itself."""
    for link in links:
        address = urls.absolute(f"https://{home}/", link.get("href") or "#")
        is_page = address is not None and not (link.get("href") or "#").startswith("#")
        if not is_page or urls.registrable(urls.site(address or "") or "") != home:
            return 0
    return sum(len(markup.letters(_TEXT(link))) for link in links) / max(len(letters), 1)
