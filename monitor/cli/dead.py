"""`dead list`, `dead resend`: messages that were given up, and sending them again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import click

from monitor import schedule
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.out import Column
from monitor.cli.place import Archive
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.settings import Config
from monitor.store import dead
from monitor.store.db import Row, Tx

_COLUMNS = (
    Column("id", right=True), Column("given up"), Column("channel"), Column("to"),
    Column("message", flexible=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """Which messages were asked for: by their ids, those of a channel, or all."""

    ids: tuple[int, ...]
    channel: str | None
    everything: bool


def show(call: Call, channel: str | None) -> None:
    config, now = place.look(call), wall_clock()
    with Archive(config.settings.database) as archive:
        rows = archive.read(lambda tx: dead.given_up(tx, channel))
    if call.as_json:
        for row in rows:
            out.emit(_shape(row))
        return
    if not rows:
        out.lines("nothing was given up")
        return
    when = When.of(config.settings, now)
    shown = [
        (
            str(row["delivery_id"]), when.clock(row["given_up_at"]), row["channel"],
            row["recipient"], _headline(row),
        )
        for row in rows
    ]  # fmt: skip
    heading, *lines = out.table(_COLUMNS, shown)
    out.lines(heading)
    for line, row in zip(lines, rows, strict=True):
        out.lines(line, *out.hanging("    ", row["detail"] or "no reason was given"))
    out.lines("", "send one again: wirewatch dead resend ID")


def resend(call: Call, wish: Wish) -> None:
    """Owe what is wished again, with three days anew: all of it, or nothing."""
    if bool(wish.ids) == (wish.everything or wish.channel is not None):
        raise click.UsageError("say which: ID..., or --channel NAME, or --all")
    config, now = place.look(call), wall_clock()
    if wish.channel is not None and wish.channel not in config.channels:
        there = ", ".join(config.channels)
        raise click.UsageError(f"no channel {wish.channel!r}; there are: {there}")

    def owe(tx: Tx) -> Sequence[Row]:
        rows = _chosen(dead.given_up(tx, wish.channel), wish, config)
        ids = [row["delivery_id"] for row in rows]
        dead.owe_again(tx, ids, now, now + schedule.GIVE_UP_MS)
        return rows

    with Archive(config.settings.database) as archive:
        rows = archive.write(owe)
    if call.as_json:
        for row in rows:
            out.emit(_shape(row))
        return
    for row in rows:
        to = f"{row['recipient']} on {row['channel']}"
        out.lines(*out.hanging(f"{row['delivery_id']}: ", f"owed to {to} again: {_headline(row)}"))
    if not rows:
        out.lines("nothing that was given up can be sent again")
        return
    out.lines("the daemon sends it; without one: wirewatch deliver --once")


def _chosen(rows: Sequence[Row], wish: Wish, config: Config) -> Sequence[Row]:
    """Raises NotFound for an id whose message cannot be sent again."""
    if not wish.ids:
        return [row for row in rows if _hindrance(row, config) is None]
    known = {row["delivery_id"]: row for row in rows}
    for one in wish.ids:
        if one not in known:
            raise finding.NotFound(f"no message {one} was given up; see: wirewatch dead list")
        hindrance = _hindrance(known[one], config)
        if hindrance is not None:
            raise finding.NotFound(f"message {one} {hindrance}")
    return [known[one] for one in dict.fromkeys(wish.ids)]


def _hindrance(row: Row, config: Config) -> str | None:
    """Why it cannot be sent again."""
    if row["taken_over"]:
        return "is a digest that nobody got: the next one has all of it"
    if row["channel"] not in config.channels:
        return f"is of channel {row['channel']}, which routes.yaml does not name any more"
    return None


def _headline(row: Row) -> str:
    if row["notice"] is not None:
        return str(json.loads(row["notice"])["headline"])
    return str(row["title"] or row["subject"])


def _shape(row: Row) -> shapes.Shape:
    return {
        "message": row["delivery_id"],
        "kind": row["kind"],
        "channel": row["channel"],
        "recipient": row["recipient"],
        "alerts": json.loads(row["alerts"]),
        "headline": _headline(row),
        "given_up_at": shapes.time(row["given_up_at"]),
        "detail": row["detail"],
    }
