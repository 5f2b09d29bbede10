"""Slack's own markup, and what an update says in it.

& < > are escaped, as Slack wants it: https://docs.slack.dev/messaging/formatting-message-text
It knows no escape for * _ ~ and `; a zero-width space on either side keeps them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.clean import cut
from monitor.render.updates import Line, Update

_MOST_IN_LINE = 700  # after escaping
_MOST_IN_UPDATES = 2000  # a section holds 3,000, a message 13,200


# What begins or ends formatting; within a word, or between blanks, it does neither.
_MARKUP = re.compile(r"(?!(?<=\s).\s)(?:(?<![^\W_])[*_~]|[*_~](?![^\W_])|`)")
_APART = "\u200b"


def escape(text: str) -> str:
    """`text` as it is, whatever of it Slack would take for its markup."""
    return _MARKUP.sub(rf"{_APART}\g<0>{_APART}", entities(text))


def entities(text: str) -> str:
    """An address, or what else must not be parted."""
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
