"""Who reports an item first-hand: the agency whose mark it bears, else the outlet itself.

A label, never a reason to drop anything.  Where nothing tells it: None, which counts as nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor import dateline, urls
from monitor.stories import agencies

FEWEST_WORDS = 60  # of a text that is an article's own
_PARTS = re.compile(r"\s*(?:[,;|/&·•–—]|\s-\s|\b(?:and|with|by|for|via)\b)\s*", re.IGNORECASE)
_LONGEST_CREDIT = 200
_LAST_LINES = 4
# "(Reporting by A B; Editing by C D)", as one agency signs.
_REPORTING = re.compile(r"\(?(?:additional )?reporting by .{3,150}\bediting by\b", re.IGNORECASE)
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:\d{4}\s*)?(?P<owner>[^.,|©]{2,40})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Credits:
    """What an item says of where it comes from.  `whole`: its body is no teaser."""

    wire: str | None = None
    byline: str | None = None
    body: str | None = None
    whole: bool = False
    site: str | None = None


def origin_of(credits: Credits, copied: str | None, *, is_copy: bool) -> str | None:
    """`copied`: the origin of the text that this one is a copy of."""
    marked = agency_of(credits)
    if marked is not None or is_copy:
        return marked or copied
    if credits.site is None or not credits.whole:
        return None
    home = urls.registrable(credits.site)
    own = agencies.of_site(home)
    if own is not None:
        return own
    return home if _reports_itself(credits) else None


def agency_of(credits: Credits) -> str | None:
    """The agency by the wire's mark, the dateline, the byline, or how the text is signed."""
    if credits.wire:
        return _of_parts(credits.wire) or credits.wire.strip()
    body = credits.body or ""
    led = dateline.lead(body[:_LONGEST_CREDIT].split("\n", 1)[0])
    if led is not None:
        return _of_parts(led[1]) or led[1]
    return _of_parts(credits.byline or "") or _signed(body)


def _of_parts(credit: str) -> str | None:
    """The first agency among what a credit lists: "Mara Lind, Reuters"."""
    labels = (agencies.label(part) for part in _PARTS.split(credit[:_LONGEST_CREDIT]) if part)
    return agencies.label(credit) or next(filter(None, labels), None)


def _signed(body: str) -> str | None:
    lines = [line.strip() for line in body[-4 * _LONGEST_CREDIT :].splitlines() if line.strip()]
    for line in reversed(lines[-_LAST_LINES:]):
        if len(line) > _LONGEST_CREDIT:
            continue
        rights = _RIGHTS.match(line)
        named = agencies.label(rights["owner"] if rights else line.strip("()[]"))
        if named is not None:
            return named
        if _REPORTING.match(line):
            return "Reuters"
    return None


def _reports_itself(credits: Credits) -> bool:
    """By a byline of its own, or a text of its own that names nobody else as having it."""
    if credits.byline and credits.byline.strip():
        return True
    body = credits.body or ""
    return len(body.split()) >= FEWEST_WORDS and not _NAMES_AN_AGENCY.search(body)


_NAMES_AN_AGENCY = re.compile(
    r"\b(?:AFP|AP|Reuters|Associated Press|Agence France-Presse|Xinhua|dpa|TASS|Interfax|Kyodo"
    r"|Yonhap|Bloomberg|UPI|EFE|ANSA|PTI|ANI|Anadolu|news agenc(?:y|ies)|local media|state media"
    r"|media reports?|reportedly)\b"
)
