"""What a feed document holds, in the words that its readers share: the fast one, feedparser, JSON.

Values as the publisher wrote them.  Knows no format, and decides nothing about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

# What RSS wants in <author>, "bob@news.example (Bob)", and what else stands there:
# "Bob <bob@news.example>", "Bob (bob@news.example)".
_MAILBOX = re.compile(
    r"[^\s@]+@[^\s@]+(?:\s*\((?P<after>[^()]*)\))?"
    r"|(?P<before>[^<>@]+)(?:<[^<>@]+@[^<>@]+>|\([^()@]+@[^()@]+\))"
)
_PICTURE = re.compile(r"[^?#]+\.(?:jpe?g|png|gif|webp|avif)(?:[?#].*)?", re.IGNORECASE)


def is_picture(given: Mapping[str, object], address: str) -> bool:
    """Whether a medium is one, by its attributes, or by its address where they do not say."""
    medium, kind = given.get("medium"), given.get("type")
    if medium or kind:
        return medium == "image" or str(kind).startswith("image/")
    return _PICTURE.fullmatch(address) is not None


def mailbox(line: str) -> re.Match[str] | None:
    """The parts of an author's line that is an e-mail address; one of them is the name, or none."""
    return _MAILBOX.fullmatch(line) if "@" in line and len(line) < 320 else None


# A text and its media type, None where nothing is known of that.
Text: TypeAlias = tuple[str, str | None]


class Entry(NamedTuple):
    """One entry.

    `texts` are its contents, then its summary.  `link` is the publisher's own where a counter of
    clicks was put before it.  `linked`: it stands in an element for links, and not for an
    identifier alone.  `alternates` are all addresses of pages like it.  `author` is the last one's
    line as printed, `names` are all authors'.  `images` come best first.  `caption` is what is said
    of a picture or film.
    """

    title: Text | None
    texts: tuple[Text, ...]
    guid: str | None
    link: str
    linked: bool
    alternates: tuple[str, ...]
    author: str | None
    names: tuple[str, ...]
    published: str | None
    updated: str | None
    created: str | None
    language: str | None
    tags: tuple[str, ...]
    images: tuple[str, ...]
    caption: Text | None


@dataclass(slots=True)
class Document:
    """`typed`: the format says of each text what it is.  `read_by` is as in `Feed`."""

    title: Text | None
    link: str | None
    language: str | None
    typed: bool
    entries: Sequence[Entry]
    read_by: str
    cut: int = 0
