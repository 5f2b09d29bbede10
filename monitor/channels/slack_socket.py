"""Socket Mode: hear buttons pressed on Slack, without an address that Slack could call.

We connect, Slack tells; so nothing of ours stands open.  A press is acknowledged when it has had
its effect: what Slack tells again has none.  Knows no store.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitor.channels import presses
from monitor.channels.answers import not_fetched
from monitor.channels.presses import Press
from monitor.channels.slack_api import Api
from monitor.errors import ChannelRefused, FetchError, Later, SendError
from monitor.net.client import Client
from monitor.net.socket import Socket
from monitor.settings import Secret

log = logging.getLogger("wirewatch.buttons")

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0
REFUSED_PAUSE_SECONDS = 3600.0
# A connection that ended sooner counts as a failure: Slack lets us open only a few in a minute.
_SOUND_SECONDS = 60.0
_HELLO_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom to tell: `heard` of each press, `state` when Slack refuses to talk, and with None each
    time that it listens."""

    heard: Callable[[Press], Awaitable[None]]
    state: Callable[[ChannelRefused | None], Awaitable[None]]


class SlackSocket:
    """Listens for one app.  `clock` gives seconds that never go back."""

    def __init__(
        self,
        api: Api,
        app_token: Secret,
        client: Client,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._app_token = app_token
        self._client = client
        self._clock = clock
        self._sleep = sleep
        self._failures = 0

    async def listen(self, ears: Ears) -> None:
        """Until it is cancelled."""
        while True:
            began, error = self._clock(), None
            try:
                await self._connection(ears)
            except SendError as caught:
                error = caught
                log.warning("buttons.not_heard %s", error.detail)
                if isinstance(error, ChannelRefused):
                    await ears.state(error)
            sound = error is None and self._clock() - began >= _SOUND_SECONDS
            self._failures = 0 if sound else self._failures + 1
            await self._sleep(self._pause(error))

    def _pause(self, error: SendError | None) -> float:
        if isinstance(error, ChannelRefused):
            return REFUSED_PAUSE_SECONDS
        named = error.retry_after_seconds if isinstance(error, Later) else None
        grown = FIRST_PAUSE_SECONDS * 2.0 ** min(self._failures - 1, 16) if self._failures else 0.0
        return max(min(grown, LONGEST_PAUSE_SECONDS), named or 0.0)

    async def _connection(self, ears: Ears) -> None:
        """One connection, from its opening to its end.  Raises SendError."""
        answer = await self._api.call("apps.connections.open", self._app_token, {})
        url = str(answer.get("url"))
        if self._api.base.startswith("https:") and not url.startswith("wss:"):
            raise Later("Slack named an address without TLS to listen at")
        try:
            async with self._client.socket(url) as socket:
                await self._greeted(socket)
                await ears.state(None)
                log.info("buttons.listening")
                await self._hear(socket, ears)
        except FetchError as error:
            # The address holds a ticket: it is not shown.
            detail = f"no WebSocket with Slack ({error.reason})"
            raise type(not_fetched(error))(detail) from None

    async def _greeted(self, socket: Socket) -> None:
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                text = await socket.receive()
        except TimeoutError as error:
            raise Later("Slack opened a WebSocket and said nothing") from error
        if text is None or not presses.read(text).hello:
            raise Later("Slack opened a WebSocket and did not say hello")

    async def _hear(self, socket: Socket, ears: Ears) -> None:
        while (text := await socket.receive()) is not None:
            envelope = presses.read(text)
            for press in envelope.presses:
                await ears.heard(press)
            if envelope.id is not None:
                await socket.send(json.dumps({"envelope_id": envelope.id}))
            if envelope.ends:
                return
