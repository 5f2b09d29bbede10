"""A Slack that keeps what it is sent, with Slack's limits and errors.  Loopback only.

    python -m monitor.demo.slack_sink --journal FILE [--port 0] [--answer ANSWER ...]

Speaks `/api/chat.postMessage`, `/api/chat.update`, `/api/auth.test` and incoming webhooks under
`/services/`.  The journal has a line per event, written before the answer goes out: `request`,
`accepted` (method, channel, ts, text, and the whole `payload` as JSON), `answer`.

Errors by https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks; limits by
https://docs.slack.dev/reference/block-kit/blocks, but for 13,200 characters in all, which is
measured and not documented.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from monitor.demo.journal import Clock, Journal, wall_clock
from monitor.demo.slack_sockets import Sockets

_TO_A_CHANNEL = ("chat.postMessage", "chat.update")
_METHODS = ("auth.test", "apps.connections.open", *_TO_A_CHANNEL)
MOST_BLOCKS = 50
MOST_IN_ACTIONS = 25
MOST_IN_BUTTON = 75
MOST_IN_VALUE = 2000
MOST_IN_SECTION = 3_000
MOST_IN_TEXT = 40_000
MOST_IN_ALL = 13_200


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that was accepted: `ts` is its id; None came through a webhook."""

    channel: str | None
    ts: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """An answer that was ordered: a status, or with 200 an error word."""

    status: int = 200
    error: str = ""
    retry_after_seconds: int | None = None

    @classmethod
    def read(cls, text: str) -> Order:
        """`internal_error`, `503`, `404 no_service`, or `429:7` with the seconds of Retry-After."""
        first, _, error = text.partition(" ")
        status, _, seconds = first.partition(":")
        if not status.isdigit():
            return cls(error=text)
        return cls(int(status), error, int(seconds) if seconds else None)


