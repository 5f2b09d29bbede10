"""The bytes of a feed to feedparser's view of it.

Knows encodings and what breaks feedparser.  Does not know what an entry is.
"""

from __future__ import annotations

import io
import re
from typing import Any
from xml.sax import SAXException

import feedparser

from monitor import markup

Found = dict[str, Any]

# What feedparser lets out of its two parsers and the codecs below them, seen on broken documents.
BROKEN = (
    *(ValueError, TypeError, LookupError, AttributeError, AssertionError),
    *(ArithmeticError, RuntimeError, SAXException),
)

_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_DECLARATION = re.compile(r"<\?xml\b[^<>]*>")
_BLANKS = re.compile(r"\s+")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]+)|0*([0-9]+));?")
_FEED_ROOTS = frozenset(("rss", "feed", "rdf:rdf"))
_HTML_ROOTS = frozenset(("html", "head", "body", "title", "meta", "script", "div", "p", "table"))


def decoded(body: bytes, content_type: str | None) -> str:
    """The document as text, never failing: what cannot be read becomes U+FFFD."""
    # Valid UTF-8 is UTF-8, whatever header and declaration say: other encodings hardly ever are
    # valid by chance, but for those with escape sequences (ISO-2022) or zero bytes (UTF-16).
    if body[:2] in (b"<\x00", b"\x00<"):
        return markup.decode(body.decode("utf-16-le" if body[0] else "utf-16-be", "replace"))
    if b"\x1b" not in body and b"\x00" not in body[:4]:
        try:
            return markup.decode(body.decode("utf-8-sig"))
        except UnicodeDecodeError:
            pass
    return markup.decode(body, content_type)


def parsed(text: str) -> Found | None:
    """feedparser's result for the document, None where it sees no feed in it."""
    text = _DECLARATION.sub("", text, count=1)
    root = _ROOT.search(text)
    if root is None:
        return None
    # feedparser is quadratic in blanks before the root, and stops at numbers of no character.
    head = _BLANKS.sub(" ", text[: root.start()]).lstrip()
    text = f"<?xml version='1.0' encoding='utf-8'?>\n{head}{text[root.start() :]}"
    text = _REFERENCE.sub(_possible, text)
    try:
        found: Found = feedparser.parse(
            io.BytesIO(text.encode("utf-8")),
            # No address: relative links stay as written but for xml:base, guids as they are.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except BROKEN:
        return None
    return found if found["version"] else None


def _possible(reference: re.Match[str]) -> str:
    digits = reference[1] or reference[2]
    code = int(digits, 16 if reference[1] else 10) if len(digits) < 8 else 0
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return reference[0] if allowed or 0x10000 <= code < 0x110000 else "\ufffd"


def what_it_is(text: str) -> str:
    """What a document is that is no feed, as words to end "the address answers with"."""
    start = text.lstrip()[:2000].lower()
    root = _ROOT.search(start)
    if not start:
        return "nothing"
    if start.startswith(("{", "[")):
        return "a JSON Feed, which is not read" if "jsonfeed.org" in start else "JSON"
    if root is None or start[0] != "<":
        return "plain text"
    if root[1] in _HTML_ROOTS or "<!doctype html" in start:
        return "an HTML page"
    if root[1] in _FEED_ROOTS:
        return "a feed that is too broken to be read"
    return f"a document of <{root[1][:40]}>, which is no feed"
