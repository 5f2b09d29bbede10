"""Sentences that a page's HTML has on several lines, made one line each.

A browser shows them so; an extractor of text may not.  Knows no words: a line that ends in a letter
goes on where the next one begins with a small letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby, pairwise

from lxml import etree
from lxml.html import HtmlElement

_AS_TYPED = ("pre", "code", "textarea", "script", "style")
_INLINE_TAGS = "a abbr b big br cite em font i mark q s small span strong sub sup time u"
_INLINE = frozenset(_INLINE_TAGS.split())
_DEEP = 10  # inline elements in one another


def undo(tree: HtmlElement, text: str) -> bool:
    """Take the line ends out of each block of the page that has a sentence of `text` on several
    lines; whether there was any.

    In other blocks they stay, and so do blank lines: a style sheet may make paragraphs of them.
    """
    seams = set(_seams(text))
    if not seams:
        return False
    as_typed = {one for box in tree.iter(*_AS_TYPED) for one in box.iter()}
    blocks: dict[HtmlElement, list[tuple[HtmlElement, str]]] = {}
    for element in tree.iter(etree.Element):
        if "\n" in (element.text or "") and element not in as_typed:
            blocks.setdefault(_block(element), []).append((element, "text"))
        around = element.getparent()
        if "\n" in (element.tail or "") and around is not None and around not in as_typed:
            blocks.setdefault(_block(around), []).append((element, "tail"))
    wrapped = [
        texts
        for texts in blocks.values()
        if any(not seams.isdisjoint(_seams(getattr(*one))) for one in texts)
    ]
    for element, end in chain.from_iterable(wrapped):
        setattr(element, end, _joined(getattr(element, end)))
    return bool(wrapped)


def _seams(text: str) -> Iterator[tuple[str, str]]:
    """The last and the first word of each two lines that are one sentence."""
    lines = _lines(text)
    for line, below in pairwise(lines):
        if below[:1].islower() and (line[-1:].isalpha() or line.endswith(",")):
            yield line.rsplit(None, 1)[-1], below.split(None, 1)[0]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def _block(element: HtmlElement) -> HtmlElement:
    for _ in range(_DEEP):
        parent = element.getparent()
        if element.tag not in _INLINE or parent is None:
            break
        element = parent
    return element


def _joined(text: str) -> str:
    parts = (" ".join(part) for is_full, part in groupby(_lines(text), bool) if is_full)
    joined = "\n\n".join(parts)
    return f"{' ' * text[0].isspace()}{joined}{' ' * text[-1].isspace()}"
