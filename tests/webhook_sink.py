"""A program that takes signed webhooks as docs/json.md tells people to.  Loopback only."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from monitor.demo.slack_sink import Order
from monitor.demo.smtp_sink import HANG

Verify = Callable[[str, Mapping[str, str], bytes], bool]


@dataclass(frozen=True, slots=True)
class Called:
    """A message that was accepted."""

    key: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        read = json.loads(self.body)
        assert isinstance(read, dict)
        return read


class WebhookSink:
    """The server; lives in the running loop.  `called` holds what was accepted, oldest first."""

    def __init__(self, verify: Verify, secret: str = "whsec-sink") -> None:
        self.called: list[Called] = []
        self.asked: list[Called] = []  # every request that came, accepted or not
        self._verify = verify
        self._secret = secret
        self._orders: deque[Order] = deque()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port."""
        app = web.Application()
        app.router.add_post("/news", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def answer_next(self, order: str, times: int = 1) -> None:
        """The next `times` requests are answered with a status or words of refusal, as
        `Order.read` says, or not at all with HANG."""
        self._orders.extend([Order.read(order)] * times)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        called = Called(request.headers.get("Idempotency-Key", ""), request.headers, body)
        self.asked.append(called)
        if self._orders:
            order = self._orders.popleft()
            if order.error == HANG:
                await asyncio.Event().wait()
            wait = order.retry_after_seconds
            headers = {} if wait is None else {"Retry-After": str(wait)}
            status = 400 if order.error else order.status
            return web.Response(status=status, text=order.error or "as ordered", headers=headers)
        if not self._verify(self._secret, request.headers, body):
            return web.Response(status=401, text="wrong signature")
        if called.key not in {known.key for known in self.called}:
            self.called.append(called)
        return web.Response(text="thanks")
