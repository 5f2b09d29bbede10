"""What a pressed button does: the same as the commands `ack` and `silence add`, and one mark.

Hears every app of the configuration as long as a daemon runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Protocol

from monitor import hushing, schedule
from monitor.channels.presses import Press
from monitor.channels.slack_api import Api
from monitor.channels.slack_socket import Ears, SlackSocket
from monitor.errors import ChannelRefused, Later, StoreError
from monitor.health import Notice
from monitor.model import Ack, Button, Mark, Silence
from monitor.net.client import Client
from monitor.owing import tell_ops
from monitor.settings import Config, LabelMatcher, Secret, SlackChannel
from monitor.silencing import STORY
from monitor.store import acks, conversations, edits
from monitor.store.db import Store, Tx

log = logging.getLogger("wirewatch.buttons")

MUTE_MS = 24 * 3600 * 1000
MUTED = "Mute 24 h was pressed"
# Slack's clock and ours; what is further off is no time of a press.
_CLOCKS_APART_MS = 3600 * 1000
_OUR_OWN = ("ops:", "test:", "digest:")

App = tuple[str, Secret]  # the address of its interface, its token


class Desk(Protocol):
    """Where presses are heard: an engine."""

    store: Store
    client: Client
    clock: Callable[[], int]

    @property
    def config(self) -> Config: ...


class Buttons:
    """Listens for the apps of the engine's configuration; `renew` after it has changed."""

    def __init__(
        self, engine: Desk, build: Callable[[Api, Secret, Client], SlackSocket] = SlackSocket
    ) -> None:
        self._engine = engine
        self._build = build
        self._listening: dict[App, asyncio.Task[None]] = {}
        self._refused: set[App] = set()

    def renew(self) -> None:
        """One connection for each app: Slack tells a press to one of an app's connections.

        What was refused is tried again at once.
        """
        wanted = apps(self._engine.config)
        for app in [app for app in self._listening if app not in wanted or app in self._refused]:
            self._listening.pop(app).cancel()
        for app in wanted:
            if app not in self._listening:
                task = self._listening[app] = asyncio.ensure_future(self._listen(app))
                task.add_done_callback(_note_the_end)

    async def close(self) -> None:
        tasks = list(self._listening.values())
        self._listening.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _listen(self, app: App) -> None:
        base, token = app
        client = self._engine.client
        ears = Ears(lambda press: self._heard(app, press), lambda error: self._state(app, error))
        await self._build(Api(client, base), token, client).listen(ears)

    async def _heard(self, app: App, press: Press) -> None:
        now, config = self._engine.clock(), self._engine.config
        names = apps(config).get(app, frozenset())
        try:
            done = await self._engine.store.write(lambda tx: apply(tx, config, press, names, now))
        except StoreError as error:
            raise Later("a press could not be kept") from error
        word = "buttons.pressed" if done else "buttons.ignored"
        log.info("%s button=%s conversation=%s", word, press.button, press.conversation_id)

    async def _state(self, app: App, error: ChannelRefused | None) -> None:
        if (error is not None) == (app in self._refused):
            return
        self._refused ^= {app}
        engine, now = self._engine, self._engine.clock()
        names = ", ".join(sorted(apps(engine.config).get(app, ())))
        what = f"buttons of {names} are heard again"
        if error is not None:
            what = f"buttons of {names} are not heard: {error.detail}"
        notice = Notice(f"buttons:{names}", what, "See: wirewatch channels test")
        try:
            await engine.store.write(lambda tx: tell_ops(tx, engine.config, notice, now))
        except StoreError as kept_not:
            raise Later("what became of the buttons could not be kept") from kept_not


def _note_the_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("buttons.broke", exc_info=error)


def apps(config: Config) -> dict[App, frozenset[str]]:
    """Each app that draws buttons, by its interface and token, with the names of its channels."""
    found: dict[App, frozenset[str]] = {}
    for channel in config.channels.values():
        if isinstance(channel, SlackChannel) and channel.app_token is not None:
            app = (channel.api, channel.app_token)
            found[app] = found.get(app, frozenset()) | {channel.name}
    return found


def apply(tx: Tx, config: Config, press: Press, channels: Collection[str], now: int) -> bool:
    """Do what a press under a message of one of `channels` asks for, once however often it comes.

    False: it has been done, or no such message was ever sent there.
    """
    row = conversations.find(tx, press.conversation_id)
    if row is None or row["channel"] not in channels or row["subject"].startswith(_OUR_OWN):
        return False
    at = press.at if abs(press.at - now) <= _CLOCKS_APART_MS else now
    done = _do(tx, config, press, row["subject"], at)
    if done:
        edits.owe(tx, press.conversation_id, now, now, now + schedule.GIVE_UP_MS)
    return done


def _do(tx: Tx, config: Config, press: Press, story_key: str, at: int) -> bool:
    if press.button is Button.ACK:
        return hushing.acknowledge(tx, config, Ack(story_key, press.author, at))
    if press.button is Button.MUTE:
        story = LabelMatcher(STORY, "=", story_key)
        wish = Silence((story,), press.author, MUTED, at, at + MUTE_MS)
        return hushing.silence(tx, config, wish, at)
    told = conversations.alerts_told(tx, press.conversation_id, press.revision)
    marks = [acks.mark_not_relevant(tx, Mark(alert, press.author, at)) for alert in told]
    return any(marks)
