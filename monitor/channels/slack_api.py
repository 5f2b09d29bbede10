"""Slack's Web API: one call, and what its answer means.

Knows no message and no channel.  https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from monitor.channels import calls, slack_words
from monitor.channels.answers import refusal, shown
from monitor.errors import ChannelRefused, Later, MessageRefused, SendError
from monitor.model import Response
from monitor.net.client import Client
from monitor.net.gate import retry_after_seconds
from monitor.settings import Secret

# Every method that we call, with the scope that a bot's token needs for it.
SCOPES: Mapping[str, str | None] = {
    "auth.test": None,
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
}
# The same for the app's own token, which no manifest names.
APP_SCOPES: Mapping[str, str] = {"apps.connections.open": "connections:write"}


class ThreadGone(MessageRefused):
    """There is nothing any more to which this could be a reply."""


class Api:
    """The Web API at `base`, such as https://slack.com/api."""

    def __init__(self, client: Client, base: str) -> None:
        self.base = base
        self._client = client

    async def call(self, method: str, token: Secret, body: Mapping[str, object]) -> dict[str, Any]:
        """The answer of a method, which is one only with `ok`.

        Raises SendError: one of its three kinds.
        """
        headers = {**calls.JSON, "authorization": f"Bearer {token.reveal()}"}
        url = f"{self.base}/{method}"
        response = await calls.post(self._client, url, json.dumps(body).encode(), headers, token)
        try:
            answer = json.loads(text_of(response))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise refused("", response)
        if response.status == 200 and answer.get("ok") is True:
            return answer
        raise refused(str(answer.get("error", "")), response)


def refused(word: str, response: Response) -> SendError:
    """The error for Slack's own word, or for the status where the word says nothing.

    An unknown word of the API waits: a refusal that we misread would lose the message, or all.
    """
    wait = retry_after_seconds(response.headers, int(time.time() * 1000))
    word, answer = shown(word), shown(text_of(response))
    detail = f"Slack said {word}"
    if word in slack_words.MEND:
        return ChannelRefused(f"{detail}: {slack_words.MEND[word]}", answer=answer)
    if word in slack_words.THREAD_GONE:
        return ThreadGone(detail, answer=answer)
    if word in slack_words.MESSAGE_REFUSED:
        return MessageRefused(detail, answer=answer)
    if word in slack_words.LATER or (response.status == 200 and word):
        return Later(detail, answer=answer, retry_after_seconds=wait)
    return refusal(response.status, answer, wait)


def text_of(response: Response) -> str:
    return response.body.decode("utf-8", "replace")
