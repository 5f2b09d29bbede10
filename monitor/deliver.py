"""Send what is owed: lease, render, send, settle.  One message at a time per channel.

One channel's failure holds up no other.  What to say is `render`'s, when to try again
`schedule`'s, how to send the channel's own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from monitor import briefings, channels, hours, schedule, troubles, watchdog
from monitor.channels import Channel
from monitor.errors import ChannelRefused, Later, MessageRefused, SendError
from monitor.health import Notice
from monitor.model import DeliveryKind, LeasedDelivery, Receipt
from monitor.net.client import Client
from monitor.owing import tell_ops
from monitor.settings import Config
from monitor.store import edits, outbox, views
from monitor.store.db import Store, Tx
from monitor.store.outbox import Attempt

log = logging.getLogger("wirewatch.deliver")

CLAIM = 10  # deliveries a lease, few enough to be sent well within it
SEND_SECONDS = 120.0
PROBE_MS = 3600 * 1000


@dataclass(slots=True)
class Sent:
    """How many were accepted, put off, refused for good, or kept for a paused channel."""

    accepted: int = 0
    later: int = 0
    dead: int = 0
    held: int = 0


class Office(Protocol):
    """Where deliveries are sent from: an engine."""

    holder: str
    store: Store
    client: Client
    clock: Callable[[], int]

    @property
    def config(self) -> Config: ...


class Deliverer:
    """Sends over the engine's outbox.  `build` makes a way out of a channel's settings."""

    def __init__(
        self,
        engine: Office,
        build: Callable[..., Channel] = channels.build,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._engine = engine
        self._build = build
        self._send_seconds = send_seconds
        self._built: tuple[str, dict[str, Channel]] = ("", {})
        self.totals = Sent()

    async def due(self) -> list[str]:
        """Names of the channels that have something to send now."""
        now, config = self._engine.clock(), self._engine.config
        quiet = [name for name in config.channels if hours.is_quiet(config, name, now)]
        return await self._engine.store.read(lambda tx: outbox.channels_due(tx, now, quiet))

    async def once(self) -> Sent:
        """Send everything that is due, all channels at once."""
        await asyncio.gather(*(self.send_due(name) for name in await self.due()))
        return self.totals

    async def send_due(self, name: str) -> None:
        """Send what one channel owes now, until nothing is due or the channel refuses."""
        while deliveries := await self._claim(name):
            last_at = self._engine.clock() + outbox.LEASE_MS - round(SEND_SECONDS * 1000)
            for delivery in deliveries:
                # What a slow server leaves no time for is leased anew, perhaps by another process.
                if self._engine.clock() > last_at or not await self._send(delivery):
                    return

    async def _claim(self, name: str) -> list[LeasedDelivery]:
        engine, now = self._engine, self._engine.clock()
        quiet = hours.is_quiet(engine.config, name, now)
        asked = outbox.Claim(engine.holder, now, CLAIM, quiet)
        return await engine.store.write(lambda tx: outbox.claim(tx, name, asked))

    async def _send(self, delivery: LeasedDelivery) -> bool:
        """False: the channel is paused from here on."""
        try:
            receipt = await asyncio.wait_for(self._attempt(delivery), self._send_seconds)
        except ChannelRefused as error:
            await self._pause(delivery, error)
            return False
        except MessageRefused as error:
            await self._bury(delivery, error, "message_refused")
        except Later as error:
            await self._put_off(delivery, error)
        except TimeoutError:
            await self._put_off(delivery, Later(f"no answer within {self._send_seconds:.0f} s"))
        # The edge of a channel: one that breaks in an unforeseen way must not stop the others.
        except Exception as error:
            log.exception("deliver.broke channel=%s", delivery.channel)
            await self._put_off(delivery, Later(f"{type(error).__name__}: {error}"))
        else:
            await self._accept(delivery, receipt)
        return True

    async def _attempt(self, delivery: LeasedDelivery) -> Receipt:
        config = self._engine.config
        if delivery.channel not in config.channels:
            raise ChannelRefused(f"routes.yaml names no channel {delivery.channel!r} any more")
        now = self._engine.clock()
        message = await self._engine.store.read(
            lambda tx: briefings.message(tx, config, delivery, now)
        )
        return await self._channel(config, delivery.channel).send(message, delivery.recipient)

    def _channel(self, config: Config, name: str) -> Channel:
        version, built = self._built
        if version != config.version:
            built = {}
            self._built = (config.version, built)
        if name not in built:
            built[name] = self._build(config.channels[name], config.settings, self._engine.client)
        return built[name]

    async def _accept(self, delivery: LeasedDelivery, receipt: Receipt) -> None:
        now, config = self._engine.clock(), self._engine.config
        attempt = Attempt(
            delivery, "accepted", now, answer=receipt.answer, message_id=receipt.message_id
        )

        def settle(tx: Tx) -> None:
            outbox.sent(tx, attempt)
            if delivery.kind is DeliveryKind.ALERT and delivery.revision > 1:
                _edit_head(tx, config, delivery, now)
            if outbox.resume(tx, delivery.channel, now):
                troubles.over(tx, config, troubles.channel_subject(delivery.channel), now)

        await self._engine.store.write(settle)
        self.totals.accepted += delivery.kind is not DeliveryKind.EDIT
        log.info("deliver.sent channel=%s delivery=%s", delivery.channel, delivery.id)

    async def _put_off(self, delivery: LeasedDelivery, error: Later) -> None:
        now = self._engine.clock()

        def settle(tx: Tx) -> bool:
            try_at = _next_try(tx, delivery, error, now)
            if try_at is not None:
                outbox.failed(tx, _failed(delivery, error, "later", now), try_at)
            return try_at is not None

        if not await self._engine.store.write(settle):
            await self._bury(delivery, error, "later")
            return
        self.totals.later += 1
        log.warning("deliver.later channel=%s %s", delivery.channel, error.detail)

    async def _bury(self, delivery: LeasedDelivery, error: SendError, result: str) -> None:
        now, config = self._engine.clock(), self._engine.config
        attempt = _failed(delivery, error, result, now)

        def settle(tx: Tx) -> None:
            outbox.failed(tx, attempt, None)
            if delivery.kind is DeliveryKind.OPS:
                troubles.tell_elsewhere(tx, config, delivery, now)
            if delivery.kind in (DeliveryKind.OPS, DeliveryKind.EDIT):
                return  # a notice must not breed notices, and without an edit nothing is lost
            what = f"a message to {delivery.recipient} was given up: {error.detail}"
            subject = troubles.channel_subject(delivery.channel)
            tell_ops(tx, config, Notice(subject, what, "See: wirewatch dead list"), now)

        await self._engine.store.write(settle)
        self.totals.dead += 1
        log.error("deliver.dead channel=%s %s", delivery.channel, error.detail)

    async def _pause(self, delivery: LeasedDelivery, error: ChannelRefused) -> None:
        now, config = self._engine.clock(), self._engine.config
        attempt = _failed(delivery, error, "channel_refused", now)

        def settle(tx: Tx) -> None:
            if outbox.pause(tx, attempt, now + PROBE_MS):
                found = watchdog.paused(delivery.channel, error.detail, now)
                troubles.settle(tx, config, found.subject, found, now)

        await self._engine.store.write(settle)
        self.totals.held += 1
        log.error("deliver.paused channel=%s %s", delivery.channel, error.detail)


def _next_try(tx: Tx, delivery: LeasedDelivery, error: Later, now: int) -> int | None:
    """None: its time is up.  While its channel is paused its clock stands still.

    What was tried and refused as the channel's trouble makes no wait longer.
    """
    pause = outbox.paused(tx, delivery.channel)
    paused_ms = now - pause["paused_at"] if pause is not None else 0
    put_off = sum(one["result"] == "later" for one in views.attempts_of(tx, delivery.id))
    return schedule.next_try(
        min(put_off + 1, delivery.tries), now, delivery.give_up_at + paused_ms,
        retry_after_seconds=error.retry_after_seconds, key=str(delivery.id),
    )  # fmt: skip


def _failed(delivery: LeasedDelivery, error: SendError, result: str, now: int) -> Attempt:
    return Attempt(delivery, result, now, detail=error.detail, answer=error.answer)


def _edit_head(tx: Tx, config: Config, delivery: LeasedDelivery, now: int) -> None:
    """What the conversation began with shall show what has just been added."""
    channel = config.channels.get(delivery.channel)
    if channel is not None and channel.threads:
        edits.owe(tx, delivery.conversation_id, now, now, now + schedule.GIVE_UP_MS)
