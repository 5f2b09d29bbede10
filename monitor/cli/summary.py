"""What is watched and how it goes, in the lines of `watch`'s start and of `status`.

Pure but for `gather`, which reads; prints nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.cli import out, quoting
from monitor.cli.out import Column, of
from monitor.cli.when import OLD_MS, When
from monitor.health import Health, blindness, health_of
from monitor.model import StoredItem
from monitor.settings import Config
from monitor.store import alerts, views
from monitor.store.db import Row, Tx

_COLUMNS = (
    Column("source", flexible=True), Column(""), Column("outcome", flexible=True),
    Column("items", right=True), Column("newest"), Column("every", right=True),
    Column("next poll"),
)  # fmt: skip
_LEARNED = "~ learned from how often something new comes, between 5m and 1h"
# Words for many pages that could not be read for one reason; the reason's own word is the key.
_UNREAD = {
    "robots": "robots.txt forbids {n}",
    "http": "error answer for {n}",
    "rate_limited": "asked too often for {n}",
    "no_article": "no text on {n}",
    "removed": "source removed before {n}",
    "cut": "far less text on {n}",
    "address_refused": "private address of {n}",
    "timeout": "no answer in time for {n}",
    "dns": "unknown host of {n}",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """The sources' rows, and per source and reason the pages that could not be read."""

    sources: Sequence[Row]
    unread: Sequence[Row]


@dataclass(frozen=True, slots=True)
class FirstSight:
    """What was stored as known since `since`, and what the rules found in it."""

    items: int
    wanted: int
    counts: Mapping[str, int]
    newest: Mapping[str, tuple[Row, StoredItem]]


def gather(tx: Tx) -> Watched:
    return Watched(views.source_rows(tx), views.unread_pages(tx))


def gather_first_sight(tx: Tx, rule_ids: Sequence[str], since: int) -> FirstSight:
    row = views.first_sight(tx, since)
    newest = {}
    for rule_id in rule_ids:
        for found in views.would_have(tx, 1, since=since, rule_id=rule_id):
            newest[rule_id] = found
    return FirstSight(row["items"], row["wanted"], views.count_would_have(tx, since), newest)


def ready(config: Config, when: When) -> list[str]:
    said = (
        f"ready. {of(len(config.sources), 'source')}, {of(len(config.rules), 'rule')}, "
        f"channels: {channels(config)}"
    )
    return out.hanging(f"{when.local(when.now):%H:%M:%S}  ", said)


def channels(config: Config) -> str:
    named = ", ".join(config.channels)
    missing = [
        word
        for kind, word in (("email", "no e-mail"), ("slack", "no Slack"))
        if all(channel.kind != kind for channel in config.channels.values())
    ]
    if len(missing) < 2:
        return named
    return f"{named} ({', '.join(missing)}: see {config.directory / 'routes.yaml'})"


def source_table(watched: Watched, when: When) -> list[str]:
    rows = [_source_row(row, watched.unread, when) for row in watched.sources]
    learned = any(row["every_is_learned"] for row in watched.sources)
    return [*out.table(_COLUMNS, rows), *([_LEARNED] if learned else [])]


def troubles(watched: Watched, when: When) -> list[str]:
    """A line per source that is blind, with the whole reason."""
    found = []
    for row in watched.sources:
        blind = blindness(row)
        if blind is None:
            continue
        what, since = blind
        lasts = f" since {when.clock(since)}" if since is not None else ""
        if row["failures"]:
            lasts = f" ({of(row['failures'], 'poll')} failed in a row{lasts})"
        colon = "" if row["failures"] else ":"
        found += out.wrapped(f"{row['source_id']}{colon} {what}{lasts}", "  ")
    return found


