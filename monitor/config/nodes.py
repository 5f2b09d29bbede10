"""What stands in one YAML file, with the place of every key and value.

Scalars keep their text as written and have no type: the schema says what a text is read as, so
`no`, `22:00` and `1.10` never become something else behind the writer's back.
Knows no schema and reads no file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.errors import Mistake

_BREAK = re.compile(r"\r\n|\r|\n")
# YAML 1.2.2, 10.3.2: what the core schema reads as null.
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text.  `start` and `end` are its offsets in the file.

    `style` is the sign it is written with, `'`, `"`, `|` or `>`, None for plain text.
    """

    place: Place
    text: str
    start: int
    end: int
    style: str | None = None

    @property
    def is_null(self) -> bool:
        return self.style is None and self.text in NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: tuple[Node, ...]
    flow: bool


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    entries: tuple[tuple[Scalar, Node], ...]
    flow: bool = False

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        return next((name for name, _ in self.entries if name.text == key), None)


@dataclass(frozen=True, slots=True)
class Broken:
    """A value whose mistake has been told already: nothing more is said about it."""

    place: Place


Node = Scalar | Sequence | Mapping | Broken


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read.  `root` is None when too little of it could be read to judge the rest."""

    file: str
    text: str
    root: Mapping | None
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, place: Place, problem: str, mend: str | None = None) -> Mistake:
        return Mistake(self.file, place.line, place.column, problem, mend)

    def entries(self, key: str) -> Iterator[Mapping]:
        """The mappings in the list under a top-level key."""
        node = self.root.get(key) if self.root else None
        for item in node.items if isinstance(node, Sequence) else ():
            if isinstance(item, Mapping):
                yield item

    def place_at(self, offset: int) -> Place:
        starts = _line_starts(self.text)
        line = bisect_right(starts, offset)
        return Place(line, offset - starts[line - 1] + 1)

    def place_in(self, scalar: Scalar, position: int) -> Place:
        """Where character `position` of the scalar's text stands in the file.

        White space may be folded or indented away, all else stands in the file in the same
        order, so the n-th visible character of the text is the n-th of the source.  A quoted
        text with escapes gives its own start.
        """
        start = _body_start(self.text, scalar)
        if start is None:
            return scalar.place
        visible = [i for i in range(start, scalar.end) if not self.text[i].isspace()]
        before = sum(not c.isspace() for c in scalar.text[:position])
        on_visible = scalar.text[position : position + 1].strip() != ""
        wanted = before if on_visible else before - 1
        if not 0 <= wanted < len(visible):
            return scalar.place
        return self.place_at(visible[wanted] + (0 if on_visible else 1))


@lru_cache(maxsize=4)
def _line_starts(text: str) -> list[int]:
    return [0, *(m.end() for m in _BREAK.finditer(text))]


def _body_start(text: str, scalar: Scalar) -> int | None:
    if scalar.style is None:
        return scalar.start
    if scalar.style in "|>":
        header = _BREAK.search(text, scalar.start, scalar.end)
        return header.end() if header else None
    source = text[scalar.start + 1 : scalar.end - 1]
    escaped = "\\" in source if scalar.style == '"' else "'" in source
    return None if escaped else scalar.start + 1


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that has one."""
    return node.text if isinstance(node, Scalar) and not node.is_null else None


def scalars(node: Node | None) -> tuple[Scalar, ...]:
    """The texts of a list, leaving out what is no text."""
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(i for i in items if isinstance(i, Scalar) and not i.is_null)
