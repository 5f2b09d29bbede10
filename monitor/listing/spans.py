"""Where on a page the links that may be headlines lie, and how classes are read as words.

Knows elements only, not what they are for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from lxml.html import HtmlElement

from monitor.listing.links import Link, climb

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the links that may be headlines lie.

    `span`: for every element that holds some, the first and last of their numbers; `runs`: of each
    such link the number of its run, as the links of one article stand side by side.
    """

    span: dict[HtmlElement, tuple[int, int]]
    runs: tuple[int, ...]

    @property
    def count(self) -> int:
        return self.runs[-1] + 1 if self.runs else 0

    def holds(self, element: HtmlElement) -> int:
        """How many articles' links the element holds; those in two places count twice."""
        if element not in self.span:
            return 0
        first, last = self.span[element]
        return self.runs[last] - self.runs[first] + 1

    def share(self, element: HtmlElement) -> float:
        return self.holds(element) / max(1, self.count)


def spans_of(links: Sequence[Link]) -> Spans:
    """`links`: those that may be headlines, in the page's order."""
    span: dict[HtmlElement, tuple[int, int]] = {}
    for number, link in enumerate(links):
        for element in climb(link.element):
            span[element] = (span.get(element, (number, number))[0], number)
    runs = [0] if links else []
    for before, after in pairwise(links):
        runs.append(runs[-1] + (before.key != after.key))
    return Spans(span, tuple(runs))


@lru_cache(maxsize=4096)
def names_in(name: str) -> tuple[str, ...]:
    """The words of a class's name in small letters: `cardTitle`, `card-title`, `card__title`."""
    return tuple(word.lower() for word in _NAME.findall(name))
