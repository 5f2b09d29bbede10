"""`routes test`: which channels an alert goes to, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor import owing, pacing, routing, silencing
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.place import Archive
from monitor.clock import wall_clock
from monitor.model import short_id
from monitor.routing import Way
from monitor.settings import Config, Rule
from monitor.store import alerts as kept
from monitor.store import items, silences, stories
from monitor.store.db import Tx


def run(call: Call, subject: str) -> None:
    """`subject`: an alert's id.  The routes and silences are those of now."""
    config, now = place.look(call), wall_clock()
    with Archive(config.settings.database) as archive:
        trial = archive.read(lambda tx: _try(tx, config, subject, now))
    if call.as_json:
        out.emit(_shape(trial))
        return
    labels = ", ".join(f"{name}={value}" for name, value in trial.labels.items() if value)
    out.lines(*out.hanging("labels  ", labels))
    for way in trial.ways:
        out.lines(*out.hanging(f"{way.channel}: ", _why(way)))
    if trial.held:
        out.lines(*out.hanging("kept for the digest: ", trial.held))


@dataclass(frozen=True, slots=True)
class Trial:
    """Where one alert would go now; `held`: why it would wait for the digest instead."""

    alert_id: str
    labels: Mapping[str, str]
    ways: Sequence[Way]
    held: str | None


def _try(tx: Tx, config: Config, subject: str, now: int) -> Trial:
    alert = kept.from_row(finding.only(finding.alerts(tx, subject), subject))
    stored, keys = items.load(tx, alert.item_id), items.stories(tx, alert.item_id)
    origins = len(stories.tally(tx, keys[0], now).origins)
    about = owing.Subject(stored, keys, origins, now)
    rule = next((one for one in config.rules if one.id == alert.rule_id), Rule(alert.rule_id, ""))
    labels = {**rule.labels, **owing.labels_of(about, alert)}
    texts = routing.Texts(config.route)
    holding = texts.holding(stored.item, stored.source_id, closed=about.closed)
    ways = routing.ways(labels, rule, config.route, config.channels, holding)
    silence = silencing.silenced_by(
        silences.active(tx, now), labels, keys, stored, closed=about.closed
    )
    held = f"silence {short_id(silence.id)}" if silence else _held(pacing.kept(alert))
    return Trial(alert.alert_id, labels, ways, held)


def _shape(trial: Trial) -> shapes.Shape:
    return {
        "alert": trial.alert_id,
        "labels": dict(trial.labels),
        "channels": [{"channel": way.channel, "why": _why(way)} for way in trial.ways],
        "held": trial.held,
    }


def _held(held: pacing.Held | None) -> str | None:
    if held is None:
        return None
    return f"{held.why}, beside `{held.detail}`" if held.detail else str(held.why)


def _why(way: Way) -> str:
    if way.by == "rule":
        return "the rule names it in `to`"
    if way.by == "default":
        return "no route leads anywhere, so the default channel"
    conditions = _conditions(way)
    if conditions:
        return f"route with {' and '.join(conditions)}"
    return f"{'no route matches, so ' if way.is_unrouted else ''}the top of `route:`"


def _conditions(way: Way) -> Sequence[str]:
    return [
        *(f"{m.label} {m.operator} {m.value}" for node in way.routes for m in node.match),
        *(f"text {node.text.query}" for node in way.routes if node.text is not None),
    ]
