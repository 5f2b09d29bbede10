"""Sentences that a page's HTML has on several lines, made one line each.

A browser shows them so; an extractor of text may not.  Knows no words: a line that ends in a letter
goes on where the next one begins with a small letter.
"""

from __future__ import annotations

from itertools import groupby

from lxml import etree
from lxml.html import HtmlElement

_AS_TYPED = ("pre", "code", "textarea", "script", "style")
_INLINE_TAGS = "a abbr b big br cite em font i mark q s small span strong sub sup time u"
_INLINE = frozenset(_INLINE_TAGS.split())
_DEEP = 10  # inline elements in one another


def is_in(text: str) -> bool:
    """Whether any line goes on in the next one."""
    lines = _lines(text)
    return any(map(_goes_on, lines, lines[1:]))


def undo(tree: HtmlElement) -> None:
    """Take the line ends out of each block of text that has a sentence on several lines.

    The others stay, and so do blank lines: a style sheet may make paragraphs of them.
    """
    as_typed = {one for box in tree.iter(*_AS_TYPED) for one in box.iter()}
    blocks: dict[HtmlElement, list[tuple[HtmlElement, str]]] = {}
    for element in tree.iter(etree.Element):
        if "\n" in (element.text or "") and element not in as_typed:
            blocks.setdefault(_block(element), []).append((element, "text"))
        around = element.getparent()
        if "\n" in (element.tail or "") and around is not None and around not in as_typed:
            blocks.setdefault(_block(around), []).append((element, "tail"))
    for texts in blocks.values():
        if any(is_in(getattr(*text)) for text in texts):
            for element, end in texts:
                setattr(element, end, _joined(getattr(element, end)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def _goes_on(line: str, below: str) -> bool:
    return below[:1].islower() and (line[-1:].isalpha() or line.endswith(","))


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
