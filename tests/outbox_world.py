"""An outbox over real sinks on loopback, with a clock that only tests move.

Tells true messages: alerts of a little world, an ops notice, tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from channel_world import SETTINGS, bot, hook, mail, program
from monitor import channels
from monitor.channels import Channel
from monitor.channels.slack import Slack
from monitor.channels.webhook import Webhook
from monitor.deliver import Deliverer, Sent
from monitor.net.client import Client
from monitor.settings import Channel as ChannelSettings
from monitor.settings import Config, ConsoleChannel, Route, Settings
from monitor.store.db import Row, Store
from net_world import MemoryHosts
from world import BRIEF, World, config, item, settings_of

OPS = ConsoleChannel("ops")
PATIENCE_SECONDS = 2.0
MAKE: dict[str, Callable[..., ChannelSettings]] = {
    "email": mail,
    "slack bot": bot,
    "slack webhook": hook,
    "webhook": program,
}


@dataclass
class Office:
    """Where deliveries are sent from, see `monitor.deliver.Office`.  `world.now` is the time: it
    moves on while a channel waits for its turn."""

    world: World
    client: Client
    holder: str = "test"
    paused_seconds: list[float] = field(default_factory=list)

    @classmethod
    async def open(cls, directory: Path, *told: ChannelSettings) -> Office:
        """Everything is told to all of `told`."""
        settings = replace(settings_of(directory), allow=SETTINGS.allow)
        known = config(directory, channels=(*told, OPS), settings=settings)
        route = Route(to=tuple(channel.name for channel in told))
        world = await World(replace(known, route=route, ops=OPS.name)).open()
        await world.poll(BRIEF)
        return cls(world, Client(settings, MemoryHosts()))

    async def close(self) -> None:
        await self.client.close()
        await self.world.close()

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def config(self) -> Config:
        return self.world.config

    def clock(self) -> int:
        return self.world.now

    async def sleep(self, seconds: float) -> None:
        self.paused_seconds.append(seconds)
        self.world.now += round(seconds * 1000)

    def build(self, channel: ChannelSettings, settings: Settings, client: Client) -> Channel:
        """As `channels.build`, by this clock."""
        seconds = lambda: self.world.now / 1000  # noqa: E731
        if channel.kind == "slack":
            return Slack(channel, client, clock=seconds, sleep=self.sleep)
        if channel.kind == "webhook":
            return Webhook(channel, client, clock=seconds)
        return channels.build(channel, settings, client)

    def deliverer(self) -> Deliverer:
        return Deliverer(self, self.build, PATIENCE_SECONDS)

    async def deliver(self) -> Sent:
        return await self.deliverer().once()

    async def publish(self, slug: str, title: str, **words: Any) -> None:
        """The source shows this entry."""
        await self.world.poll(BRIEF, item(slug, title, **words))

    async def deliveries(self, channel: str) -> list[Row]:
        """Of one channel, oldest first."""
        rows = await self.world.rows("deliveries")
        return [row for row in rows if row["channel"] == channel]
