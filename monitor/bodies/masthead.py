"""What a page prints over the headline of its article: menus, notices, headlines of others.

None of it is the article's text where it holds no sentences.  Extracts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from monitor import markup

_MOST_H1 = 20
_LEAST = 10  # letters of a headline
_START = 20  # characters
_MARKS = " -|"  # of lists and tables
_PROSE = 80  # characters: a standfirst or a lede may stand over the headline, too
_ENDS = (".", "!", "?", "\u2026", "\u201d", '"', "»", "。")
_TEXT = etree.XPath("string(.)")


def drop(tree: HtmlElement, title: str | None, text: str) -> str | None:
    """Drop all that stands over the headline where `text` begins with it, and give what is left
    of `text`; None where nothing was dropped.

    `text` is what was found to be the text of the page.  No sentence of it is dropped.
    """
    lines = text.strip().split("\n")
    start = lines[0].lstrip(_MARKS)[:_START]
    headline = _headline(tree, markup.letters(title)) if not is_prose(lines[0]) else None
    if headline is None or not start:
        return None
    above = list(_around(headline, above=True))
    if not any(start in _TEXT(one) for one in above):
        return None
    own = _lines(above) - _lines([headline, *_around(headline, above=False)])
    if markup.letters(lines[0]) not in own or any(
        is_prose(one) and markup.letters(one) in own for one in lines
    ):
        return None
    for one in above:
        one.drop_tree()
    return "\n".join(line for line in lines if markup.letters(line) not in own)


def holds(text: str, sentences: str) -> bool:
    """Whether a text has each paragraph of another that is surely prose."""
    return {line for line in sentences.split("\n") if is_prose(line)} <= set(text.split("\n"))


def _headline(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The element with the printed headline, which the title may be a part of, or the other way."""
    for element in islice(tree.iter("h1"), _MOST_H1):
        printed = markup.letters(_TEXT(element))
        short, long = sorted((printed, title), key=len)
        if len(short) >= _LEAST and short in long and 2 * len(short) >= len(long):
            return element
    return None


def _around(headline: HtmlElement, *, above: bool) -> Iterator[HtmlElement]:
    for one in (headline, *headline.iterancestors()):
        if one.tag == "body":
            break
        yield from one.itersiblings(preceding=above)


def _lines(elements: Iterable[HtmlElement]) -> set[str]:
    return {markup.letters(line.text) for one in elements for line in markup.lines(one).lines}


def is_prose(line: str) -> bool:
    """Whether a line is surely a sentence."""
    return len(line) >= _PROSE and line.rstrip().endswith(_ENDS)
