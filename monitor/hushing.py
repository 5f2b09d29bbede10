"""What a new silence or ack keeps back of what is owed already: nobody waits for it to be sent."""

from __future__ import annotations

from dataclasses import replace

from monitor import hours, pacing
from monitor.model import Ack, Alert, BodyState, Crowd, HoldReason, Silence
from monitor.owing import Subject, labels_of
from monitor.pacing import Due, Held
from monitor.settings import Config, Severity
from monitor.silencing import silenced_by
from monitor.store import acks, alerts, conversations, holds, items, silences, stories
from monitor.store.db import Tx
from monitor.store.holds import Hold
from monitor.store.outbox import conversation_id


def silence(tx: Tx, config: Config, wish: Silence, now: int) -> bool:
    """Keep alerts back from now on, also those whose messages nobody has tried to send yet.

    False: this very silence is there already.
    """
    if not silences.add(tx, wish):
        return False
    hush(tx, config, wish, now)
    return True


def hush(tx: Tx, config: Config, wish: Silence, now: int) -> None:
    """Hold what a silence hides of all that is owed."""
    touched: set[tuple[str, str]] = set()
    for alert_id, channel in conversations.untried(tx):
        if not hides(tx, config, wish, alerts.find(tx, alert_id)):
            continue
        subjects = conversations.subjects_of(tx, alert_id, channel)
        if conversations.withdraw(tx, alert_id, channel):
            holds.hold(tx, Hold(alert_id, channel, HoldReason.SILENCED, wish.id, now))
            touched.update((channel, subject) for subject in subjects)
    for channel, subject in sorted(touched):
        _pace_again(tx, config, channel, subject)


def _pace_again(tx: Tx, config: Config, channel: str, subject: str) -> None:
    """What is left of a message goes by what it is worth itself: what was more urgent is gone."""
    alert_ids = conversations.untried_about(tx, channel, subject)
    left = [alerts.find(tx, alert_id) for alert_id in alert_ids]
    if not left:
        return
    talk = replace(conversations.talk(tx, channel, [subject]), waiting_due_at=None)
    since = max(alert.raised_at for alert in left)
    due = pacing.plan(config.settings.pace, talk, Crowd(), left, since)
    critical = pacing.highest(left) is Severity.CRITICAL
    if isinstance(due, Due) and not critical and hours.is_quiet(config, channel, due.at):
        due = Held(HoldReason.QUIET)
    if isinstance(due, Due):
        conversations.put_off(tx, conversation_id(channel, subject), due.at, due.spacing_ms)
        return
    for alert in left:
        if conversations.withdraw(tx, alert.alert_id, channel):
            holds.hold(tx, Hold(alert.alert_id, channel, due.why, due.detail, since))


def acknowledge(tx: Tx, ack: Ack) -> bool:
    """Somebody has seen a story: until the time that they say, also what is owed of it is held.

    False: it was said at that very moment already.
    """
    if not acks.add(tx, ack):
        return False
    if ack.until_at is not None:
        keys = stories.union(tx, ack.story_key)
        for alert_id, channel in conversations.untried_before(tx, keys, ack.until_at):
            if conversations.withdraw(tx, alert_id, channel):
                why = HoldReason.ACKED, ack.author
                holds.hold(tx, Hold(alert_id, channel, *why, ack.acked_at))
    return True


def hides(tx: Tx, config: Config, wish: Silence, alert: Alert) -> bool:
    """Whether a silence keeps an alert back."""
    article, keys = items.load(tx, alert.item_id), items.stories(tx, alert.item_id)
    origins = len(stories.tally(tx, keys[0], alert.raised_at).origins)
    labels = labels_of(Subject(article, keys, origins, alert.raised_at), alert)
    own = next((rule.labels for rule in config.rules if rule.id == alert.rule_id), {})
    closed = article.body_state is not BodyState.WANTED
    return silenced_by([wish], {**own, **labels}, keys, article, closed=closed) is not None
