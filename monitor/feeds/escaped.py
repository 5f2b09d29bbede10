"""Whether a feed's text is HTML that was escaped once too often, and shows its tags to readers.

A text that speaks about tags is none: what it says would be lost.
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]*+)([^<>]*+)>")
_VOID = frozenset(("br", "col", "embed", "hr", "img", "source", "wbr"))
_KNOWN_TAGS = """
    a abbr acronym article aside b big blockquote br caption center cite code col dd del div dl dt
    em embed figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins li main mark
    ol p picture pre q s section small source span strike strong sub sup table tbody td tfoot th
    thead time tr u ul video wbr
"""
_KNOWN = frozenset(_KNOWN_TAGS.split())
# In an element for it a text shows code, as it is.
_CODE = re.compile(r"<(?:pre|code|samp|kbd|tt|xmp|textarea|listing)\b", re.IGNORECASE)
# As no sentence begins.
_SHOWN_AT_ONCE = re.compile(r"<!--.*?-->|<img\s[^<>]*\bsrc\s*=\s*[\"']?https?://", re.I | re.DOTALL)
_FEWEST_WORDS = 2
_MOST_OUTSIDE = 4  # words in elements for each that stands in none


def is_markup(text: str, source: str) -> bool:
    """`text` as a reader sees it, `source` the HTML that it was read from.

    It begins with a tag, all tags are HTML's and balanced, and nearly all words stand in them.
    """
    if _CODE.search(source):
        return False
    inside = _words_by_place(_COMMENT.sub("", text))
    if inside is None:
        return False
    enough = inside[True] >= max(_FEWEST_WORDS, _MOST_OUTSIDE * inside[False])
    return enough or _SHOWN_AT_ONCE.match(text) is not None


def _words_by_place(text: str) -> dict[bool, int] | None:
    """How many words stand inside of elements, and outside; None where they are not in order."""
    found = {True: 0, False: 0}
    around: list[str] = []
    parts = iter(_TAG.split(text.strip()))
    if next(parts):
        return None
    for closing, name, _, words in zip(parts, parts, parts, parts, strict=True):
        tag = name.lower()
        if tag not in _KNOWN:
            return None
        if closing:
            if not around or around.pop() != tag:
                return None
        elif tag not in _VOID:
            around.append(tag)
        found[bool(around)] += len(words.split())
    return found if not around else None
