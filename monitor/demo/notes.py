"""A journal that is read while it is written: what newswire and sinks noted, in order.

Kept in memory, as whoever reads it serves them too.  Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.demo.journal import Journal, wall_clock


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, when (epoch ms), and the fields that were noted with it."""

    event: str
    at: int
    fields: Mapping[str, str | int | None]

    def __getitem__(self, name: str) -> str:
        """A field as text, empty when it was not noted."""
        value = self.fields.get(name)
        return "" if value is None else str(value)


class Notes(Journal):
    """As a journal in a file: a line is there before its answer goes out."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def write(self, event: str, **fields: str | int | None) -> None:
        self.entries.append(Entry(event, wall_clock(), fields))

    def of(self, event: str, since: int = 0) -> Iterator[Entry]:
        """The entries of one event from `since` (epoch ms) on, oldest first."""
        return (one for one in self.entries if one.event == event and one.at >= since)
