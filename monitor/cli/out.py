"""Put lines, tables and JSON on standard output, fit for any terminal.

What publishers wrote is made harmless here, at the last step.  Knows nothing of what it prints.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

import click

from monitor.clean import clean, cut

GAP = "  "
_NARROWEST = 40
_WIDEST = 120
_PIPED = 100  # columns where nobody looks at a terminal
_WORD = re.compile("[^ ]+")


@dataclass(frozen=True, slots=True)
class Column:
    """`flexible`: cut, rather than others, where the terminal is too narrow."""

    name: str = ""
    right: bool = False
    flexible: bool = False


def width() -> int:
    """Columns to fill: those of the terminal, within reason."""
    columns = shutil.get_terminal_size((_PIPED, 24)).columns
    return min(max(columns, _NARROWEST), _WIDEST)


def lines(*texts: str) -> None:
    """Print lines; whatever a terminal would obey goes, blanks stay as they are."""
    for text in texts:
        for line in text.split("\n"):
            click.echo(_printable(_WORD.sub(lambda word: clean(word[0]), line).rstrip()))


def emit(shape: Mapping[str, object]) -> None:
    """One JSON object on a line of its own."""
    try:
        click.echo(json.dumps(shape, ensure_ascii=not _speaks_unicode()))
    except UnicodeEncodeError:  # half a character, out of a shell's argument that is no text
        click.echo(json.dumps(shape))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with aligned cells, no wider than the terminal; a heading where columns have names."""
    named = any(column.name for column in columns)
    every = [[column.name for column in columns]] if named else []
    every += [[clean(cell) for cell in row] for row in rows]
    widths = [max((wide(row[n]) for row in every), default=0) for n in range(len(columns))]
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width()
    while excess > 0:
        flexible = [n for n, c in enumerate(columns) if c.flexible and widths[n] > 8]
        if not flexible:
            break
        # The widest gives way until it is no wider than the next.
        first, *others = sorted((widths[n] for n in flexible), reverse=True)
        widest = max(flexible, key=lambda n: widths[n])
        step = min(excess, max(1, first - (others[0] if others else 8)), first - 8)
        widths[widest] -= step
        excess -= step
    return [_row(columns, widths, row) for row in every]


def _row(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    cells = []
    for column, room, cell in zip(columns, widths, row, strict=True):
        shown = fitted(cell, room)
        blanks = " " * (room - wide(shown))
        cells.append(blanks + shown if column.right else shown + blanks)
    return GAP.join(cells).rstrip()


def fitted(text: str, room: int) -> str:
    """`text` in at most `room` columns."""
    shown, length = text, min(len(text), room)
    while wide(shown) > room:
        shown, length = cut(text, length), length - 1
    return shown


def wide(text: str) -> int:
    """Columns that a cleaned text takes up."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, indent: str) -> list[str]:
    """`text` cleaned, in lines no wider than the terminal; each begins with `indent`."""
    found, line = [], indent
    for word in clean(text).split():
        if line.strip() and wide(line) + 1 + wide(word) > width():
            found.append(line)
            line = indent
        line = f"{line} {word}" if line.strip() else f"{indent}{word}"
    return [*found, line] if line.strip() else found


def hanging(label: str, text: str) -> list[str]:
    """`text` wrapped beside a label of our own."""
    first, *rest = wrapped(text, " " * len(label)) or [""]
    return [label + first[len(label) :], *rest]


def of(count: int, thing: str) -> str:
    """`1 item`, `12 items`, `2 entries`."""
    if count == 1:
        return f"1 {thing}"
    if thing.endswith("ry"):
        return f"{count:,} {thing[:-1]}ies"
    return f"{count:,} {thing}es" if thing.endswith("ch") else f"{count:,} {thing}s"


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "utf32")


def _printable(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
