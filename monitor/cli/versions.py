"""`versions`: every state of an article's text, and what changed from each to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor import changes
from monitor.changes import Changes, Edit, Sentence
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import StoredItem
from monitor.render.updates import lines_of
from monitor.store import items, views
from monitor.store.db import Row, Tx

_LABEL = "  version    "


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the text; `changes` against the one before, None for the first, and where one of
    the two is only a teaser."""

    row: Row
    changes: Changes | None = None


def run(call: Call, subject: str, *, diff: bool) -> None:
    """`subject`: an item's id or address."""
    config = place.look(call)
    with place.Archive(config.settings.database) as archive:
        stored, versions = archive.read(
            lambda tx: _gather(tx, finding.item_id(tx, subject, config))
        )
    if call.as_json:
        out.emit({
            "item": stored.id, "url": stored.item.url, "title": stored.item.title,
            "versions": [shape(one) for one in versions],
        })  # fmt: skip
        return
    out.lines(*out.wrapped(stored.item.title or "(no headline)", ""))
    out.lines(f"  item {stored.id}, {stored.item.url}")
    show(versions, When.of(config.settings, wall_clock()), diff=diff)


def of(tx: Tx, item_id: int) -> list[Version]:
    """Every version of an item, the first one first."""
    rows = views.versions_of(tx, item_id)
    return [*(Version(row) for row in rows[:1]), *(_next(*pair) for pair in pairwise(rows))]


def show(versions: Sequence[Version], when: When, *, diff: bool) -> None:
    """A line for each version; with `diff` its changes below it, sentence by sentence."""
    for version in versions:
        row = version.row
        said = f"{row['version']}, {when.second(row['seen_at'])}: {_summary(version)}"
        out.lines(*out.hanging(_LABEL, said))
        for line in _lines(version.changes) if diff and version.changes else ():
            out.lines(*out.hanging(f"    {line[:2]}", line[2:]))


def shape(version: Version) -> shapes.Shape:
    edits = version.changes.edits if version.changes else ()
    return {
        "version": version.row["version"],
        "seen_at": shapes.time(version.row["seen_at"]),
        "whole": not version.row["partial"],
        "changes": [_edit_shape(edit) for edit in edits],
    }


def _gather(tx: Tx, item_id: int) -> tuple[StoredItem, list[Version]]:
    return items.load(tx, item_id), of(tx, item_id)


def _next(old: Row, new: Row) -> Version:
    if old["partial"] != new["partial"]:
        return Version(new)
    return Version(new, changes.compare(old["title"], old["body"], new["title"], new["body"]))


def _summary(version: Version) -> str:
    found = version.changes
    if found is None:
        teaser = "the teaser alone" if version.row["partial"] else "the whole article"
        return f"as it was first seen, {teaser}" if version.row["version"] == 1 else teaser
    counted = [
        (sum(1 for edit in found.news if edit.old and edit.new), "changed"),
        (sum(1 for edit in found.news if edit.old is None), "new"),
        (sum(1 for edit in found.news if edit.new is None), "gone"),
    ]
    news = ", ".join(f"{count} {word}" for count, word in counted if count)
    asides = list(dict.fromkeys(edit.aside for edit in found.edits if edit.aside))
    other = f"no news: {', '.join(asides)}" if asides else ""
    said = "; ".join(part for part in (f"sentences: {news}" if news else "", other) if part)
    return said or "no words changed, only their marks or their place"


def _lines(found: Changes) -> Iterator[str]:
    """What changed that is news, then what is none in its own words."""
    for edit in (*found.news, *(edit for edit in found.edits if edit.aside)):
        note = f" ({edit.aside}: no news)" if edit.aside else ""
        for line in lines_of(edit):
            yield f"{line.marked('«', '»')}{note}"


def _edit_shape(edit: Edit) -> shapes.Shape:
    sentence = edit.new or edit.old
    assert sentence is not None
    return {
        "field": sentence.field,
        "old": _text(edit.old),
        "new": _text(edit.new),
        "aside": edit.aside,
    }


def _text(sentence: Sentence | None) -> str | None:
    return sentence.text if sentence is not None else None