class SlackSink:
    """The server; lives in the running loop.  `posted` holds what was accepted, oldest first."""

    def __init__(
        self,
        journal: Journal | None = None,
        *,
        token: str = "xoxb-sink",
        channels: tuple[str, ...] = ("C0NEWS",),
        paced: bool = False,
        clock: Clock = wall_clock,
    ) -> None:
        """`paced`: more than one message a second to a channel is answered with 429."""
        self.journal = journal or Journal()
        self.posted: list[Posted] = []
        self._token = token
        self._channels = channels
        self._clock = clock
        self._paced = paced
        self._last_at: dict[str, int] = {}
        self._orders: deque[Order] = deque()
        self._runner: web.AppRunner | None = None
        self.sockets = Sockets()

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port."""
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/services/{path:.*}", self._webhook)
        app.router.add_get("/link/", self.sockets.take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        await self.sockets.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    def answer_next(self, order: str, times: int = 1) -> None:
        """The next `times` requests are answered as `Order.read` says, whatever they ask."""
        self._orders.extend([Order.read(order)] * times)

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        payload = await _payload(request)
        self.journal.write("request", method=method)
        order = self._orders.popleft() if self._orders else None
        if order is not None and order.status != 200:
            return self._refuse(order)
        error = order.error if order else self._api_error(request, method, payload)
        if error:
            return self._answer(json.dumps({"ok": False, "error": error}))
        assert payload is not None
        if method == "apps.connections.open":
            return self._answer(json.dumps({"ok": True, "url": self.sockets.address(request.host)}))
        if method == "auth.test":
            return self._answer(json.dumps({"ok": True, "team": "Sink", "user": "wirewatch"}))
        if self._paced and self._too_soon(payload["channel"]):
            return self._refuse(Order(429, "", 1))
        posted = self._keep(method, payload)
        said = {"ok": True, "channel": posted.channel, "ts": posted.ts}
        return self._answer(json.dumps(said))

    def _api_error(
        self, request: web.Request, method: str, payload: Mapping[str, Any] | None
    ) -> str | None:
        authorization = request.headers.get("Authorization", "")
        if not authorization:
            return "not_authed"
        is_for_app = method == "apps.connections.open"
        if authorization != f"Bearer {self.sockets.app_token if is_for_app else self._token}":
            return "invalid_auth"
        if method not in _METHODS:
            return "unknown_method"
        if payload is None:
            return "invalid_json"
        if method not in _TO_A_CHANNEL:
            return None
        # Only chat.postMessage knows a channel by its name.
        if self._channel_id(method, payload.get("channel")) is None:
            return "channel_not_found"
        known = {posted.ts for posted in self.posted}
        if method == "chat.update" and payload.get("ts") not in known:
            return "message_not_found"
        if payload.get("thread_ts") not in {None, *known}:
            return "thread_not_found"
        return content_error(payload)

    def _channel_id(self, method: str, channel: object) -> str | None:
        names = {f"#{one}": one for one in self._channels} if method == "chat.postMessage" else {}
        return {**names, **dict(zip(self._channels, self._channels, strict=True))}.get(str(channel))

    async def _webhook(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        payload = await _payload(request)
        self.journal.write("request", method="webhook")
        order = self._orders.popleft() if self._orders else None
        if order is not None:
            return self._refuse(order if order.status != 200 else Order(400, order.error))
        if len(path.split("/")) != 3:
            return self._refuse(Order(404, "no_service"))
        error = content_error(payload) if payload else "invalid_payload"
        if error or payload is None:
            return self._refuse(Order(400, error or "invalid_payload"))
        if self._paced and self._too_soon(path):
            return self._refuse(Order(429, "", 1))
        self._keep("webhook", payload)
        return self._answer("ok")

    def _keep(self, method: str, payload: Mapping[str, Any]) -> Posted:
        channel = None if method == "webhook" else self._channel_id(method, payload["channel"])
        ts = None if channel is None else payload.get("ts", f"1700000000.{len(self.posted):06}")
        posted = Posted(channel, ts, payload)
        self.posted.append(posted)
        text, whole = str(payload.get("text", "")), json.dumps(payload, ensure_ascii=False)
        self.journal.write(
            "accepted", method=method, channel=channel, ts=ts, text=text, payload=whole
        )
        return posted

    def _too_soon(self, channel: str) -> bool:
        now = self._clock()
        if now - self._last_at.get(channel, now - 1000) < 1000:
            return True
        self._last_at[channel] = now
        return False

    def _refuse(self, order: Order) -> web.Response:
        wait = order.retry_after_seconds
        headers = {} if wait is None else {"Retry-After": str(wait)}
        self.journal.write("answer", status=order.status, answer=order.error)
        return web.Response(status=order.status, text=order.error, headers=headers)

    def _answer(self, text: str) -> web.Response:
        self.journal.write("answer", status=200, answer=text)
        return web.Response(text=text)


def content_error(payload: Mapping[str, Any]) -> str | None:
    """Slack's word for what is wrong with a message's text and blocks."""
    text, blocks = payload.get("text", ""), payload.get("blocks", [])
    if not text and not blocks:
        return "no_text"
    if len(text) > MOST_IN_TEXT:
        return "msg_too_long"
    if len(blocks) > MOST_BLOCKS or not all(_is_fine(block) for block in blocks):
        return "invalid_blocks"
    whole = len(text) + sum(len(part) for block in blocks for part in _texts(block))
    return "msg_blocks_too_long" if whole > MOST_IN_ALL else None


def _is_fine(block: Mapping[str, Any]) -> bool:
    if block.get("type") == "section":
        return all(0 < len(part) <= MOST_IN_SECTION for part in _texts(block))
    if block.get("type") == "actions":
        buttons = block.get("elements", [])
        names = {button.get("action_id") for button in buttons}
        return 0 < len(buttons) == len(names) <= MOST_IN_ACTIONS and all(map(_is_button, buttons))
    return block.get("type") in ("context", "divider")


def _is_button(button: Mapping[str, Any]) -> bool:
    text = button.get("text", {})
    return (
        button.get("type") == "button"
        and text.get("type") == "plain_text"
        and 0 < len(text.get("text", "")) <= MOST_IN_BUTTON
        and len(button.get("value", "")) <= MOST_IN_VALUE
    )


def _texts(block: Mapping[str, Any]) -> list[str]:
    if block.get("type") == "actions":
        return [str(button["text"]["text"]) for button in block["elements"]]
    parts = [block["text"]] if "text" in block else block.get("elements", [])
    return [str(part.get("text", "")) for part in parts]


async def _payload(request: web.Request) -> dict[str, Any] | None:
    try:
        read = json.loads(await request.text() or "{}")
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


async def serve(journal: Path | None, port: int, answers: list[str]) -> None:
    """Run until the process is ended from outside; the first line printed ends in the port."""
    sink = SlackSink(Journal(journal))
    for order in answers:
        sink.answer_next(order)
    print(f"port {await sink.start(port)}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m monitor.demo.slack_sink", description="A Slack for demo and tests."
    )
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answer", action="append", default=[], metavar="ERROR|STATUS[:SECONDS]")
    words = parser.parse_args()
    asyncio.run(serve(words.journal, words.port, words.answer))


if __name__ == "__main__":
    main()
