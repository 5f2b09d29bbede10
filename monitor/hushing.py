"""What a new silence or ack keeps back of what is owed already: nobody waits for it to be sent."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import schedule
from monitor.model import Ack, Alert, BodyState, HoldReason, Silence
from monitor.owing import Subject, labels_of, pace_again
from monitor.settings import Config
from monitor.silencing import STORY, silenced_by
from monitor.store import acks, alerts, conversations, edits, holds, items, silences, stories
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


def hush(
    tx: Tx, config: Config, wish: Silence, now: int, story_keys: Sequence[str] | None = None
) -> None:
    """Hold what a silence hides of all that is owed, or of that about some stories."""
    touched: set[tuple[str, str]] = set()
    for alert_id, channel in conversations.untried(tx, story_keys):
        if not hides(tx, config, wish, alerts.find(tx, alert_id)):
            continue
        subjects = conversations.subjects_of(tx, alert_id, channel)
        if conversations.withdraw(tx, alert_id, channel):
            holds.hold(tx, Hold(alert_id, channel, HoldReason.SILENCED, wish.id, now))
            touched.update((channel, subject) for subject in subjects)
    for channel, subject in sorted(touched):
        pace_again(tx, config, channel, subject, now)


def acknowledge(tx: Tx, config: Config, ack: Ack) -> bool:
    """Somebody has seen a story: until the time that they say, also what is owed of it is held.
    Where a channel can, what it was told first says who.

    False: it was said at that very moment already.
    """
    if not acks.add(tx, ack):
        return False
    now, keys = ack.acked_at, stories.union(tx, ack.story_key)
    _hold_seen(tx, ack, keys, now)
    for name, channel in config.channels.items():
        for key in keys if channel.threads else ():
            edits.owe(tx, conversation_id(name, key), now, now, now + schedule.GIVE_UP_MS)
    return True


def hush_united(tx: Tx, config: Config, story_keys: Sequence[str], now: int) -> None:
    """What people said of any of the stories that are one now keeps back what waits about all."""
    for wish in silences.active(tx, now):
        if any(condition.label == STORY for condition in wish.matchers):
            hush(tx, config, wish, now, story_keys)
    ack = acks.newest(tx, story_keys)
    if ack is not None:
        _hold_seen(tx, ack, story_keys, now)


def _hold_seen(tx: Tx, ack: Ack, story_keys: Sequence[str], now: int) -> None:
    if ack.until_at is None:
        return
    for alert_id, channel in conversations.untried_before(tx, story_keys, ack.until_at):
        if conversations.withdraw(tx, alert_id, channel):
            holds.hold(tx, Hold(alert_id, channel, HoldReason.ACKED, ack.author, now))


def hides(tx: Tx, config: Config, wish: Silence, alert: Alert) -> bool:
    """Whether a silence keeps an alert back."""
    article = items.load(tx, alert.item_id)
    keys = [*items.stories(tx, alert.item_id), *stories.left(tx, alert.item_id)]
    origins = len(stories.tally(tx, keys[0], alert.raised_at).origins)
    labels = labels_of(Subject(article, keys, origins, alert.raised_at), alert)
    own = next((rule.labels for rule in config.rules if rule.id == alert.rule_id), {})
    closed = article.body_state is not BodyState.WANTED
    return silenced_by([wish], {**own, **labels}, keys, article, closed=closed) is not None
