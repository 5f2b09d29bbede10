"""`replay`: the messages that would have gone out in a past window, and what would have been held.

Sends nothing, and writes nothing that is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from monitor import config as files
from monitor.cli import out, place, shapes
from monitor.cli.base import Call
from monitor.cli.place import Archive
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import Alert, Reason, iso, short_id
from monitor.plan import Plan
from monitor.replay import Held, Message, Replayed, Window, replay
from monitor.settings import Config


@dataclass(frozen=True, slots=True)
class Wish:
    """`since` and `until`: seconds ago, or a local time; `until` None: now.  `rule`: show only
    what tells of this one.  `rules`: a file in place of rules.yaml."""

    since: float | datetime
    until: float | datetime | None
    rule: str | None
    rules: Path | None


def run(call: Call, wish: Wish) -> None:
    config = _config(call, wish)
    when = When.of(config.settings, wall_clock())
    until = when.now if wish.until is None else _at(wish.until, when)
    window = Window(_at(wish.since, when), until)
    if window.since >= window.until:
        raise click.UsageError("the window ends before it begins")
    with Archive(config.settings.database) as archive:
        plan = Plan.of(config)
        found = archive.read(lambda tx: replay(tx, plan, window))
    if wish.rule is not None:
        found = _of_rule(found, wish.rule)
    if call.as_json:
        for shape in _shapes(found):
            out.emit(shape)
    else:
        _show(found, when)


def _config(call: Call, wish: Wish) -> Config:
    config = place.look(call)
    if wish.rules is not None:
        rules = files.read_rules(str(wish.rules), place.raw(wish.rules))
        config = replace(config, rules=rules)
    if wish.rule is not None and wish.rule not in {rule.id for rule in config.rules}:
        raise click.UsageError(f"there is no rule {wish.rule!r}; see: wirewatch rules test")
    return config


def _at(wished: float | datetime, when: When) -> int:
    if isinstance(wished, datetime):
        return int(wished.replace(tzinfo=wished.tzinfo or when.zone).timestamp() * 1000)
    return when.now - int(wished * 1000)


def _of_rule(found: Replayed, rule_id: str) -> Replayed:
    """Only what tells of one rule; other rules are in its messages, and had their part in when."""
    own = {alert_id for alert_id, alert in found.alerts.items() if alert.rule_id == rule_id}
    return replace(
        found,
        messages=[one for one in found.messages if not own.isdisjoint(one.alert_ids)],
        held=[one for one in found.held if one.alert_id in own],
        raised=found.raised & own,
    )


def _show(found: Replayed, when: When) -> None:
    for message in found.messages:
        _show_message(found, message, when)
    if found.held:
        out.lines("", "held back for a digest:")
    for held in found.held:
        alert = found.alerts[held.alert_id]
        detail = f" ({held.detail})" if held.detail else ""
        label = f"{when.second(held.at)}  {held.channel}  {held.why}{detail}  {alert.rule_id}: "
        out.lines(*out.hanging("", label + found.headlines[held.alert_id]))
    out.lines("", *out.wrapped(_total(found, when), ""))


def _show_message(found: Replayed, message: Message, when: When) -> None:
    name = short_id(message.conversation_id)
    update = f", update {message.revision - 1}" if message.revision > 1 else ""
    out.lines(f"{when.second(message.at)}  {message.channel}  {name}{update}")
    by_headline: dict[str, list[Alert]] = {}
    for alert_id in message.alert_ids:
        by_headline.setdefault(found.headlines[alert_id], []).append(found.alerts[alert_id])
    for headline, alerts in by_headline.items():
        out.lines(*out.wrapped(headline, "  "))
        for alert in sorted(alerts, key=lambda one: one.rule_id):
            out.lines(*out.hanging("    ", f"{alert.rule_id}: {_reason(alert)}"))


def _reason(alert: Alert) -> str:
    """Why now, in words."""
    said = dict(alert.detail)
    words = {
        Reason.FIRST: "first match in this story",
        Reason.ORIGIN: f"reported by {said.get('origin')} too",
        Reason.GAINED: "matches since an edit",
        Reason.LOST: "does not match any more, since an edit",
        Reason.NUMBER: f"{said.get('kind')} {said.get('old')}, now {said.get('new')}",
        Reason.SEVERITY: f"severity {said.get('new')}, was {said.get('old')}",
    }
    late = ", late" if alert.late else ""
    return f"{words.get(alert.reason, alert.reason)}{late}"


def _total(found: Replayed, when: When) -> str:
    """`1,204 articles judged ...: 35 alerts, 20 messages (desk 15, pager 5), 9 held back`."""
    window = f"from {when.second(found.window.since)} to {when.second(found.window.until)}"
    conversations = len({one.conversation_id for one in found.messages})
    parts = [
        out.of(len(found.raised), "alert"),
        f"{out.of(len(found.messages), 'message')}{_by(one.channel for one in found.messages)}"
        f" in {out.of(conversations, 'conversation')}",
        f"{len(found.held):,} held back{_by(one.why for one in found.held)}",
    ]
    owed = f"; {out.of(found.owed, 'message')} due later" if found.owed else ""
    judged = out.of(found.judged, "article")
    return f"{judged} judged {window}: {', '.join(parts)}{owed}"


def _by(names: Iterator[str]) -> str:
    counted = Counter(names).most_common()
    return f" ({', '.join(f'{count:,} {name}' for name, count in counted)})" if counted else ""


def _shapes(found: Replayed) -> Iterator[shapes.Shape]:
    for message in found.messages:
        yield {
            "kind": "message",
            "at": iso(message.at),
            "channel": message.channel,
            "recipients": list(message.recipients),
            "conversation": message.conversation_id,
            "revision": message.revision,
            "story": message.subject,
            "alerts": [_alert(found, one) for one in message.alert_ids],
        }
    for held in found.held:
        yield _held(found, held)
    yield {
        "kind": "total",
        "since": iso(found.window.since),
        "until": iso(found.window.until),
        "judged": found.judged,
        "alerts": len(found.raised),
        "messages": len(found.messages),
        "held": len(found.held),
        "owed": found.owed,
    }


def _held(found: Replayed, held: Held) -> shapes.Shape:
    return {
        "kind": "held",
        "at": iso(held.at),
        "channel": held.channel,
        "why": held.why,
        "detail": held.detail,
        "alerts": [_alert(found, held.alert_id)],
    }


def _alert(found: Replayed, alert_id: str) -> shapes.Shape:
    alert = found.alerts[alert_id]
    return {
        "id": alert_id,
        "rule": alert.rule_id,
        "item": alert.item_id,
        "headline": found.headlines[alert_id],
        "occasion": alert.occasion,
        "severity": alert.severity.value,
    }
