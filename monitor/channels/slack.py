"""Slack: `chat.postMessage` and `chat.update` with a bot token, or an incoming webhook.

One message a second, as Slack wants it (https://docs.slack.dev/apis/web-api/rate-limits).  Slack
has no idempotency key: what was accepted and not recorded comes twice, with the same alert id.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from monitor.channels import calls
from monitor.channels.answers import shown
from monitor.channels.slack_api import Api, ThreadGone, refused, text_of
from monitor.errors import ChannelRefused, MessageRefused
from monitor.model import Message, Receipt, Response
from monitor.net.client import Client
from monitor.settings import Secret, SlackChannel

_PAUSE_SECONDS = 1.0
_EDITABLE = ("text", "blocks", "link_names", "parse")


class Slack:
    """One channel.  `clock` gives seconds that never go back."""

    def __init__(
        self,
        channel: SlackChannel,
        client: Client,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._channel = channel
        self._client = client
        self._api = Api(client, channel.api)
        self._clock = clock
        self._sleep = sleep
        self._free_at = 0.0
        self._turn = asyncio.Lock()

    async def send(self, message: Message, recipient: str) -> Receipt:
        """The receipt of a bot's message holds its place: the channel's id, a colon, its `ts`.

        By such a place `thread_ts` says what is replied to, and `ts` what is edited.
        Raises SendError: one of its three kinds.
        """
        body = dict(message.slack or {"text": message.text})
        async with self._turn:
            await self._pace()
            if self._channel.token is None:
                return await self._post_webhook(body)
            if "ts" in body:
                return await self._edit(self._channel.token, body, recipient)
            # What was owed to a channel that the file names no more has no thread in the new one.
            if recipient != self._channel.channel:
                body.pop("thread_ts", None)
            return await self._post_message(self._channel.token, body)

    async def check(self) -> str:
        """`auth.test`, and with buttons a place to listen.

        A webhook can only be asked with an empty message, which it refuses.
        Raises SendError: one of its three kinds.
        """
        if self._channel.token is not None:
            answer = await self._api.call("auth.test", self._channel.token, {})
            words = f"ok, {shown(str(answer.get('user')))} in {shown(str(answer.get('team')))}"
            if self._channel.app_token is not None:
                await self._api.call("apps.connections.open", self._channel.app_token, {})
                words += ", buttons can be heard"
            return words
        response = await self._post({})
        word = text_of(response).strip()
        if response.status == 400 and word in ("invalid_payload", "no_text", "missing_text"):
            return f"the webhook is there ({word}); only a message can show more"
        raise refused(word, response)

    async def _pace(self) -> None:
        wait = self._free_at - self._clock()
        if wait > 0:
            await self._sleep(wait)
        self._free_at = self._clock() + _PAUSE_SECONDS

    async def _post_webhook(self, body: dict[str, object]) -> Receipt:
        if "ts" in body:
            raise MessageRefused("an incoming webhook cannot edit what it posted")
        for name in ("thread_ts", "reply_broadcast"):
            body.pop(name, None)
        response = await self._post(body)
        word = text_of(response).strip()
        if response.status == 200 and word == "ok":
            return Receipt("200 ok")
        raise refused(word, response)

    async def _post_message(self, token: Secret, body: dict[str, object]) -> Receipt:
        """A reply to what is not there any more is better out of its thread than lost."""
        channel, ts = _place(body.pop("thread_ts", None))
        body |= {"channel": channel or self._channel.channel}
        if ts is None:
            body.pop("reply_broadcast", None)
            return _receipt(await self._api.call("chat.postMessage", token, body))
        try:
            return _receipt(
                await self._api.call("chat.postMessage", token, body | {"thread_ts": ts})
            )
        except ThreadGone:
            await self._pace()
            return await self._post_message(token, body)

    async def _edit(self, token: Secret, body: dict[str, object], recipient: str) -> Receipt:
        """What stands in a channel that the file names no more may be out of our reach: that is
        no trouble of the one it names."""
        channel, ts = _place(body["ts"])
        if channel is None or ts is None:
            raise MessageRefused("it is not known where the message stands that is to be edited")
        kept = {name: body[name] for name in _EDITABLE if name in body}
        place = {"channel": channel, "ts": ts}
        try:
            return _receipt(await self._api.call("chat.update", token, kept | place))
        except ChannelRefused as error:
            if recipient == self._channel.channel:
                raise
            raise MessageRefused(error.detail, answer=error.answer) from error

    async def _post(self, body: dict[str, object]) -> Response:
        address, said = self._webhook(), json.dumps(body).encode()
        return await calls.post(self._client, address.reveal(), said, calls.JSON, address)

    def _webhook(self) -> Secret:
        if self._channel.webhook is None:
            raise ChannelRefused(f"channel {self._channel.name} has neither webhook nor token")
        return self._channel.webhook


def _place(where: object) -> tuple[str | None, str | None]:
    """Channel and `ts` of a message's place; earlier versions kept the `ts` alone."""
    channel, _, ts = str(where or "").rpartition(":")
    return channel or None, ts or None


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    channel, ts = (shown(str(answer.get(name) or "")) for name in ("channel", "ts"))
    place = f"{channel}:{ts}" if channel and ts else None
    return Receipt(f"200 ok channel={channel} ts={ts}", message_id=place)
