"""`rules report`: what each rule brought, week by week."""

from __future__ import annotations

from typing import Any

from monitor.cli import out, place, shapes
from monitor.cli.base import Call
from monitor.cli.out import Column
from monitor.cli.place import Archive
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.store import reviews
from monitor.store.db import Tx

_COLUMNS = (
    Column("rule"), Column("alerts", right=True), Column("stories", right=True),
    Column("most from", flexible=True), Column("seen", right=True),
    Column("not relevant", right=True), Column("last"),
)  # fmt: skip


def run(call: Call, seconds: float) -> None:
    config, now = place.look(call), wall_clock()
    rule_ids = [rule.id for rule in config.rules]
    with Archive(config.settings.database) as archive:
        found = archive.read(lambda tx: _gather(tx, rule_ids, now - round(seconds * 1000)))
    if call.as_json:
        for one in found:
            out.emit({**one, "last_fired_at": shapes.time(one["last_fired_at"])})
        return
    when = When.of(config.settings, now)
    out.lines(*out.table(_COLUMNS, [_row(one, when) for one in found]))


def _gather(tx: Tx, rule_ids: list[str], since: int) -> list[dict[str, Any]]:
    rows = {row["rule_id"]: row for row in reviews.report(tx, since)}
    found = []
    for rule_id in rule_ids:
        row = rows.get(rule_id)
        found.append({
            "rule": rule_id,
            "alerts": row["alerts"] if row else 0,
            "stories": row["stories"] if row else 0,
            "top_outlet": row["top_outlet"] if row else None,
            "top_share": round(row["top_alerts"] / row["alerts"], 3) if row else None,
            "acked": row["acked"] if row else 0,
            "not_relevant": row["not_relevant"] if row else 0,
            "last_fired_at": reviews.last_fired(tx, rule_id),
        })  # fmt: skip
    return found


def _row(one: dict[str, Any], when: When) -> tuple[str, ...]:
    most = f"{one['top_outlet']} {one['top_share']:.0%}" if one["top_outlet"] else ""
    last = when.age(one["last_fired_at"]) if one["last_fired_at"] else "never fired"
    return (
        one["rule"], str(one["alerts"]), str(one["stories"]), most, str(one["acked"]),
        str(one["not_relevant"]), last,
    )  # fmt: skip
