"""From the alerts of one item to what its channels are owed now, later, or in their digests.

Part of ingest's transaction.  Which channels is `routing`'s to say, when is `pacing`'s, what is
kept back `silencing`'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from monitor import hours, pacing, routing, schedule, silencing
from monitor.health import Notice
from monitor.model import (
    Ack,
    Alert,
    BodyState,
    Crowd,
    DeliveryKind,
    HoldReason,
    Silence,
    StoredItem,
    Talk,
)
from monitor.pacing import Due, Held
from monitor.plan import Plan
from monitor.settings import Config, Pace, Severity
from monitor.store import acks, conversations, edits, holds, outbox, silences
from monitor.store import alerts as kept
from monitor.store.db import Tx
from monitor.store.holds import Hold


@dataclass(frozen=True, slots=True)
class Subject:
    """The item that alerts speak of: its story under every key, and how many report that.
    `left`: closed stories that it went on from; what people said of those holds."""

    stored: StoredItem
    story_keys: Sequence[str]
    origins: int
    now: int
    left: Sequence[str] = ()

    @property
    def closed(self) -> bool:
        """Its text is all there will be."""
        return self.stored.body_state is not BodyState.WANTED

    @property
    def said_of(self) -> Sequence[str]:
        """The stories of which a silence or an ack holds for it."""
        return [*self.story_keys, *self.left]


def owe(tx: Tx, plan: Plan, subject: Subject, alerts: Sequence[Alert]) -> None:
    """One message per channel names every rule; with the page still to come it waits a little.

    An alert that was judged again, on the whole text, goes where it belongs now: out of a digest or
    into it, to other channels, sooner; unless it was told already.
    """
    owing = _Owing(tx, plan, subject)
    for alert in alerts:
        owing.sort(alert)
    for channel, told in owing.now.items():
        owing.tell(channel, told)
    for channel, about in sorted(owing.touched):
        pace_again(tx, plan.config, channel, about, subject.now)


def pace_again(tx: Tx, config: Config, channel: str, subject: str, now: int) -> None:
    """What is left of a message that waits goes by what it is worth itself: what was more urgent
    is gone, or is less urgent now."""
    left = [kept.find(tx, one) for one in conversations.untried_about(tx, channel, subject)]
    talk = conversations.talk(tx, channel, [subject])
    if not left or talk.waiting_due_at is None:
        return
    due = _by_itself(config.settings.pace, talk, left)
    critical = pacing.highest(left) is Severity.CRITICAL
    if isinstance(due, Due) and not critical and hours.is_quiet(config, channel, due.at):
        due = Held(HoldReason.QUIET)
    if isinstance(due, Due):
        conversation = outbox.conversation_id(channel, subject)
        conversations.put_off(tx, conversation, due.at, due.spacing_ms)
        return
    for alert in left:
        if conversations.withdraw(tx, alert.alert_id, channel):
            holds.hold(tx, Hold(alert.alert_id, channel, due.why, due.detail, now))


def _by_itself(pace: Pace, talk: Talk, alerts: Sequence[Alert]) -> Due | Held:
    """When a message with these alerts would come had each been owed as it was raised."""
    due: Due | Held | None = None
    in_order = sorted(alerts, key=lambda alert: alert.raised_at)
    for raised_at, together in groupby(in_order, key=lambda alert: alert.raised_at):
        waiting = due.at if isinstance(due, Due) else None
        talk = replace(talk, waiting_due_at=waiting)
        step = pacing.plan(pace, talk, Crowd(), list(together), raised_at)
        if isinstance(due, Due) and isinstance(step, Due):
            step = Due(min(due.at, step.at), min(due.spacing_ms, step.spacing_ms))
        due = step
    assert due is not None
    return due


def take_back(tx: Tx, plan: Plan, item_id: int, story_keys: Sequence[str], now: int) -> None:
    """An item whose page joined it to a story that was told opens no second conversation: what
    nobody was told of it yet is judged anew, as of one more article of that story."""
    forget(tx, plan.config, kept.opened_twice(tx, item_id, story_keys, now), now)


def forget(tx: Tx, config: Config, alert_ids: Sequence[str], now: int) -> None:
    """What nobody was told yet was never raised; what is left of its messages goes by its own
    pace."""
    touched: set[tuple[str, str]] = set()
    for alert_id in alert_ids:
        for channel in outbox.channels_of(tx, alert_id):
            subjects = conversations.subjects_of(tx, alert_id, channel)
            touched.update((channel, subject) for subject in subjects)
            conversations.withdraw(tx, alert_id, channel)
        holds.release(tx, alert_id)
        kept.forget(tx, alert_id)
    for channel, about in sorted(touched):
        pace_again(tx, config, channel, about, now)


def joined(tx: Tx, plan: Plan, item_id: int, now: int) -> list[Alert]:
    """What an item whose page joined it to another story told of besides, to nobody yet: that is
    owed where the whole is told, but for what rules raised that left the files since; nobody knows
    where those would lead now."""
    untold = kept.untold_of_merged(tx, item_id, now)
    return [alert for alert in untold if alert.rule_id in plan.rules]


def recount(tx: Tx, plan: Plan, story_keys: Sequence[str], now: int) -> None:
    """One more article and nothing new: where a channel can, what it was told first shows it."""
    config = plan.config
    at = now + config.settings.pace.update_after_seconds[0] * 1000
    for name, channel in config.channels.items():
        if channel.threads:
            subject = conversations.talk(tx, name, story_keys).subject
            edits.owe(tx, outbox.conversation_id(name, subject), now, at, at + schedule.GIVE_UP_MS)


@dataclass(slots=True)
class _Owing:
    tx: Tx
    plan: Plan
    subject: Subject
    now: dict[str, list[Alert]] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)  # channels and subjects of messages
    _holding: frozenset[str] = field(init=False)
    _silences: Sequence[Silence] = field(init=False)

    def __post_init__(self) -> None:
        stored, at = self.subject.stored, self.subject.now
        self._holding = self.plan.texts.holding(
            stored.item, stored.source_id, closed=self.subject.closed
        )
        self._silences = silences.active(self.tx, at)

    def sort(self, alert: Alert) -> None:
        """Put an alert where each of its channels has it: in a message, or in the digest."""
        tx, config = self.tx, self.plan.config
        labels, rule = labels_of(self.subject, alert), self.plan.rules[alert.rule_id]
        held = self._silenced({**rule.labels, **labels}) or pacing.kept(alert)
        owed, summed = outbox.channels_of(tx, alert.alert_id), holds.release(tx, alert.alert_id)
        ways = routing.ways(labels, rule, config.route, config.channels, self._holding)
        names = [way.channel for way in ways]
        unrouted = any(way.is_unrouted for way in ways)
        kept.note_unrouted(tx, alert.alert_id, unrouted=unrouted)
        for name in owed:
            subjects = conversations.subjects_of(tx, alert.alert_id, name)
            self.touched.update((name, subject) for subject in subjects)
        for name in owed.difference(names):
            conversations.withdraw(tx, alert.alert_id, name)
        for name in names:
            if name in summed:
                continue  # a digest has it
            if held is None:
                self.now.setdefault(name, []).append(alert)
            elif name not in owed or conversations.withdraw(tx, alert.alert_id, name):
                self._hold(name, alert, held)

    def tell(self, channel: str, alerts: Sequence[Alert]) -> None:
        """Owe one message with these alerts, or keep them for the digest."""
        tx, subject, config = self.tx, self.subject, self.plan.config
        talk = conversations.talk(tx, channel, subject.story_keys)
        for alert in alerts:
            conversations.withdraw(tx, alert.alert_id, channel, but=talk.subject)
        crowd = conversations.crowd(tx, channel, subject.now)
        due = pacing.plan(config.settings.pace, talk, crowd, alerts, subject.now)
        if isinstance(due, Due):
            due = self._undisturbed(channel, alerts, due) or due
        if isinstance(due, Held):
            for alert in alerts:
                if channel not in outbox.channels_of(tx, alert.alert_id):
                    self._hold(channel, alert, due)
            return
        outbox.enqueue(tx, outbox.Owed(
            channel, config.channels[channel].recipients, talk.subject, DeliveryKind.ALERT,
            subject.now, self._try_at(alerts, due), due.at + schedule.GIVE_UP_MS,
            tuple(alert.alert_id for alert in alerts), due_at=due.at, spacing_ms=due.spacing_ms,
        ))  # fmt: skip

    def _try_at(self, alerts: Sequence[Alert], due: Due) -> int:
        """The article's page may bring more rules and better sentences; critical does not wait."""
        subject = self.subject
        critical = pacing.highest(alerts) is Severity.CRITICAL
        if critical or subject.closed or not subject.stored.item.partial:
            return due.at
        return max(due.at, subject.now + schedule.PAGE_WAIT_MS)

    def _undisturbed(self, channel: str, alerts: Sequence[Alert], due: Due) -> Held | None:
        """Kept back because people asked not to be told now; critical passes."""
        if pacing.highest(alerts) is Severity.CRITICAL:
            return None
        ack = acks.newest(self.tx, self.subject.said_of)
        if ack is not None and _is_seen(ack, due.at):
            return Held(HoldReason.ACKED, ack.author)
        # It may come at either time: its article's page decides.
        times = {due.at, self._try_at(alerts, due)}
        if any(hours.is_quiet(self.plan.config, channel, at) for at in times):
            return Held(HoldReason.QUIET)
        return None

    def _silenced(self, labels: Mapping[str, str]) -> Held | None:
        subject = self.subject
        silence = silencing.silenced_by(
            self._silences, labels, subject.said_of, subject.stored, closed=subject.closed
        )
        return Held(HoldReason.SILENCED, silence.id) if silence is not None else None

    def _hold(self, channel: str, alert: Alert, held: Held) -> None:
        holds.hold(self.tx, Hold(alert.alert_id, channel, held.why, held.detail, self.subject.now))


def tell_ops(tx: Tx, config: Config, notice: Notice, now: int) -> None:
    """Owe a notice to the channel for trouble of our own."""
    text = json.dumps({"headline": notice.headline, "text": notice.text}, ensure_ascii=False)
    outbox.enqueue(
        tx,
        outbox.Owed(
            config.ops, config.channels[config.ops].recipients, f"ops:{notice.subject}",
            DeliveryKind.OPS, now, now, now + schedule.GIVE_UP_MS, notice=text,
        ),
    )  # fmt: skip


def labels_of(subject: Subject, alert: Alert) -> dict[str, str]:
    """What routes and silences can ask of an alert."""
    stored = subject.stored
    item = stored.item
    return {
        "rule": alert.rule_id,
        "severity": alert.severity,
        "source": stored.source_id,
        "section": item.section or "",
        "lang": item.lang or "",
        "site": stored.site or "",
        "wire": item.wire or "",
        "origins": str(subject.origins),
        "reason": alert.reason,
        "late": str(alert.late).lower(),
        "partial": str(alert.partial).lower(),
    }


def _is_seen(ack: Ack, at: int) -> bool:
    """Until a time; what is new ends an ack that has none."""
    return ack.until_at is not None and at < ack.until_at
