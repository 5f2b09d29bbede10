"""From a leased delivery to its message: look up what it tells, hand it to `render`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from monitor import gathering, zones
from monitor.model import (
    Button,
    DeliveryKind,
    Followed,
    Item,
    LeasedDelivery,
    Message,
    Reason,
    Tally,
    Told,
)
from monitor.render import forms
from monitor.render.briefing import Briefing, Bulletin, Roundup, Said
from monitor.settings import Channel, Config, EmailChannel, LabelMatcher, SlackChannel
from monitor.store import acks, conversations, edits, holds, silences, stories, told, versions
from monitor.store.db import Tx


def message(tx: Tx, config: Config, delivery: LeasedDelivery, now: int) -> Message:
    """What `delivery` says, in its channel's form.  The same however often it is asked for."""
    channel = config.channels[delivery.channel]
    if delivery.kind is DeliveryKind.ALERT:
        briefing = _briefing(tx, config, delivery, now)
        return forms.message(channel.kind, briefing, channel.name, delivery.recipient)
    if delivery.kind is DeliveryKind.EDIT:
        briefing = _edited(tx, config, delivery, now)
        return forms.message(channel.kind, briefing, channel.name, delivery.recipient)
    if delivery.kind is DeliveryKind.DIGEST:
        return forms.digest(channel.kind, _roundup(tx, config, delivery, now))
    return forms.notice(channel.kind, _bulletin(tx, config, delivery, now))


def _briefing(tx: Tx, config: Config, delivery: LeasedDelivery, now: int) -> Briefing:
    earlier, alerts = told.before(tx, delivery), told.of_delivery(tx, delivery)
    return Briefing(
        delivery.conversation_id,
        delivery.revision,
        alerts,
        delivery.owed_at,
        now,
        earlier=tuple(each for each, _ in earlier),
        opening=tuple(each for each, revision in earlier if revision == 1),
        timezone=zones.first(config.settings.display_timezone).key,
        domain=_domain(config.channels[delivery.channel]),
        thread=told.thread(tx, delivery),
        buttons=_has_buttons(config.channels[delivery.channel]),
        tally=_tally(tx, delivery, alerts, delivery.revision),
        tally_before=_tally(tx, delivery, alerts, delivery.revision - 1),
        otherwise=_otherwise(tx, alerts),
        held_back=_held_back(tx, delivery, alerts),
        follows=_follows(tx, delivery, alerts),
        stamped_at=conversations.stamped_at(tx, delivery.conversation_id),
    )


def _otherwise(tx: Tx, alerts: Sequence[Told]) -> dict[str, Item]:
    """Of matches that an edit brought or took: the article on the edit's other side."""
    found = {}
    for one in alerts:
        alert, stored = one.alert, one.stored
        step = {Reason.GAINED: -1, Reason.LOST: 1}.get(alert.reason)
        item = versions.in_version(tx, stored, alert.version + step) if step else None
        if item is not None:
            found[alert.alert_id] = item
    return found


def _tally(tx: Tx, delivery: LeasedDelivery, alerts: Sequence[Told], revision: int) -> Tally | None:
    """The story as it was when a message was first taken up: every try says the same."""
    at = told.claimed_at(tx, delivery, revision)
    return stories.tally(tx, alerts[0].alert.story_key, at) if at is not None else None


def _held_back(tx: Tx, delivery: LeasedDelivery, alerts: Sequence[Told]) -> int:
    """Other stories than the message's own: that is told now."""
    at = told.claimed_at(tx, delivery, delivery.revision)
    own = stories.union(tx, alerts[0].alert.story_key)
    return holds.capped(tx, delivery.channel, 0, at, own).stories if at is not None else 0


def _follows(tx: Tx, delivery: LeasedDelivery, alerts: Sequence[Told]) -> Followed | None:
    """What a first message takes up again, as it was when it was first claimed."""
    at = told.claimed_at(tx, delivery, 1) if delivery.revision == 1 else None
    keys = stories.union(tx, alerts[0].alert.story_key)
    return conversations.followed(tx, delivery.channel, keys, at) if at is not None else None


def _said(tx: Tx, conversation_id: str, now: int) -> tuple[Said, ...]:
    """What people said of a conversation's story and alerts, oldest first."""
    row = conversations.find(tx, conversation_id)
    assert row is not None
    keys = stories.union(tx, row["subject"])
    the_story = [(LabelMatcher("story", "=", key),) for key in keys]
    ack = acks.newest(tx, keys)
    found = [Said(Button.ACK, ack.author, ack.acked_at)] if ack else []
    found += [
        Said(Button.MUTE, one.author, one.created_at, one.ends_at)
        for one in silences.active(tx, now)
        if one.matchers in the_story and one.query is None
    ]
    marks = {
        (mark.author, mark.marked_at)
        for alert_id in conversations.alerts_told(tx, conversation_id)
        for mark in acks.marks_of(tx, alert_id)
    }
    found += [Said(Button.NOT_RELEVANT, *mark) for mark in marks]
    return tuple(sorted(found, key=lambda one: (one.at, one.button, one.author)))


def _edited(tx: Tx, config: Config, delivery: LeasedDelivery, now: int) -> Briefing:
    """The conversation's first message as it was sent, with what is known since."""
    row = edits.edited(tx, delivery)
    first = replace(
        delivery, id=row["delivery_id"], revision=1, created_at=row["created_at"],
        due_at=row["due_at"], kind=DeliveryKind.ALERT,
    )  # fmt: skip
    briefing = _briefing(tx, config, first, row["sent_at"])
    return replace(
        briefing,
        edit=True,
        said=_said(tx, delivery.conversation_id, now),
        thread=row["message_id"],
        later=told.since_the_first(tx, first),
        tally=stories.tally(tx, briefing.alerts[0].alert.story_key, now),
        tally_before=None,
    )


def _roundup(tx: Tx, config: Config, delivery: LeasedDelivery, now: int) -> Roundup:
    conversation = conversations.find(tx, delivery.conversation_id)
    assert conversation is not None
    return Roundup(
        delivery.conversation_id,
        gathering.load(tx, delivery.channel, conversation["subject"]),
        delivery.created_at,
        now,
        domain=_domain(config.channels[delivery.channel]),
        stamped_at=conversation["stamped_at"],
    )


def _bulletin(tx: Tx, config: Config, delivery: LeasedDelivery, now: int) -> Bulletin:
    notice = json.loads(delivery.notice or "{}")
    return Bulletin(
        delivery.conversation_id,
        delivery.revision,
        notice["headline"],
        notice["text"],
        delivery.owed_at,
        now,
        timezone=zones.first(config.settings.display_timezone).key,
        domain=_domain(config.channels[delivery.channel]),
        thread=told.thread(tx, delivery),
        test=delivery.kind is DeliveryKind.TEST,
        stamped_at=conversations.stamped_at(tx, delivery.conversation_id),
    )


def _has_buttons(channel: Channel) -> bool:
    return isinstance(channel, SlackChannel) and channel.app_token is not None


def _domain(channel: Channel) -> str:
    """What stands behind the @ of a Message-ID: the sender's own domain."""
    if isinstance(channel, EmailChannel):
        return channel.sender.rpartition("@")[2].strip("> ") or "localhost"
    return "localhost"
