"""What an update says, in the HTML of an e-mail.  Everything is escaped; nothing is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from monitor.render.updates import Line, Update

_MARKS = {"-": "del", "+": "ins"}


def updates(news: Sequence[Update]) -> str:
    """A paragraph for each thing that is new, with the sentences of an edit below it."""
    return "\n".join(_update(update) for update in news)


def _update(update: Update) -> str:
    by = f" {escape(update.by)}" if update.by else ""
    lines = "".join(f'<br><span dir="auto">{_line(line)}</span>' for line in update.lines)
    return f"<p><b>{escape(update.what)}</b>{by}{lines}</p>"


def _line(line: Line) -> str:
    tag = _MARKS[line.sign]
    words = (
        f"<{tag}>{escape(piece.text)}</{tag}>" if piece.marked else escape(piece.text)
        for piece in line.pieces
    )
    return f"{line.sign} {''.join(words)}"
