"""What the elements of a feed mean, step by step as in feedparser's own methods of those names.

A `Channel` takes those of the feed itself, a `draft.Draft` those of one entry, an `Aside` those
that are neither's.  Which element comes to which method stands in `tables`.  Reads no XML.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import ItemsView, Mapping
from functools import lru_cache
from urllib.parse import urljoin

from feedparser.api import StrictFeedParser

from monitor.feeds.doubts import Doubt, Doubtful
from monitor.feeds.entry import Text

PLAIN, HTML = "text/plain", "text/html"
_KINDS = {"text": PLAIN, "plain": PLAIN, PLAIN: PLAIN, "html": HTML, HTML: HTML}
_LINK_KINDS = frozenset((HTML, "html", "xhtml", "application/xhtml+xml"))

_XML = "http://www.w3.org/XML/1998/namespace"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_COUNTING_NAMES = """
    about base domain href ispermalink label lang lastmod medium mode rel scheme src term text type
    uri url version
"""
_COUNTING = frozenset(_COUNTING_NAMES.split())

_SHORT = 20  # characters of a value that may come again
_LOWER = frozenset(("rel", "type"))
_IN_LOWER = frozenset(
    ("", "alternate", "enclosure", "self", "replies", "related", "edit", "html", "text/html",
     "image/jpeg", "audio/mpeg", "application/atom+xml")
)  # fmt: skip
_LOCAL = {
    **{name: name for name in _COUNTING},
    "isPermaLink": "ispermalink",
    f"{{{_RDF}}}about": "rdf:about",
    f"{{{_XML}}}lang": "xml:lang",
    f"{{{_XML}}}base": "xml:base",
}

# feedparser's `_urifixer`, and its two mends of query strings in <link>.
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9/_.~%+,:@-]*")
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/*")
_UNREAL_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
_C1 = bytes(range(0x80, 0xA0))
_CP1252 = {
    code: bytes((code,)).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}

Attributes = Mapping[str, str]
NONE: Attributes = {}


def attributes_of(items: ItemsView[str, str] | list[tuple[str, str]]) -> Attributes:
    """An element's attributes, from its `items()`, by lower-case names.

    Those with a namespace are `rdf:about`, `xml:lang` and `xml:base`; any other, if it counts
    without one, is a doubt.
    """
    if len(items) == 1:
        ((name, value),) = items
        if len(value) < _SHORT:
            return _attribute(name, value)
    found = dict(items)
    if _COUNTING.issuperset(found) and _IN_LOWER.issuperset(
        (found.get("rel", ""), found.get("type", ""))
    ):
        return found  # as nearly all links are written
    found = {}
    for name, value in items:
        local = _LOCAL[name] if name in _LOCAL else _local(name)
        found[local] = value.lower() if local in _LOWER else value
    return found


@lru_cache(maxsize=256)
def _attribute(name: str, value: str) -> Attributes:
    """type="html", isPermaLink="false" and the like: the same in each entry."""
    local = _local(name)
    return {local: value.lower() if local in _LOWER else value}


def _local(name: str) -> str:
    if name[0] != "{":
        return name.lower()
    space, _, local = name[1:].rpartition("}")
    local = local.lower()
    if space == _RDF and local == "about":
        return "rdf:about"
    if space == _XML:
        return f"xml:{local}"
    if local in _COUNTING:
        raise Doubtful(Doubt.ATTRIBUTE)
    return name


def language(given: Attributes, outer: str | None) -> str | None:
    """xml:lang of an element that stands in another; an empty one takes the outer's away."""
    if "xml:lang" in given or "lang" in given:
        return given.get("xml:lang", given.get("lang")) or None
    return outer


def mended(text: str) -> str:
    """What feedparser does to every text: UTF-8 read as Latin-1 before, and Windows' quotes."""
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    # A search for what may be missing from a long text takes ten times as long as this.
    low = text.encode("iso-8859-1", "ignore")
    return text.translate(_CP1252) if len(low.translate(None, _C1)) < len(low) else text


def href_of(given: Attributes) -> str | None:
    href = given.get("href")
    if "url" in given or "uri" in given:
        return given.get("url", given.get("uri")) or href
    return href


