"""`items`, `alerts`, `sources`: what is stored, one line each, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import click

from monitor.cli import out, place, quoting, shapes, summary
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import Column
from monitor.cli.place import Archive
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import StoredItem, short_id
from monitor.settings import Settings, Source
from monitor.store import alerts as kept
from monitor.store import health as signs
from monitor.store import holds, views
from monitor.store import items as stored_items
from monitor.store import sources as source_rows
from monitor.store.db import Row, Tx

_ITEMS = (
    Column("item", right=True), Column("published"), Column("source", flexible=True),
    Column("headline", flexible=True),
)  # fmt: skip
_ALERTS = (
    Column("alert"), Column("raised"), Column("rule: headline", flexible=True),
    Column("messages", flexible=True),
)  # fmt: skip


class _Told(NamedTuple):
    """An alert, its article, its messages, and the channels that keep it for their digest."""

    alert: Row
    stored: StoredItem
    deliveries: Sequence[Row]
    held: Sequence[Row]


def items(call: Call, limit: int, source: str | None) -> None:
    settings = place.settings(call)
    when = When.of(settings, wall_clock())
    with Archive(settings.database) as archive:
        if source is not None:
            _check_source(call, archive, source)
        for page in pages(archive, limit, source):
            if call.as_json:
                for stored in page:
                    out.emit(shapes.item(stored))
            else:
                out.lines(*out.table(_ITEMS, [_item_row(stored, when) for stored in page]))


def pages(archive: Archive, limit: int, source: str | None = None) -> Iterator[list[StoredItem]]:
    """Items from the newest down, page by page, so that the first are seen at once."""
    before: int | None = None
    while limit > 0:
        wanted = min(limit, views.PAGE)
        newest = partial(views.newest_items, limit=wanted, before=before, source_id=source)
        page = [stored for stored, _ in archive.read(newest)]
        if not page:
            return
        yield page
        before, limit = page[-1].id, limit - len(page)


def alerts(call: Call, limit: int) -> None:
    settings = place.settings(call)
    when = When.of(settings, wall_clock())
    with Archive(settings.database) as archive:
        rows = archive.read(lambda tx: [_told(tx, row) for row in views.alert_rows(tx, limit)])
    if call.as_json:
        for told in rows:
            out.emit(shapes.alert(told.alert, told.deliveries))
        return
    if not rows:
        out.lines("no alert so far; what would have matched: wirewatch alerts --would")
        return
    out.lines(*out.table(_ALERTS, [_alert_row(told, when) for told in rows]))
    out.lines("", "each with its reasons: wirewatch why ALERT")


def would(call: Call, limit: int) -> None:
    """What matched, but was known when its source was first seen."""
    settings = place.settings(call)
    with Archive(settings.database) as archive:
        found = archive.read(lambda tx: views.would_have(tx, limit))
        total = sum(archive.read(views.count_would_have).values())
    if call.as_json:
        for match, stored in found:
            out.emit(shapes.would(match, stored))
        return
    for match, stored in found:
        out.lines(*matched(match["rule_id"], stored, match["spans"], settings))
    said = f"{out.of(total, 'match')} known from first sights, nothing told"
    out.lines(f"{said}; {len(found)} shown" if total > len(found) else said)


def matched(rule: str, stored: StoredItem, spans: str, settings: Settings) -> list[str]:
    """A match in three lines: where, headline, marked sentence with its place."""
    when = When.of(settings, wall_clock())
    date = when.published(stored.item.published)
    head = f"{rule}  " if rule else ""
    found = [f"{head}item {stored.id}, {stored.source_id}, {date}"]
    found += out.wrapped(stored.item.title or "(no headline)", "  ")
    for quote in quoting.quotes(rule, stored, kept.load_spans(spans))[:1]:
        found += out.wrapped(f"{quoting.marked(quote)}  ({quote.place})", "    ")
    return found


def sources(call: Call) -> None:
    settings = place.settings(call)
    with Archive(settings.database) as archive:
        watched = archive.read(summary.gather)
    if call.as_json:
        for row in watched.sources:
            out.emit(shapes.source(row))
        return
    when = When.of(settings, wall_clock())
    out.lines(*summary.source_table(watched, when), *summary.troubles(watched, when))


def pause(call: Call, source: str, *, paused: bool) -> None:
    now = wall_clock()
    change = source_rows.pause if paused else source_rows.resume
    with Archive(place.settings(call).database) as archive:
        if not archive.write(lambda tx: change(tx, source, now)):
            new = _of_files(call, source)
            archive.write(lambda tx: source_rows.put(tx, new, now))
            archive.write(lambda tx: change(tx, source, now))
        row = archive.read(lambda tx: signs.sources(tx, source))[0]
    if call.as_json:
        out.emit(shapes.source(row))
    elif paused:
        out.lines(f"{source} is paused; go on: wirewatch sources resume {source}")
    elif not row["paused_in_file"]:
        out.lines(f"{source} is polled again, at once where the daemon runs")
    if row["paused_in_file"] and not paused:
        mend = "take it out, then: wirewatch reload"
        say(f"{source} stays paused by `paused: true` in sources.yaml; {mend}")
        end(Exit.FAILED)


def _check_source(call: Call, archive: Archive, source: str) -> None:
    """One that is in the files no more may still have items; one that is new there has none."""
    if archive.read(lambda tx: source_rows.row(tx, source)) is None:
        _of_files(call, source)
        say(f"nothing is stored of {source}; ask it now: wirewatch poll {source}")


def _of_files(call: Call, name: str) -> Source:
    """A source that the database may not know yet: nothing has taken the files since."""
    known = {source.id: source for source in place.look(call).sources}
    if name not in known:
        there = ", ".join(known) or "none"
        raise click.UsageError(f"no source {name!r}; there are: {there}")
    return known[name]


def _messages(told: _Told) -> str:
    """`me sent, desk@... held`; where there is no message, what a digest has of it."""
    if told.deliveries:
        return ", ".join(f"{row['channel']} {_state(row)}" for row in told.deliveries)
    if not told.held:
        return "nobody to tell"
    waits = any(row["digest_id"] is None for row in told.held)
    return "kept for the digest" if waits else "told in a digest"


def _state(row: Row) -> str:
    tries = row["tries"]
    if row["shown_state"] == "waiting" and tries:
        return f"waiting, tried {tries} times" if tries > 1 else "waiting, tried once"
    return "given up" if row["shown_state"] == "dead" else str(row["shown_state"])


def _told(tx: Tx, row: Row) -> _Told:
    alert = row["alert_id"]
    stored = stored_items.load(tx, row["item_id"])
    return _Told(row, stored, views.deliveries_of_alert(tx, alert), holds.of_alert(tx, alert))


def _item_row(stored: StoredItem, when: When) -> list[str]:
    return [
        str(stored.id), when.published(stored.item.published), stored.source_id,
        stored.item.title or "(no headline)",
    ]  # fmt: skip


def _alert_row(told: _Told, when: When) -> list[str]:
    alert, title = told.alert, told.stored.item.title or "(no headline)"
    return [
        short_id(alert["alert_id"]), when.clock(alert["raised_at"]), f"{alert['rule_id']}: {title}",
        _messages(told),
    ]  # fmt: skip
