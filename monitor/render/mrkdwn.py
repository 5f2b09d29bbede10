"""Slack's own markup, and what an update says in it.

Only & < > are escaped, as Slack wants it: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.render.clean import cut
from monitor.render.updates import Line, Update

_MOST_IN_LINE = 700  # after escaping
_MOST_IN_UPDATES = 2000  # a section holds 3,000, a message 13,200


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fitting(text: str, longest: int) -> str:
    """`text` escaped, and cut so that no escape is cut through."""
    room = longest
    while len(escaped := escape(cut(text, room))) > longest:
        room = min(room - 1, room * longest // len(escaped))
    return escaped


def bold(escaped: str) -> str:
    return f"*{escaped}*"


def updates(news: Sequence[Update]) -> str:
    """What is new, at most a section's worth: as many whole lines as there is room for."""
    lines, used = [], 0
    for update in news:
        by = f"  {fitting(update.by, _MOST_IN_LINE)}" if update.by else ""
        for line in (
            bold(fitting(update.what, _MOST_IN_LINE)) + by,
            *(_line(one) for one in update.lines),
        ):
            used += len(line) + 1
            if used <= _MOST_IN_UPDATES:
                lines.append(line)
    return "\n".join(lines)


def _line(line: Line) -> str:
    """Marked words are bold, unless escaping made the line too long to mark."""
    words = "".join(bold(escape(p.text)) if p.marked else escape(p.text) for p in line.pieces)
    marked = f"{line.sign} {words}"
    return marked if len(marked) <= _MOST_IN_LINE else fitting(line.marked(), _MOST_IN_LINE)