class Position:
    """Where the walk through the document is, and what feedparser keeps from place to place.

    `base` is what addresses are relative to, nothing for the document itself.  feedparser takes an
    element's own base back only where the element stands in one with a base, so `outer`, that of
    the element around, decides.
    """

    __slots__ = ("base", "depth", "has_content", "lang", "outer", "title_depth", "typed")

    def __init__(self) -> None:
        self.depth = 0
        self.lang: str | None = None
        self.typed = False
        self.title_depth = -1
        self.has_content = False
        self.base = self.outer = ""

    def rebase(self, given: Attributes) -> None:
        written = given.get("xml:base", given.get("base"))
        if written:
            base = self.resolved(written)
            if not _PLAIN_ADDRESS.fullmatch(base):
                raise Doubtful(Doubt.BASE)
            self.base = base

    def leave(self, outer: str) -> None:
        self.outer = outer
        self.base = outer or self.base

    def resolved(self, address: str) -> str:
        """An address as feedparser gives it, which may be relative still."""
        if ":///" in address:
            address = _SLASHES.sub(r"\1", address)
        if not self.base:
            return address
        try:
            return urljoin(self.base, address)
        except ValueError:
            return ""


class Context:
    """What a feed and an entry have in common."""

    title: str | None = None
    title_kind: str | None = None
    link: str | None = None

    def __init__(self, position: Position) -> None:
        self.position = position
        self.hrefs: list[str] = []
        self.alternates: list[str] = []

    def kind_of(self, given: Attributes, text: str, default: str) -> str:
        kind = default
        if given:
            kind = _KINDS.get(given["type"], "") if "type" in given else default
            if not kind or given.get("mode") == "base64":
                raise Doubtful(Doubt.TYPE)
        if kind == PLAIN and not self.position.typed and ("&" in text or "</" in text):
            return HTML if StrictFeedParser.looks_like_html(text) else PLAIN
        return kind

    def read_title(self, given: Attributes, text: str) -> None:
        position = self.position
        kind = self.kind_of(given, text, PLAIN)
        text = mended(text)
        if not -1 < position.title_depth <= position.depth:
            self.title, self.title_kind = text, kind
        if text:
            position.title_depth = position.depth

    def read_guid(self, given: Attributes, text: str) -> None:
        is_link = given.get("ispermalink", "true") == "true"
        if is_link and text:
            text = self.position.resolved(text)
        text = text if text.isascii() else mended(text)
        if is_link and self.link is None:
            self.link = text
        self.keep_guid(text)

    def keep_guid(self, text: str) -> None:
        pass

    def read_link(self, given: Attributes, text: str) -> None:
        rel, href = "alternate", None
        if given:
            rel, href = given.get("rel", rel), href_of(given)
        if href is None:
            if rel == "enclosure":
                raise Doubtful(Doubt.ELEMENT)
            if not text:
                return
            href = mended(self.position.resolved(text))
            self.link = href = self.unreal_references(href) if "&" in href else href
        else:
            href = self.position.resolved(href)
            if rel == "alternate":
                if given.get("type", HTML) in _LINK_KINDS:
                    self.link = href
            elif rel == "enclosure":
                self.keep_enclosure(given, href)
        self.hrefs.append(href)
        if href and rel == "alternate":
            self.alternates.append(href)

    def unreal_references(self, text: str) -> str:
        return _UNREAL_REFERENCE.sub(r"&\1", text)

    def keep_enclosure(self, given: Attributes, href: str) -> None:
        pass


class Channel(Context):
    """The feed itself."""

    language: str | None = None
    has_summary = False

    def read_language(self, _: Attributes, text: str) -> None:
        self.language = mended(text)

    def read_description(self, given: Attributes, text: str) -> None:
        self.kind_of(given, text, HTML)
        if self.has_summary and not self.position.has_content:
            self.position.has_content = True

    def read_summary(self, given: Attributes, text: str) -> None:
        self.read_description(given, text)
        self.has_summary = True

    def read_content(self, given: Attributes, text: str) -> None:
        self.kind_of(given, text, PLAIN)
        self.position.has_content = self.has_summary = True

    def read_image(self, _: Attributes, text: str) -> None:
        self.position.title_depth = -1

    def finished_title(self) -> Text | None:
        return (self.title, self.title_kind) if self.title else None


class Aside(Context):
    """An element whose inside is another's business: of its titles only the depth counts."""

    name = ""

    def keep_name(self, _: Attributes, text: str) -> None:
        self.name = text
