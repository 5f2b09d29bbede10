"""The marked sentence of a match, as one line for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.cli import out
from monitor.cli.out import wide
from monitor.model import Alert, Reason, Span, StoredItem, Told
from monitor.render.quotes import Quote, choose
from monitor.settings import Severity

_GAP = "..."
_MARK = ("«", "»")


def told(rule_id: str, stored: StoredItem, spans: Sequence[Span]) -> Told:
    """A match in the form that quotes are chosen from; nobody is told of it."""
    alert = Alert(
        "0" * 16, rule_id, stored.id, stored.story_key, "", Reason.FIRST, stored.first_seen_at,
        Severity.NORMAL, tuple(spans), False, stored.item.partial, stored.version,
    )  # fmt: skip
    return Told(alert, stored, rule_id)


def quotes(rule_id: str, stored: StoredItem, spans: Sequence[Span]) -> tuple[Quote, ...]:
    return choose([told(rule_id, stored, spans)]).shown


def show(one: Told) -> None:
    """The marked sentences of a match, with their places, one under the other."""
    for quote in choose([one]).shown:
        out.lines(*out.wrapped(f"{marked(quote)}  ({quote.place})", "    "))


def marked(quote: Quote) -> str:
    return quote.marked(*_MARK)


def excerpt(quote: Quote, room: int) -> str:
    """The sentence round its first mark, in at most `room` columns and in quotation marks."""
    text = marked(quote)
    if wide(text) + 2 <= room:
        return f'"{text}"'
    room = max(room - 2 - 2 * (len(_GAP) + 1), 10)
    start = text.find(_MARK[0])
    end = text.find(_MARK[1], start) + 1
    first = max(0, min(start - (room - (end - start)) // 2, len(text) - room))
    last = min(len(text), max(first + room, 0))
    if first > 0 and (blank := text.find(" ", first, max(start, first))) >= 0:
        first = blank + 1
    if last < len(text) and (blank := text.rfind(" ", min(end, last), last)) >= 0:
        last = blank
    while wide(text[first:last]) > room and last > first + 1:
        if last <= end and first < start:  # wide letters stand before the mark
            first += 1
        else:
            last -= 1
    before = f"{_GAP} " if first > 0 else ""
    after = f" {_GAP}" if last < len(text) else ""
    return f'"{before}{text[first:last].strip()}{after}"'
