"""How a list was told, as a short text that is kept and tried on tomorrow's page.

A shape names the ends of the paths that headlines' links stand on, by tags and by words of layout;
other classes are left out, as many are made anew with every build of a site.  Text that is no
shape reads as an empty one: it may come from anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from lxml.html import HtmlElement

from monitor.listing import words
from monitor.listing.links import climb
from monitor.listing.titles import class_words

LONGEST = 480  # characters
_STEPS = 5
_MOST_PATHS = 20
_PATH = re.compile(r"[a-z0-9.>-]{1,150}")
_SEPARATOR = " | "


def path_of(link: HtmlElement) -> str:
    """`section.list>article.card>h3.title>a`: the last five steps to a link."""
    steps: list[str] = []
    for element in climb(link):
        if element.tag in ("body", "html", "head") or len(steps) == _STEPS:
            break
        steps.append(_step(str(element.tag)[:12].lower(), (element.get("class") or "")[:500]))
    return ">".join(reversed(steps))


@lru_cache(maxsize=4096)
def _step(tag: str, names: str) -> str:
    tag = re.sub(r"[^a-z0-9-]", "", tag)
    return ".".join((tag, *sorted(class_words(names) & words.LAYOUT)[:3]))


def write(paths: Iterable[str]) -> str:
    """The shape of a list whose headlines stand on `paths`, the commonest first."""
    kept: list[str] = []
    for path, _ in Counter(paths).most_common(_MOST_PATHS):
        if _PATH.fullmatch(path) and len(_SEPARATOR.join((*kept, path))) <= LONGEST:
            kept.append(path)
    return _SEPARATOR.join(kept)


def read(shape: str | None) -> frozenset[str]:
    """The paths in a shape; none of what is not one."""
    parts = (shape or "")[: 2 * LONGEST].split("|")[:_MOST_PATHS]
    return frozenset(p for part in parts if _PATH.fullmatch(p := part.strip()))
