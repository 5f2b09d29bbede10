"""The demo on a terminal, 80 columns: left what happens, right what arrives, with the seconds.

Plain lines, one after the other, so that a pipe or a log holds the same.  Decides nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from itertools import zip_longest
from typing import TextIO

COLUMNS = 80
_TIME = 6
_NAME = 13
_LEFT = 28
_BAR = " | "
_RIGHT = COLUMNS - _TIME - _LEFT - len(_BAR)
# For terminals that have no such letters.
_PLAIN = str.maketrans({"«": ">>", "»": "<<", "“": '"', "”": '"', "‘": "'", "’": "'", "…": "..."})


class Screen:
    """Writes to `stream`; times are shown as seconds since `began` (epoch ms)."""

    def __init__(self, stream: TextIO, began: int) -> None:
        self._stream = stream
        self._began = began

    def clock(self, at: int) -> str:
        """`0:08`."""
        seconds = max(at - self._began, 0) // 1000
        return f"{seconds // 60}:{seconds % 60:02}"

    def say(self, text: str = "", indent: int = 0) -> None:
        """Over both columns; what goes on in a new line starts where the text did."""
        for line in _wrapped(text, COLUMNS - indent) or [""]:
            self._write(f"{' ' * indent}{line}")

    def entry(self, name: str, text: str) -> None:
        """A name, and beside it what it is."""
        first, *others = _wrapped(text, COLUMNS - _NAME)
        self._write(f"{f'  {name}':{_NAME}}{first}")
        for line in others:
            self._write(f"{' ' * _NAME}{line}")

    def columns(self) -> None:
        self._row(" time", "what happens", "what arrives")
        self._row("-" * (_TIME - 1), "-" * _LEFT, "-" * _RIGHT)

    def step(self, title: str) -> None:
        self._write("")
        self._write(f"== {title} {'=' * (COLUMNS - len(title) - 4)}")

    def happens(self, at: int, text: str) -> None:
        self._rows(at, _wrapped(text, _LEFT), [])

    def arrives(self, at: int, lines: Iterable[str]) -> None:
        self._rows(at, [], [part for line in lines for part in _wrapped(line, _RIGHT) or [""]])

    def holds(self, text: str) -> None:
        """What was promised and seen."""
        first, *others = _wrapped(text, COLUMNS - _TIME)
        self._write(f"  ok  {first}")
        for line in others:
            self._write(f"{' ' * _TIME}{line}")

    def _rows(self, at: int, left: list[str], right: list[str]) -> None:
        when = self.clock(at)
        for one, other in zip_longest(left, right, fillvalue=""):
            self._row(f"{when:>5}", one, other)
            when = ""

    def _row(self, time: str, left: str, right: str) -> None:
        self._write(f"{time:{_TIME}}{left:{_LEFT}}{_BAR}{right}")

    def _write(self, line: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        try:
            line.encode(encoding)
        except UnicodeEncodeError:
            line = line.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
        self._stream.write(line.rstrip() + "\n")
        self._stream.flush()


def _wrapped(text: str, width: int) -> list[str]:
    margin = " " * (len(text) - len(text.lstrip(" ")))
    return textwrap.wrap(text, width, subsequent_indent=margin, break_on_hyphens=False)
