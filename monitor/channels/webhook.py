"""A signed webhook: JSON by POST, accepted with any 2xx.

The signature is HMAC-SHA256 over the timestamp, a dot and the body, so that a copy that was
overheard cannot be played again later.  `Idempotency-Key` is the same for every try of a message
(draft-ietf-httpapi-idempotency-key-header).  Tries nothing again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable

from monitor.channels import calls
from monitor.channels.answers import refusal, shown
from monitor.model import Message, Receipt, Response
from monitor.net.client import Client
from monitor.net.gate import retry_after_seconds
from monitor.settings import Secret, WebhookChannel

TIMESTAMP = "Wirewatch-Timestamp"
SIGNATURE = "Wirewatch-Signature"
KEY = "Idempotency-Key"


class Webhook:
    """One channel.  `clock` gives seconds since the epoch."""

    def __init__(
        self, channel: WebhookChannel, client: Client, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._channel = channel
        self._client = client
        self._clock = clock

    async def send(self, message: Message, recipient: str) -> Receipt:
        """The receipt holds the answer and the message's Idempotency-Key.

        Raises SendError: one of its three kinds.
        """
        body = json.dumps(message.webhook or {"kind": "text", "text": message.text}).encode()
        stamp = str(int(self._clock()))
        headers = {
            **calls.JSON,
            TIMESTAMP: stamp,
            SIGNATURE: signature(self._channel.secret, stamp, body),
        }
        if message.message_id is not None:
            headers[KEY] = message.message_id
        url, secret = self._channel.url, self._channel.secret
        response = await calls.tell(self._client, url.reveal(), body, headers, url, secret)
        if not 200 <= response.status < 300:
            wait = retry_after_seconds(response.headers, int(self._clock() * 1000))
            raise refusal(response.status, _text(response), wait)
        said = shown(_text(response))
        answer = f"{response.status} {said}".strip()
        return Receipt(answer, message.message_id)

    async def check(self) -> str:
        """Ask with HEAD whether there is a server; whether it takes our messages it cannot say.

        Raises SendError where nothing answers.
        """
        response = await calls.reach(self._client, self._channel.url.reveal())
        return f"a server is there ({response.status} to HEAD); only a message can show more"


def signature(secret: Secret, stamp: str, body: bytes) -> str:
    """`v1=` and the hexadecimal HMAC-SHA256 of `stamp`, a dot and `body`."""
    signed = stamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()


def _text(response: Response) -> str:
    return response.body.decode("utf-8", "replace")
