"""The HTML in a feed's texts to plain text, paragraphs parted by one blank line.

Simple HTML, which is most of it, is read here by its tags alone; whatever a parser could see
otherwise (open ends, tables, comments, scripts, strange entities) goes through `markup`.  Both ways
give the same text; the first is thirty times as fast.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.entities import name2codepoint

from monitor import markup

_BLANK_LINE = re.compile(r"\n[ \t\r]*(?=\n)")
_TAG = re.compile(
    r"<(/?[a-zA-Z][a-zA-Z0-9]*+)(?:>|"  # as most end at once
    r"(?:\s++[a-zA-Z][\w:.-]*+(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=`]++))?+)*+\s*+/?>)"
)
_ENTITY = re.compile(r"&(#[0-9]{2,5}|#[xX][0-9a-fA-F]{2,4}|[a-zA-Z]{2,8}[0-9]{0,2});")
_CDATA = "<![CDATA["  # of XML: in HTML a comment, with the text inside
# What no tag's name may hold: an address, a formula.  A parser would take all up to the next ">".
_NO_TAG = re.compile(r"<(?=[a-zA-Z][\w:-]*[^\w:\s<>/\"'&=-])")
_SHORT = 40  # tags, in what is remembered
_LINE, _BLOCK = "\x01", "\x02"  # marks: a line ends, a block begins or ends
_INLINE_TAGS = "a abbr acronym b big cite code em font i q s small span strike strong sub sup tt u"
_INLINE = frozenset(_INLINE_TAGS.split())
_BLOCK_TAGS = "p div blockquote ul ol li h1 h2 h3 h4 h5 h6"
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_LISTS = frozenset(("ul", "ol"))
# A block may stand in these; in any other a parser might end what is around it.
_ROOMY = frozenset(("", "div", "blockquote"))
_MARKS = {
    "br": _LINE,
    "img": "",
    **{name: mark for names, mark in ((_INLINE, ""), (_BLOCKS, _BLOCK)) for name in names},
    **{f"/{name}": mark for names, mark in ((_INLINE, ""), (_BLOCKS, _BLOCK)) for name in names},
}


def text_of(source: str) -> str | None:
    """What a reader sees; None when that is nothing.  `source` has no control characters."""
    if "<" not in source and "&" not in source and "\n" not in source:
        return markup.squeeze(source)
    parts = _TAG.split(source) if "<" in source else [source]
    tags = tuple(parts[1::2])
    found = (_structure if len(tags) <= _SHORT else _structure.__wrapped__)(tags)
    if found is None:
        return _parsed(source)
    marks, around = found
    if "\n" in source and _BLANK_LINE.search(source) and not _mark_blank_lines(parts, around):
        return _parsed(source)
    parts[1::2] = marks
    marked = "".join(parts)
    text = marked if "&" not in marked else _unescaped(marked)
    if "<" in marked or text is None:
        return _parsed(source)
    return _laid_out(text)


def _parsed(source: str) -> str | None:
    if _CDATA in source:
        source = source.replace(_CDATA, "").replace("]]>", "")
    root = markup.parse(_BLANK_LINE.sub("<p>", _NO_TAG.sub("&lt;", source)))
    if root is None:
        return None
    parts = (("\n\n" if line.gap else "\n") + line.text for line in markup.lines(root).lines)
    # A reference in the HTML may stand for a character that no text may hold.
    return markup.decode("".join(parts)).strip() or None


@lru_cache(maxsize=1024)  # a feed's texts are mostly built alike
def _structure(tags: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The tags' marks, and around each text the innermost tag; None where they are not simple."""
    marks: list[str] = []
    inside, around = [""], [""]
    for tag in map(str.lower, tags):
        if tag not in _MARKS or not _fits(tag, inside):
            return None
        marks.append(_MARKS[tag])
        around.append(inside[-1])
    return (tuple(marks), tuple(around)) if len(inside) == 1 else None


def _fits(tag: str, inside: list[str]) -> bool:
    if tag[0] == "/":
        return inside.pop() == tag[1:]
    if tag in _INLINE:
        inside.append(tag)
        return inside[-2] not in _LISTS
    if tag in _BLOCKS:
        inside.append(tag)
        return inside[-2] in (_LISTS if tag == "li" else _ROOMY)
    return True


def _mark_blank_lines(parts: list[str], around: tuple[str, ...]) -> bool:
    """Whether blank lines part the texts as new paragraphs would; marks for them if they do."""
    for number, tag in enumerate(around):
        text = parts[2 * number]
        if tag in _ROOMY or (tag in _LISTS and text.isspace()):
            parts[2 * number] = _BLANK_LINE.sub(_BLOCK, text)
        elif _BLANK_LINE.search(text):
            return False
    return True


def _unescaped(text: str) -> str | None:
    """None where there are entities on which parsers do not agree, or that are none."""
    parts = _ENTITY.split(text)
    names = parts[1::2]
    if len(names) != text.count("&"):
        return None
    parts[1::2] = map(_character, names)
    return None if "" in parts[1::2] else "".join(parts)


@lru_cache(maxsize=1024)
def _character(name: str) -> str:
    """Of HTML 4's entities, and of the numbers of printable characters; nothing for any other."""
    if name[0] != "#":
        return chr(name2codepoint[name]) if name in name2codepoint else ""
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    plain = 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0xFDD0
    return chr(code) if plain else ""


def _laid_out(marked: str) -> str | None:
    if _LINE not in marked:
        return "\n\n".join(filter(None, map(markup.squeeze, marked.split(_BLOCK)))) or None
    lines: list[str] = []
    breaks = 0
    for block in marked.split(_BLOCK):
        for line in block.split(_LINE):
            if words := markup.squeeze(line):
                if lines:
                    lines.append("\n\n" if breaks > 1 else "\n")
                lines.append(words)
                breaks = 0
            breaks += 1
        breaks += 1
    return "".join(lines) or None
