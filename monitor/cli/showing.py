"""`show`: one article whole."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import BodyState, StoredItem
from monitor.store import items, views
from monitor.store.db import Row, Tx


def run(call: Call, subject: str) -> None:
    """`subject`: an item's id or address."""
    config = place.look(call)
    with place.Archive(config.settings.database) as archive:
        stored, sightings, versions = archive.read(
            lambda tx: _gather(tx, finding.item_id(tx, subject, config))
        )
    if call.as_json:
        out.emit({
            **shapes.item(stored),
            "body_reason": stored.body_reason,
            "sightings": [shapes.sighting(row) for row in sightings],
            "versions": [shapes.version(row) for row in versions],
        })  # fmt: skip
        return
    when = When.of(config.settings, wall_clock())
    _fields(stored, when)
    for row in sightings:
        out.lines(*out.hanging(_label("seen"), sighting(row, when)))
    for row in versions if len(versions) > 1 else ():
        said = f"{row['version']}, {when.second(row['seen_at'])}: {row['title'] or '(no headline)'}"
        out.lines(*out.hanging(_label("version"), said))
    out.lines(*out.hanging(_label("text"), text_state(stored)))
    for paragraph in (stored.item.body or "").split("\n\n"):
        out.lines("", *out.wrapped(paragraph, ""))
    for side in stored.item.side_stories:
        out.lines("", *out.wrapped(f"Beside it: {side.headline}", "    "))
        out.lines(*out.wrapped(side.text, "    "))


def text_state(stored: StoredItem) -> str:
    """How much of the article is here, and why no more."""
    why = (stored.body_reason or "").partition(": ")[2] or stored.body_reason
    reason = f": {why}" if why else ""
    return {
        BodyState.FULL: "the whole article",
        BodyState.NONE: "what the source itself shows; its pages are not read (article: false)",
        BodyState.WANTED: f"the teaser; the article's page is still to be read{reason}",
        BodyState.GAVE_UP: f"the teaser; the article's page could not be read{reason}",
    }[stored.body_state]


def sighting(row: Row, when: When) -> str:
    first = ", at its first sight, which tells nothing" if row["baseline"] else ""
    listed = "" if row["listed"] else ", not yet known to be of its section"
    return f"{when.second(row['seen_at'])} by {row['source_id']}{first}{listed}"


def _gather(tx: Tx, item_id: int) -> tuple[StoredItem, Sequence[Row], Sequence[Row]]:
    return (
        items.load(tx, item_id),
        views.sightings_of(tx, item_id),
        views.versions_of(tx, item_id),
    )


def _fields(stored: StoredItem, when: When) -> None:
    item = stored.item
    out.lines(*out.wrapped(item.title or "(no headline)", ""), "")
    shown = [
        ("item", str(stored.id)),
        ("address", item.url),
        ("canonical", item.canonical_url if item.canonical_url != item.url else None),
        ("byline", item.byline),
        ("authors", ", ".join(item.authors or ())),
        ("place", item.place),
        ("wire", item.wire),
        ("published", item.published.iso() if item.published else None),
        ("updated", item.updated.iso() if item.updated else None),
        ("section", item.section),
        ("language", item.lang),
        ("tags", ", ".join(item.tags or ())),
        ("image", item.image),
        ("guid", item.guid),
    ]
    for name, text in shown:
        if text:
            out.lines(*out.hanging(_label(name), text))


def _label(name: str) -> str:
    return f"{name:11}"
