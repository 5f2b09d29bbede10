"""Make text and addresses that strangers wrote fit to stand in a message.

Takes away what is not seen but has effect; escapes nothing, which each form does in its own way.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from monitor import urls

LONGEST_URL = 2000
ELLIPSIS = "..."

_SPACES = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029\u2800\u3164\uffa0\u115f\u1160]+")
# Controls, and what is invisible and may hide, reorder or smuggle text (UTS 39, Trojan Source
# CVE-2021-42574).  The joiners ZWJ and ZWNJ stay: Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a]+"
)
_LAST_OF_PLANES = "".join(chr(n << 16 | 0xFFFE) + chr(n << 16 | 0xFFFF) for n in range(17))
_NO_CHARACTER = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_LAST_OF_PLANES}]")
# Marks stacked higher than any script stacks them, which run into the lines above ("zalgo").
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_STACKED = re.compile(f"({_MARK}{{5}}){_MARK}+")
# What must not be parted from the character before it.
_CLINGS = re.compile("[\u0300-\u036f\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
_MOST_CLINGING = 16


def clean(text: str) -> str:
    """`text` on one line: runs of white space become one blank, what is unseen goes.

    Lone surrogates and non-characters become U+FFFD.  Blanks at the ends stay, one at most.
    """
    text = _NO_CHARACTER.sub("\ufffd", text)
    text = _SPACES.sub(" ", _UNSEEN.sub("", _SPACES.sub(" ", text)))
    return _STACKED.sub(r"\1", text)


def one_line(text: str | None, longest: int, *, absent: str = "") -> str:
    """`text` cleaned and cut to `longest` characters; `absent` where nothing is left of it."""
    # What is cut anyway need not be cleaned: a title may be a megabyte.
    shown = clean((text or "")[: longest * 4 + 100]).strip()
    return cut(shown, longest) or absent


def cut(text: str, longest: int) -> str:
    """At most `longest` code points, with an ellipsis where something was cut off."""
    if len(text) <= longest:
        return text
    end = max(longest - len(ELLIPSIS), 0)
    for _ in range(_MOST_CLINGING):
        if end == 0 or not (_CLINGS.match(text, end) or text[end - 1] == "\u200d"):
            break
        end -= 1
    return text[:end].rstrip() + ELLIPSIS[:longest]


def header(text: str) -> str:
    """A cleaned line for a mail header: nothing in it may be read as an encoded word (RFC 2047)."""
    return text.replace("=?", "= ?")


def link(url: str) -> str | None:
    """An http or https address with everything escaped that a form could stumble over.

    None for any other scheme, for user and password before the host, and beyond LONGEST_URL.
    """
    if urls.site(url) is None:
        return None
    plain = re.sub(r"[\x00-\x20\x7f]", "", url).encode("utf-8", "replace").decode()
    parts = urlsplit(plain)
    if parts.username is not None or parts.password is not None:
        return None
    host = quote(parts.netloc, safe="[]:.-_") if parts.netloc.isascii() else _ascii_host(plain)
    rest = quote(parts._replace(scheme="", netloc="").geturl(), safe="%/:?#[]@!$&()*+,;=~'")
    whole = f"{parts.scheme}://{host}{rest}"
    return whole if host and len(whole) <= LONGEST_URL else None


def _ascii_host(url: str) -> str | None:
    canonical = urls.canonical(url)
    return urlsplit(canonical).netloc if canonical else None
