"""HTML bytes to a tree, and a tree to lines of text as a reader sees them.

Knows encodings, scripts and line breaks.  Does not know what an article is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

# Not in XML, and nothing a reader sees: they only break parsers and databases.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LOW_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), *range(127, 160)))
_NO_LETTER = re.compile(r"[\W_]+")
_UNSEEN_TAGS = """
    head title script style noscript template iframe object select button textarea svg
"""
UNSEEN = frozenset(_UNSEEN_TAGS.split())
_OF_HEAD = frozenset({"title", "meta", "link", "base", "script", "style", "noscript", "template"})
_BLOCK_TAGS = """
    p div table tr td th ul ol li dl dt dd h1 h2 h3 h4 h5 h6 hr blockquote center pre form article
    section aside header footer main nav figure figcaption address fieldset body
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_BOXES = frozenset({"table", "td", "th", "div", "blockquote", "aside", "fieldset", "figure"})
_WESTERN = ("cp125", "iso8859")
_FILES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "an archive",
    b"\x1f\x8b": "an archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"ID3": "a recording",
}
_KINDS = {
    "application/pdf": "a PDF", "image": "a picture", "audio": "a recording", "video": "a film",
}  # fmt: skip
_BLANK = b"\xef\xbb\xbf \t\r\n"
_PAGES = re.compile(r"text/.*|.*[/+]xml|application/octet-stream")
_BOLD = frozenset({"b", "strong", "h2", "h3", "h4", "h5", "h6"})


def decode(html: bytes | str, content_type: str | None = None) -> str:
    """The page as text, whatever it claims: never fails, what cannot be read becomes U+FFFD.

    Byte order mark, then the header's charset, then the page's own, as browsers do; a page that
    names none, or a western one although its bytes are valid UTF-8, is UTF-8, else Windows-1252.
    """
    if isinstance(html, str):
        text = html.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    else:
        text = _decoded(html, content_type)
    return _CONTROLS.sub("", text) if _may_hold_controls(text) else text


def _may_hold_controls(text: str) -> bool:
    """A look three times as fast as the pattern's own, which nearly every page has to pass."""
    low = text.encode("latin-1", "ignore")
    has_low = len(low.translate(None, _LOW_CONTROLS)) < len(low)
    return has_low or "\ufffe" in text or "\uffff" in text


def _decoded(html: bytes, content_type: str | None) -> str:
    try:
        encoding, text = html_to_unicode(content_type, html, default_encoding="cp1252")
    except (LookupError, UnicodeError):  # charset=hex, charset=idna: codecs, but not of text
        encoding, text = "cp1252", html.decode("cp1252", "replace")
    if not encoding.startswith(_WESTERN):
        return text
    try:
        return html.decode("utf-8")  # no text in a western encoding is valid UTF-8 by chance
    except UnicodeDecodeError:
        return text


def file_of(body: bytes, content_type: str | None) -> str | None:
    """What a body is that is no page, by its first bytes and then by its type; None for a page."""
    told = next((what for start, what in _FILES.items() if body.startswith(start)), None)
    kind = (content_type or "").partition(";")[0].strip().lower()
    # Pages come under strange types, too, but they begin with a tag.
    if told or "/" not in kind or _PAGES.fullmatch(kind) or body[:100].lstrip(_BLANK)[:1] == b"<":
        return told
    return _KINDS.get(kind) or _KINDS.get(kind.partition("/")[0]) or kind[:60]


def parse(text: str, *, comments: bool = False) -> HtmlElement | None:
    """The document's tree, None when there is nothing in it.

    Elements deeper than libxml2's own limit (256) are left out, so no later walk can recurse far.
    """
    parser = HTMLParser(remove_comments=not comments, remove_pis=True, encoding="utf-8")
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError:
        return None
    _end_head(tree)
    return tree


def _end_head(tree: HtmlElement) -> None:
    """Into the body with what ends a head that has no end tag; the parser does not know HTML 5's
    elements for such."""
    head = tree.find("head")
    children = [] if head is None else list(head)
    seen = (n for n, c in enumerate(children) if isinstance(c.tag, str) and c.tag not in _OF_HEAD)
    strays = children[next(seen, len(children)) :]
    if not strays:
        return
    body = tree.find("body")
    if body is None:
        body = etree.SubElement(tree, "body")
    if body.text:
        strays[-1].tail = (strays[-1].tail or "") + body.text
        body.text = None
    body[:0] = strays


def squeeze(text: str | None) -> str | None:
    """One line without outer blanks; None when nothing is left."""
    if not text:
        return None
    if "  " not in text and _has_blanks_alone(text):
        return text.strip() or None
    return " ".join(text.split()) or None


