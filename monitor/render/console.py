"""The terminal's form: 80 columns, no control sequence, nothing that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

from monitor.clean import one_line
from monitor.model import Message
from monitor.render import digest_text, facts
from monitor.render.briefing import Briefing, Bulletin, Roundup
from monitor.render.lines import bulletin_lines, explain, opening, under, when, who
from monitor.render.quotes import choose

COLUMNS = 80
_INDENT = "  "


def alert(briefing: Briefing, channel: str, recipient: str) -> Message:
    """`channel` and `recipient` are the terminal itself, and not repeated."""
    zone, quotes = facts.Zone.of(briefing), choose(briefing.quotable)
    rules, severity = facts.counted_rules(briefing.alerts), facts.severity(briefing.alerts)
    lines = list(wrapped(f"{zone.clock(briefing.now)}  {severity.upper()}  {rules}", ""))
    for line in opening(briefing):
        lines += wrapped(line, _INDENT)
    for stored in [briefing.head, *facts.others(briefing)[:5]]:
        lines += wrapped(facts.headline(stored), _INDENT)
        # In one piece, however long: people and terminals follow it.
        lines.append(f"{_INDENT}{facts.address(stored) or '(no usable address)'}")
    for quote in quotes.shown:
        lines += wrapped(quote.marked("«", "»"), 2 * _INDENT)
        lines += wrapped(f"-- {under(quote, briefing)}", 3 * _INDENT)
    if quotes.more:
        lines.append(f"{2 * _INDENT}and {quotes.more} more in the text")
    lines += [*wrapped(who(briefing), _INDENT), *wrapped(when(briefing), _INDENT)]
    lines += wrapped(explain(briefing), _INDENT)
    return Message(text="\n".join(lines) + "\n")


def notice(bulletin: Bulletin) -> Message:
    zone = facts.Zone.of(bulletin)
    title = one_line(bulletin.headline, facts.LONGEST_HEADLINE, absent="(nothing to say)")
    mark = "TEST  " if bulletin.test else ""
    lines = list(wrapped(f"{zone.clock(bulletin.now)}  {mark}{title}", ""))
    for line in bulletin_lines(bulletin):
        lines += wrapped(line, _INDENT)
    return Message(text="\n".join(lines) + "\n")


def digest(roundup: Roundup) -> Message:
    lines: list[str] = []
    for block in filter(None, digest_text.blocks(roundup, "«", "»")):
        for line in block:
            whole = [f"{line.indent}{line.text}"]
            lines += whole if line.whole else wrapped(line.text, line.indent)
        lines.append("")
    return Message(text="\n".join(lines))


def wrapped(text: str, indent: str) -> Iterator[str]:
    """`text` in lines of at most COLUMNS columns, broken at blanks; wide letters count double."""
    line, used = indent, len(indent)
    for word in text.split(" "):
        for part in _parts(word, COLUMNS - len(indent)):
            width = columns(part)
            if used > len(indent) and used + 1 + width > COLUMNS:
                yield line
                line, used = indent, len(indent)
            blank = " " if used > len(indent) else ""
            line, used = f"{line}{blank}{part}", used + len(blank) + width
    if used > len(indent):
        yield line


def _parts(word: str, room: int) -> Iterator[str]:
    """A word that is too long for a line, in pieces that are not."""
    start = used = 0
    for at, character in enumerate(word):
        width = columns(character)
        if used + width > room:
            yield word[start:at]
            start, used = at, 0
        used += width
    yield word[start:]


def columns(text: str) -> int:
    """How wide it is on a terminal."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
