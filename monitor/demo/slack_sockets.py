"""The Socket Mode side of the demo's Slack: apps connect, and are told of buttons pressed.

As https://docs.slack.dev/apis/events-api/using-socket-mode has it, but over ws: on loopback.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

TICKET = "ticket-1"


class Sockets:
    """`acknowledged` holds the ids of the envelopes that were."""

    def __init__(self, app_token: str = "xapp-sink") -> None:
        self.app_token = app_token
        self.acknowledged: list[str] = []
        self.silent = False  # greets nobody
        self._open: list[web.WebSocketResponse] = []
        self._opened = 0
        self._changed = asyncio.Event()

    @property
    def opened(self) -> int:
        """How often somebody connected."""
        return self._opened

    @property
    def connected(self) -> bool:
        return bool(self._open)

    def address(self, host: str) -> str:
        return f"ws://{host}/link/?ticket={TICKET}"

    async def take(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") != TICKET:
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if not self.silent:
            await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._open.append(socket)
        self._opened += 1
        self._tell()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acknowledged.append(str(json.loads(message.data).get("envelope_id")))
                self._tell()
        self._open.remove(socket)
        self._tell()
        return socket

    async def connections(self, count: int) -> None:
        """Wait until somebody has connected so often."""
        await self._until(lambda: self._opened >= count)

    async def say(self, text: str) -> None:
        """Tell whoever is connected, whatever it is."""
        await self._until(lambda: bool(self._open))
        await self._open[-1].send_str(text)

    async def press(self, envelope_id: str, payload: Mapping[str, Any]) -> None:
        """Tell of an interaction and wait until it is acknowledged."""
        known = self.acknowledged.count(envelope_id)
        await self.say(json.dumps({
            "envelope_id": envelope_id, "type": "interactive", "accepts_response_payload": True,
            "payload": payload,
        }))  # fmt: skip
        await self._until(lambda: self.acknowledged.count(envelope_id) > known)

    async def drop(self) -> None:
        """Break off all connections."""
        for socket in list(self._open):
            await socket.close()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await self._changed.wait()


def pressed(
    button: Mapping[str, Any], user: str = "U012AB3CD", name: str = "ana"
) -> dict[str, Any]:
    """Slack's payload for a press of a button of a message that it was posted."""
    action = {
        "type": "button", "action_id": button["action_id"], "block_id": "b1",
        "text": button["text"], "value": button["value"], "action_ts": "1763812800.000100",
    }  # fmt: skip
    return {
        "type": "block_actions",
        "user": {"id": user, "username": name, "name": name, "team_id": "T0"},
        "api_app_id": "A0",
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C0NEWS"},
        "actions": [action],
    }