def _has_blanks_alone(text: str) -> bool:
    """Whether there is no other white space in it, but at its end; sometimes no although so."""
    if text.isascii():  # at a third of the cost of the below
        return "\t" not in text and "\x1f" not in text and len(text.splitlines()) < 2
    return text.isprintable()


def letters(text: str | None) -> str:
    """Letters and digits alone, all small: what is the same however a text is set."""
    return _NO_LETTER.sub("", (text or "").casefold())


def text_of(element: HtmlElement, *, apart: bool = False) -> str | None:
    """All text a reader sees inside an element, as one line; `apart` as in `lines`."""
    return squeeze(" ".join(line.text for line in lines(element, apart=apart).lines))


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line.

    `gap`: a blank line stands before it.  `box` numbers the innermost table cell, div or quote
    around it.  `href` is set where lines were split at links; `inside` has the names that
    `lines` was asked to look for.
    """

    text: str
    gap: bool
    box: int
    bold: bool = False
    href: str | None = None
    inside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a document in its order; `comments` are (text, number of the line after it)."""

    lines: tuple[Line, ...]
    comments: tuple[tuple[str, int], ...] = ()


def lines(
    root: HtmlElement, *, names: Iterable[str] = (), links: bool = False, apart: bool = False
) -> Lines:
    """The document as lines.

    `names` are tags (`h1`), classes (`.BHS`) or ids (`#body`) whose lines are to be marked;
    `links`: a link's text is always a line of its own; `apart`: words of two elements are parted
    where nothing but a style sheet does so.
    """
    walk = _Walk(frozenset(names), links, apart)
    events = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, element in events:
        if isinstance(element, etree._Comment):
            walk.comment(element)
        elif event == "start" and element.tag in UNSEEN:
            events.skip_subtree()
        elif event == "start":
            walk.enter(element)
        else:
            walk.leave(element, is_root=element is root)
    walk.end_line()
    return Lines(tuple(walk.done), tuple(walk.comments))


@dataclass(slots=True)
class _Walk:
    names: frozenset[str]
    links: bool
    apart: bool
    done: list[Line] = field(default_factory=list)
    comments: list[tuple[str, int]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    breaks: int = 2  # line ends since the last text: two are a blank line
    boxes: list[int] = field(default_factory=lambda: [0])
    seen_boxes: int = 0
    bold: int = 0
    plain: bool = False  # the line has text that is not bold
    hrefs: list[str | None] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)

    def enter(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "br":
            self.end_line(1)
        elif tag in _BLOCKS:
            self.end_line(2)
        if tag == "a" and self.links:
            self.end_line()
            self.hrefs.append(element.get("href"))
        if tag in _BOXES:
            self.seen_boxes += 1
            self.boxes.append(self.seen_boxes)
        self.bold += tag in _BOLD
        if self.names:
            self.marks.update(self._names_of(element))
        self.add(element.text)

    def leave(self, element: HtmlElement, *, is_root: bool) -> None:
        tag = element.tag
        if tag not in UNSEEN:
            if tag in _BLOCKS:
                self.end_line(2)
            if tag == "a" and self.links:
                self.end_line()
                self.hrefs.pop()
            if tag in _BOXES:
                self.boxes.pop()
            self.bold -= tag in _BOLD
            if self.names:
                self.marks.subtract(self._names_of(element))
        if not is_root:
            self.add(element.tail)

    def comment(self, element: etree._Comment) -> None:
        self.end_line()
        self.comments.append(((element.text or "").strip(), len(self.done)))
        self.add(element.tail)

    def _names_of(self, element: HtmlElement) -> frozenset[str]:
        own = {element.tag, f"#{element.get('id')}"}
        own.update(f".{name}" for name in (element.get("class") or "").split())
        return self.names & own

    def add(self, text: str | None) -> None:
        if text:
            if self.apart and self.parts:
                self.parts.append(_between(self.parts[-1], text))
            self.parts.append(text)
            self.plain = self.plain or not (self.bold or text.isspace())

    def end_line(self, breaks: int = 0) -> None:
        if self.parts:
            if text := squeeze("".join(self.parts)):
                inside = frozenset(name for name, depth in self.marks.items() if depth > 0)
                href = self.hrefs[-1] if self.hrefs else None
                gap, bold = self.breaks >= 2, not self.plain
                self.done.append(Line(text, gap, self.boxes[-1], bold, href, inside))
                self.breaks = 0
            self.parts, self.plain = [], False
        self.breaks += breaks


def _between(before: str, text: str) -> str:
    """What parts the texts of two elements: "By" and a name, a name and what somebody is."""
    is_start = text[0] == "@" or (text[0].isalnum() and not text[0].islower())
    if not is_start or not before[-1].isalnum():
        return ""
    words = before.split()
    if len(words[-1]) < 2:  # a word's large initial
        return ""
    return ", " if len(words) > 1 else " "
