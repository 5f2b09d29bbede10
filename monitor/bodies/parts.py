"""A body that its page prints in several boxes with other things between them, brought together.

Looks at boxes, and takes the extractor's word for what the text is.  Extracts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.html import HtmlElement

from monitor import markup

_BOXES = ("div", "section")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "article")
# What stands in these is no part of a body.
_ELSEWHERE_TAGS = "aside footer header nav li form figure figcaption blockquote table"
_ELSEWHERE = frozenset(_ELSEWHERE_TAGS.split())
_PROSE = 80  # characters of a paragraph that is no label
_LEAST = 200  # characters of prose in each part: of many readers' answers some are shorter
_MOST = 20  # parts
_SHARE = 2 / 3  # of the page's prose, what all parts of its article make up at least
_LONG = etree.XPath(f"//p[string-length(.) >= {_PROSE}]")
_START = 50  # letters by which a paragraph is known


def bring_together(tree: HtmlElement, text: str) -> bool:
    """Put the parts of a body that `text` has not behind those it has; whether there were any.

    `text` is what was found to be the text of the page.
    """
    boxes = _alike(_LONG(tree))
    known = markup.letters(text) if boxes else ""
    has = [[start in known for start in _starts(box)] for box in boxes]
    is_lost = [not any(paragraphs) for paragraphs in has]
    if not any(is_lost) or not all(lost or all(p) for lost, p in zip(is_lost, has, strict=True)):
        return False
    first = last = boxes[0]
    if is_lost[0] or any(
        lost and _is_another_article(box, first) for box, lost in zip(boxes, is_lost, strict=True)
    ):
        return False
    for box, lost in zip(boxes, is_lost, strict=True):
        if lost:
            last.append(box)
        else:
            last = box
    return True


def _alike(paragraphs: Sequence[HtmlElement]) -> list[HtmlElement]:
    """Boxes of one name that hold nearly all prose of a page, each a good deal of it."""
    lengths: dict[HtmlElement, int] = {}
    for paragraph in paragraphs:
        box = next(paragraph.iterancestors())
        lengths[box] = lengths.get(box, 0) + _length(paragraph)
    kinds: dict[tuple[str, ...], list[HtmlElement]] = {}
    for box in lengths:
        name = (box.get("class") or "").split(None, 1)[:1]
        if name and box.tag in _BOXES and _ELSEWHERE.isdisjoint(a.tag for a in box.iterancestors()):
            kinds.setdefault((box.tag, *name), []).append(box)
    least = _SHARE * sum(lengths.values())
    for boxes in kinds.values():
        found = [lengths[box] for box in boxes]
        if 1 < len(boxes) <= _MOST and min(found) >= _LEAST and sum(found) >= least:
            return boxes
    return []


def _is_another_article(box: HtmlElement, first: HtmlElement) -> bool:
    """Whether a headline stands over a box, or it is within the first one.

    The headings of a part stand within it.
    """
    around = {first, *first.iterancestors()}
    branch = box
    while (parent := branch.getparent()) is not None and parent not in around:
        branch = parent
    own = set(box.iter(*_HEADINGS))
    return (
        branch.getparent() is first
        or any(heading.tag == "h1" for heading in own)
        or any(heading not in own for heading in branch.iter(*_HEADINGS))
    )


def _starts(box: HtmlElement) -> Iterator[str]:
    for paragraph in box.iterchildren("p"):
        if _length(paragraph) >= _PROSE:
            yield markup.letters("".join(paragraph.itertext()))[:_START]


def _length(paragraph: HtmlElement) -> int:
    return len(markup.squeeze("".join(paragraph.itertext())) or "")
