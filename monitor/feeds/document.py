"""The bytes of a feed to text, and what a document is that is no feed.

Knows encodings.  Does not know what an entry is.
"""

from __future__ import annotations

import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

from monitor import markup

_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
# What `markup.decode` takes out of texts, as UTF-8.
_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
# Two patterns: each is looked for by its first byte, at a tenth of the cost of both in one.
_C1_CONTROL, _NO_CHARACTER = re.compile(rb"\xc2[\x80-\x9f]"), re.compile(rb"\xef\xbf[\xbe\xbf]")
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]+)|0*([0-9]+));?")
# Nearly all that could be wrong, and little else: below 32, or of more than four digits.
_SUSPICIOUS = re.compile(
    rb"&#(?:0*(?:[12]?[0-9]|3[01])(?![0-9])|0*[1-9][0-9]{4}"
    rb"|[xX]0*1?[0-9a-fA-F](?![0-9a-fA-F])|[xX]0*[d-fD-F1-9][0-9a-fA-F]{3})"
)
# Western letters above ASCII stand between those below it.
_WORD_ABOVE_ASCII = re.compile(rb"[\x80-\xff]{3,}")
_ABOVE_ASCII = bytes(range(0x80, 0x100))
_SMALL_CYRILLIC = bytes(range(0xE0, 0x100))
_YERY, _YA = "ы".encode("cp1251"), "я".encode("cp1251")
_MOST_FOR_ONE = 200  # letters; in Russian it is 25, in Ukrainian and Bulgarian 50
OPML = "a list of feeds (OPML)"
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
            return markup.decode(_not_quite_utf8(body, content_type))
    return markup.decode(body, content_type)


def _not_quite_utf8(body: bytes, content_type: str | None) -> str:
    """UTF-8 with torn characters, else the first encoding named that fits, else a guess.

    Many servers send a header of UTF-8 with whatever they have, or of Latin-1, their default.
    """
    text = body.decode("utf-8-sig", "replace")
    torn = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * torn:
        return text
    said = (http_content_type_encoding(content_type), html_body_declared_encoding(body))
    named = [name for name in said if name is not None and not name.startswith(("utf", "cp1252"))]
    for name in named:
        try:
            return body.decode(name)
        except (LookupError, ValueError):  # charset=hex, charset=idna: codecs, but not of text
            continue
    return markup.decode(body, f"text/xml; charset={named[0] if named else _guessed(body)}")


def _guessed(body: bytes) -> str:
    """Windows-1251 where most of what is not ASCII is small Cyrillic letters in words of such."""
    letters = b"".join(_WORD_ABOVE_ASCII.findall(body))
    small = len(letters) - len(letters.translate(None, _SMALL_CYRILLIC))
    above = len(body) - len(body.translate(None, _ABOVE_ASCII))
    # Greek and Hebrew letters stand there too, but hardly one where these do.
    own = letters.count(_YERY) + letters.count(_YA)
    return "cp1251" if own * _MOST_FOR_ONE >= len(letters) and 2 * small > above else "cp1252"


def utf8(body: bytes, content_type: str | None) -> bytes:
    """`decoded` as UTF-8, at a tenth of its cost where the body is that already; control characters
    at which XML parsers stop may be left, see `bare`."""
    if b"\x1b" in body or b"\x00" in body[:4]:
        return decoded(body, content_type).encode("utf-8", "replace")
    try:
        body.decode()
    except UnicodeDecodeError:
        return decoded(body, content_type).encode("utf-8", "replace")
    body = body.removeprefix(b"\xef\xbb\xbf")
    body = bare(body) if b"\x7f" in body else body  # the only one at which they do not stop
    return body if body.isascii() else _C1_CONTROL.sub(b"", _NO_CHARACTER.sub(b"", body))


def bare(document: bytes) -> bytes:
    """Without control characters.  Few have any, and to look takes longer than all else here."""
    return document.translate(None, _CONTROLS)


def possible(document: bytes) -> bytes:
    """With U+FFFD for references to no character, at which XML parsers stop."""
    if b"#" in document and _SUSPICIOUS.search(document):  # the first look costs next to nothing
        return _REFERENCE.sub(_replaced, document)
    return document


def _replaced(reference: re.Match[bytes]) -> bytes:
    digits = reference[1] or reference[2]
    code = int(digits, 16 if reference[1] else 10) if len(digits) < 8 else 0
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return reference[0] if allowed or 0x10000 <= code < 0x110000 else b"\xef\xbf\xbd"


def what_it_is(text: str) -> str:
    """What a document is that is no feed, as words to end "the address answers with"."""
    start = text.lstrip()[:2000].lower()
    root = _ROOT.search(start)
    if not start:
        return "nothing"
    if start.startswith(("{", "[")):
        return "JSON"
    if root is None or start[0] != "<":
        return "plain text"
    if root[1] in _HTML_ROOTS or "<!doctype html" in start:
        return "an HTML page"
    if root[1] in _FEED_ROOTS:
        return "a feed that is too broken to be read"
    if root[1] == "opml":
        return OPML
    return f"a document of <{root[1][:40]}>, which is no feed"