def outcome(row: Row, unread: Sequence[Row]) -> str:
    """`ok`, or what is wrong with the source itself, or with its articles' pages."""
    health = health_of(row)
    if health is Health.PAUSED:
        return "paused"
    if health is Health.NEW:
        return "not polled yet"
    if row["failures"]:
        return str(row["detail"] or row["reason"])
    blind = blindness(row)
    if blind is not None:
        return blind[0]
    return (
        ", ".join(unread_words(one) for one in unread if one["source_id"] == row["source_id"])
        or "ok"
    )


def unread_words(row: Row) -> str:
    return _UNREAD.get(row["reason"], "{n} unread").format(n=row["items"])


def first_sight(sight: FirstSight, rule_ids: Sequence[str], when: When) -> list[str]:
    """What the rules would have said of what is stored as known."""
    room = max((len(rule_id) for rule_id in rule_ids), default=0)
    found = [
        f"first sight: {of(sight.items, 'item')} stored as known, nothing told. "
        f"Your rules on these {sight.items}:"
    ]
    for rule_id in rule_ids:
        line = f"  {rule_id:{room}}  {sight.counts.get(rule_id, 0):>4}"
        found += _with_quote(line, rule_id, sight, when)
    if sight.wanted:
        found.append(f"  ({of(sight.wanted, 'article page')} of these still to be read)")
    return found


def hints(sight: FirstSight) -> list[str]:
    rules = [rule_id for rule_id in sight.counts if rule_id in sight.newest]
    if not rules:
        return ["try a query on them: wirewatch rules try QUERY"]
    told = [
        "show them: wirewatch alerts --would",
        f"send one as a test: wirewatch channels test --rule {rules[0]}",
    ]
    line = "    ".join(told)
    return [line] if len(line) <= out.width() else told


def _with_quote(line: str, rule_id: str, sight: FirstSight, when: When) -> list[str]:
    if rule_id not in sight.newest:
        return [line]
    match, stored = sight.newest[rule_id]
    shown = quoting.quotes(rule_id, stored, alerts.load_spans(match["spans"]))
    where = f"{stored.source_id}, {when.published(stored.item.published, 'no date')}"
    if not shown:
        return [f"{line}   {where}"]
    room = out.width() - len(line) - 3 - len(where) - 2
    if room < 50:
        indent = " " * 6
        quote = quoting.excerpt(shown[0], out.width() - len(indent))
        return [f"{line}   {where}", f"{indent}{quote}"]
    return [f"{line}   {quoting.excerpt(shown[0], room)}  {where}"]


def _source_row(row: Row, unread: Sequence[Row], when: When) -> list[str]:
    newest = row["newest_at"]
    age = "-" if newest is None else when.age(newest)
    old = newest is not None and when.now - newest > OLD_MS
    next_poll = "-" if row["paused_at"] is not None else _next(row["next_poll_at"], when)
    return [
        row["source_id"], row["kind"], outcome(row, unread), f"{row['items']:,}",
        f"{age}  OLD" if old else age, _every(row), next_poll,
    ]  # fmt: skip


def _every(row: Row) -> str:
    """`10m`, as in the files, with `~` before it where that is learned."""
    seconds: int = row["every_seconds"]
    unit = "h" if seconds % 3600 == 0 else "m" if seconds >= 120 else "s"
    short = f"{seconds // {'h': 3600, 'm': 60, 's': 1}[unit]}{unit}"
    return f"~{short}" if row["every_is_learned"] else short


def _next(at: int, when: When) -> str:
    return "now" if at <= when.now else when.clock(at)


def again(totals: Row) -> list[str]:
    """A start without a first sight."""
    if not totals["items"]:
        return ["nothing is stored yet. The first look at a source tells nothing, later ones do."]
    return [
        f"nothing new at first sight. Stored: {of(totals['items'], 'item')}, "
        f"{totals['known']:,} of them known from a first sight.",
        f"told so far: {of(totals['alerts'], 'alert')}; {of(totals['waiting'], 'message')} "
        "waiting. How it goes: wirewatch status",
    ]
