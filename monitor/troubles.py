"""Tell people of trouble of our own when it begins, changes and ends, each once.

On the ops channel; a channel's own failure is told on another one.  Never decides what is trouble.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from monitor.health import Notice, Trouble
from monitor.model import LeasedDelivery
from monitor.owing import tell_ops
from monitor.settings import Config
from monitor.store import conversations, dead, holds
from monitor.store import troubles as known
from monitor.store.db import Tx

log = logging.getLogger("wirewatch.troubles")


def settle(tx: Tx, config: Config, subject: str, trouble: Trouble | None, now: int) -> bool:
    """Make people know how `subject` is: `trouble`, or that it is over.  True: they were told."""
    if trouble is None:
        return over(tx, config, subject, now)
    told = known.told(tx, subject)
    if told is not None and told["state"] == trouble.state:
        return False
    channel = told["channel"] if told is not None else None
    if channel is None:
        channel = channel_for(tx, config, subject)
    known.note(
        tx, {"subject": subject, "state": trouble.state, "over": trouble.over, "channel": channel},
        now,
    )  # fmt: skip
    log.warning("trouble.told %s state=%s channel=%s", subject, trouble.state, channel)
    _tell(tx, config, channel, Notice(subject, trouble.headline, trouble.text), now)
    return True


def over(tx: Tx, config: Config, subject: str, now: int) -> bool:
    """Tell the end of a trouble, where its beginning was told.  False: nobody knew of it."""
    told = known.forget(tx, subject)
    if told is None:
        return False
    log.info("trouble.over %s", subject)
    _tell(tx, config, told["channel"], Notice(subject, told["over"], "", begins=False), now)
    return True


def tell_elsewhere(tx: Tx, config: Config, refused: LeasedDelivery, now: int) -> bool:
    """Tell on another channel what ops refused to everybody; what is refused there too is told
    nowhere else.  False: it was not for ops, somebody may have it, or there is no other channel."""
    where = channel_for(tx, config, channel_subject(config.ops))
    if refused.channel != config.ops or where == config.ops or not dead.reached_nobody(tx, refused):
        return False
    conversation = conversations.find(tx, refused.conversation_id)
    if conversation is None or conversation["subject"].startswith(holds.NOTICES):
        return False  # what one channel holds back is nothing to another
    subject, said = conversation["subject"].removeprefix("ops:"), json.loads(refused.notice or "{}")
    _tell(tx, config, where, Notice(subject, said["headline"], said["text"]), now)
    return True


def forget_unconfigured(tx: Tx, config: Config) -> None:
    """What left the files is not looked at any more, so its trouble would never end."""
    sources = (source_subject(source.id) for source in config.sources)
    known.forget_others(tx, [*sources, *map(channel_subject, config.channels)])


def channel_for(tx: Tx, config: Config, subject: str) -> str:
    """Ops; for the failure of ops itself the first other channel that works, a terminal last."""
    if subject != channel_subject(config.ops):
        return config.ops
    down = [name for name in config.channels if known.told(tx, channel_subject(name)) is not None]
    others = [name for name in config.channels if name != config.ops and name not in down]
    others.sort(key=lambda name: config.channels[name].kind == "console")
    return others[0] if others else config.ops


def channel_subject(name: str) -> str:
    return f"channel:{name}"


def source_subject(source_id: str) -> str:
    return f"source:{source_id}"


def _tell(tx: Tx, config: Config, channel: str | None, notice: Notice, now: int) -> None:
    where = channel if channel and channel in config.channels else config.ops
    tell_ops(tx, replace(config, ops=where), notice, now)
