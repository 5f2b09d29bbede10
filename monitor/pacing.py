"""Decide when a channel is told, or why it is not told now: group wait, growing intervals, caps.

Knows no store and no clock.  Times are UTC epoch milliseconds, as stored: nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from monitor import settings
from monitor.model import Alert, Crowd, HoldReason, Reason, Revision, Talk
from monitor.settings import Pace, Severity

_DAY_MS = 24 * 3600 * 1000


class Due(NamedTuple):
    """A message is sent at `at`, and not before `spacing_ms` have passed since the one before."""

    at: int
    spacing_ms: int = 0


class Held(NamedTuple):
    """Not now: the next summary has it.  `detail` is the word, or whose cap it was."""

    why: HoldReason
    detail: str | None = None


def kept(alert: Alert) -> Held | None:
    """Why an alert is never told at once, whatever the channel."""
    if alert.demoted:
        return Held(HoldReason.DEMOTED, alert.demoted)
    if alert.severity is Severity.LOW:
        return Held(HoldReason.LOW)
    if alert.late:
        return Held(HoldReason.LATE)
    return None


def highest(alerts: Collection[Alert]) -> Severity:
    return settings.highest(alert.severity for alert in alerts)


def plan(pace: Pace, talk: Talk, crowd: Crowd, alerts: Collection[Alert], now: int) -> Due | Held:
    """When one message with these alerts goes out.  Critical ones are exempt from every count."""
    severity = highest(alerts)
    critical = severity is Severity.CRITICAL
    earliest = now + pace.group_wait_seconds[severity] * 1000
    waiting = talk.waiting_due_at
    if not talk.revisions:
        if waiting is None and not critical and (over := _over_cap(pace, crowd, alerts)):
            return over
        at = _after_cooldown(pace, talk, earliest, alerts)
        return Due(at if waiting is None else min(at, waiting))
    spacing = _interval_ms(pace, talk.revisions, severity)
    at = max(earliest, talk.revisions[-1].at + spacing)
    if waiting is not None:
        at = min(at, waiting)  # it is taken along
    recent = sum(at - revision.at < _DAY_MS for revision in talk.revisions[1:])
    if recent >= pace.updates_a_day and not critical:
        if waiting is None:
            return Held(HoldReason.UPDATES, f"{pace.updates_a_day} a day")
        at = max(at, waiting)  # the last of the day takes it along, and comes no sooner for it
    return Due(at, spacing)


def _over_cap(pace: Pace, crowd: Crowd, alerts: Collection[Alert]) -> Held | None:
    """A message is over a cap when the channel is, or every rule in it."""
    if crowd.conversations >= pace.channel_cap:
        return Held(HoldReason.CAP, f"channel {pace.channel_cap} an hour")
    if all(crowd.by_rule.get(alert.rule_id, 0) >= pace.rule_cap for alert in alerts):
        return Held(HoldReason.CAP, f"rule {pace.rule_cap} an hour")
    return None


def _after_cooldown(pace: Pace, talk: Talk, earliest: int, alerts: Collection[Alert]) -> int:
    """One more match of an old story can wait; what is new in it does not, nor what is critical."""
    news = any(alert.reason is not Reason.FIRST for alert in alerts)
    if talk.followed_at is None or news or highest(alerts) is Severity.CRITICAL:
        return earliest
    return max(earliest, talk.followed_at + pace.cooldown_seconds * 1000)


def _interval_ms(pace: Pace, revisions: Sequence[Revision], severity: Severity) -> int:
    """How long after the last message the next may come: growing, and short again after a rise."""
    steps, step = pace.update_after_seconds, 0
    highest_yet = revisions[0].severity
    for each in (*(revision.severity for revision in revisions[1:]), severity):
        if each.rank < highest_yet.rank:
            highest_yet, step = each, 0
        else:
            step += 1
    return steps[min(max(step - 1, 0), len(steps) - 1)] * 1000
