"""What arrived in the mailboxes and in Slack, read from the sinks' notes, abridged for a screen.

Pure: says what came, not whether it should have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from monitor.demo.notes import Entry, Notes

_ROOM = 120  # characters of a quote that the screen shows
_QUOTES = 2
_EDIT = "chat.update"
_DIGEST = "[wirewatch] Digest"
_NOT_TOLD = re.compile(r"DEMOTED |BLIND ")
_LINK = re.compile(r"<[^|>]*\|([^>]*)>")


class Way(StrEnum):
    EMAIL = "e-mail"
    SLACK = "Slack"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that a sink accepted at `at` (epoch ms).

    `key` is what a copy has in common with it: the Message-ID, or the alerts' ids at the end of a
    Slack message.  `lines` is the message abridged, its `opening` the first of them; `new` is what
    an update says first, empty in a first message.
    """

    at: int
    way: Way
    to: str
    key: str
    text: str  # whole
    opening: str
    lines: tuple[str, ...]
    new: str = ""


def arrivals(smtp: Notes, slack: Notes) -> list[Arrival]:
    """Every message accepted so far, oldest first; an edit of one is none."""
    mails = (_mail(entry) for entry in smtp.of("accepted"))
    posts = (_post(entry) for entry in slack.of("accepted") if entry["method"] != _EDIT)
    return sorted([*mails, *posts], key=lambda one: one.at)


def edits(slack: Notes) -> list[Arrival]:
    """How Slack's messages read after each edit, oldest first."""
    return [_post(entry) for entry in slack.of("accepted") if entry["method"] == _EDIT]


def is_digest(one: Arrival) -> bool:
    return one.opening.startswith(_DIGEST)


def around(text: str, mark: str, room: int = _ROOM) -> str:
    """`text` cut at blanks to about `room` characters, so that `mark` is in sight."""
    if len(text) <= room:
        return text
    at = max(text.find(mark), 0)
    start = 0 if at < room // 2 else text.find(" ", at - room // 3) + 1
    end = len(text) if start + room >= len(text) else max(text.rfind(" ", at, start + room), at)
    return f"{'[...] ' if start else ''}{text[start:end]}{' [...]' if end < len(text) else ''}"


def _mail(entry: Entry) -> Arrival:
    text, subject = entry["text"], entry["subject"]
    return Arrival(
        entry.at, Way.EMAIL, entry["recipient"], entry["message_id"], f"{subject}\n{text}",
        subject, tuple(_not_told(text) if subject.startswith(_DIGEST) else _mail_quotes(text)),
        text.lstrip().partition("\n")[0] if subject.startswith("Re: ") else "",
    )  # fmt: skip


def _mail_quotes(text: str) -> Iterator[str]:
    """Quotes, each with the line below it, which says where it stands."""
    lines = text.splitlines()
    quotes = [pair for pair in pairwise(lines) if ">>" in pair[0]]
    for quote, place in quotes[:_QUOTES]:
        yield around(quote, ">>")
        yield f"  {place.strip()}"


def _not_told(text: str) -> Iterator[str]:
    """Of a digest, what was kept back and what is blind: each heading with the line below it."""
    for line, below in pairwise(text.splitlines()):
        if _NOT_TOLD.match(line):
            yield from (line, f"  {below.strip()}")


def _post(entry: Entry) -> Arrival:
    payload = json.loads(entry["payload"])
    sections, small = _parts(payload)
    new = sections.pop(0) if payload.get("thread_ts") else ""
    headline, _, labels = sections[0].partition("\n")
    quotes = [f"> {around(quote.removeprefix('> '), '«')}" for quote in sections[1:]]
    return Arrival(
        entry.at, Way.SLACK, entry["channel"], entry["text"].rpartition("|")[2].strip(),
        "\n".join([entry["text"], *sections, *small]), headline,
        (_unbarred(labels), *quotes[:_QUOTES], *map(_unbarred, small)), new.partition("\n")[0],
    )  # fmt: skip


def _parts(payload: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Sections and small print as a reader sees them, without Slack's marks."""
    blocks = payload["blocks"]
    sections = [_plain(block["text"]["text"]) for block in blocks if block["type"] == "section"]
    small = [_plain(part["text"]) for block in blocks for part in block.get("elements", ())]
    return sections, small


def _unbarred(text: str) -> str:
    """The screen has a bar of its own between its columns."""
    return text.replace("  |  ", " / ")


def _plain(text: str) -> str:
    text = re.sub(r"  _([^_]*)_$", r" (\1)", _LINK.sub(r"\1", text).replace("*", ""))
    return text.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
