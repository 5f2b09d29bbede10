"""A document's bytes to elements, with feedparser's names for them, piece by piece.

Made of the same parser as feedparser's strict one (expat), so both agree on what is well-formed.
What nobody holds on to is let go of.  Does not know what an element means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, XMLPullParser

from monitor.feeds.doubts import Doubt, Doubtful
from monitor.feeds.names import Names

_PIECE = 1 << 16
# Names, and changes of what they mean.  Real feeds have some forty, and a handful.
_MOST_NAMES = 500
_SHORT = 2000  # a start tag, in what is remembered

_DECLARATION = re.compile(rb"\s*<\?xml\s[^<>]*>")
_PROLOG = re.compile(rb"\s*+(?:(?:<!--.*?-->|<\?.*?\?>)\s*+)*+", re.DOTALL)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BASE = re.compile(rb"base\s*=")
_ROOT = re.compile(rb"<[^\s<>/!?]++(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>")


class Tree:
    """`root` is None until its start tag was read; `called` has feedparser's name for each tag.

    `has_bases`: there may be attributes for what addresses are relative to.
    """

    def __init__(self) -> None:
        self.names = Names()
        self.called = _Called(self.names)
        self.root: Element | None = None
        self.has_bases = False
        self._changes = 0

    def grow(self, document: bytes) -> Iterator[None]:
        """Reads a piece of the document at a time.  Raises Doubtful."""
        start, prolog = _start(document)
        self.has_bases = document.rfind(b"base") >= 0 and _BASE.search(document) is not None
        root = _ROOT.match(document, prolog)
        try:
            if root is not None and self._declares_all(document, start, root.end()):
                yield from self._grow_quickly(document, start)
            else:
                yield from self._grow_watching(document, start)
        except ParseError:
            raise Doubtful(Doubt.NOT_WELL_FORMED) from None

    def _declares_all(self, document: bytes, start: int, end: int) -> bool:
        """Whether the root, whose tag ends at `end`, has all namespaces of the document."""
        if document.rfind(b"xmlns", end) >= 0:  # in half the time of `find`: "x" is rare
            return False
        root = document[start:end]
        found = (_namespaces if len(root) <= _SHORT else _namespaces.__wrapped__)(root)
        if len(found) != document.count(b"xmlns", start, end):
            return False
        for prefix, uri in found:
            self.names.declare(prefix, uri)
        return True

    def _grow_quickly(self, document: bytes, start: int) -> Iterator[None]:
        builder = TreeBuilder()
        top = builder.start("", {})
        parser = XMLParser(target=builder)
        for place in range(start, len(document), _PIECE):
            parser.feed(document[place : place + _PIECE])
            self.root = top[0] if len(top) else None
            yield
        parser.close()

    def _grow_watching(self, document: bytes, start: int) -> Iterator[None]:
        """Looks at each start tag, for what names mean at that place."""
        parser: XMLPullParser[Any] = XMLPullParser(("start-ns", "start"))
        for place in range(start, len(document), _PIECE):
            parser.feed(document[place : place + _PIECE])
            for event, found in _events(parser):
                if event == "start-ns":
                    if self.names.declare(*found):
                        self._check_names()
                elif found.tag not in self.called:
                    _ = self.called[found.tag]
                    self.root = found if self.root is None else self.root
            yield
        parser.close()

    def _check_names(self) -> None:
        self._changes += 1
        same = all(self.names.of(tag) == name for tag, name in self.called.items())
        if not same or self._changes > _MOST_NAMES:
            raise Doubtful(Doubt.NAMESPACE)


@lru_cache(maxsize=64)  # a feed has the same root each time
def _namespaces(root: bytes) -> tuple[tuple[str, str], ...]:
    """The prefixes and addresses that a start tag declares, behind what stands before it.  Raises
    ParseError."""
    parser: XMLPullParser[Any] = XMLPullParser(("start-ns",))
    parser.feed(root)
    return tuple(namespace for _, namespace in _events(parser))


class _Called(dict[str, str]):
    def __init__(self, names: Names) -> None:
        self._names = names

    def __missing__(self, tag: str) -> str:
        if len(self) > _MOST_NAMES:
            raise Doubtful(Doubt.NAMESPACE)
        name = self[tag] = self._names.of(tag)
        return name


def _events(parser: XMLPullParser[Any]) -> Iterator[tuple[str, Any]]:
    return cast(Iterator[tuple[str, Any]], parser.read_events())


def _start(document: bytes) -> tuple[int, int]:
    """Where the document begins, behind a declaration of what it no longer is, and its root."""
    declaration = _DECLARATION.match(document)
    start = declaration.end() if declaration else 0
    if not declaration and b"<?xml" in document:
        raise Doubtful(Doubt.DECLARATION)
    prolog = _PROLOG.match(document, start)
    end = prolog.end() if prolog else start
    if document.startswith(b"<!", end) or _DOCTYPE.search(document, start, end):
        raise Doubtful(Doubt.DOCTYPE)
    return start, end
