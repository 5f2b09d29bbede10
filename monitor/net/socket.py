"""A WebSocket over a guarded connection: whole texts in, texts out.

Says nothing about what is in them; a connection that broke off has simply ended.
"""

from __future__ import annotations

import aiohttp

from monitor.errors import FetchError, FetchReason


class Socket:
    """One open connection.  Whoever opened it closes it."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection

    async def receive(self) -> str | None:
        """The next text; None when the connection has ended, in whatever way."""
        while True:
            message = await self._connection.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                return str(message.data)
            if message.type is not aiohttp.WSMsgType.BINARY:
                return None

    async def send(self, text: str) -> None:
        """Raises FetchError when the connection has ended."""
        try:
            await self._connection.send_str(text)
        except (aiohttp.ClientError, OSError) as error:
            raise FetchError(FetchReason.PROTOCOL, "the connection has ended") from error
