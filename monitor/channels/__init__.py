"""The ways out: one sends, or says in one of three errors why not.

`Later` try again, `MessageRefused` this message never, `ChannelRefused` nothing until somebody
mends the channel.  When to try again, and what becomes of the rest, is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from monitor import settings
from monitor.channels.console import Console
from monitor.channels.email import Email
from monitor.channels.slack import Slack
from monitor.channels.webhook import Webhook
from monitor.model import Message, Receipt
from monitor.net.client import Client
from monitor.settings import Settings


class Channel(Protocol):
    async def send(self, message: Message, recipient: str) -> Receipt:
        """Hand one message over for one recipient.  Raises SendError: one of its three kinds."""
        ...

    async def check(self) -> str:
        """Sign in without sending anything; returns the server's own answer.  Raises SendError."""
        ...


# `Any`: each takes the settings of its own kind.
_KINDS: Mapping[str, Callable[[Any, Settings, Client], Channel]] = {
    "console": lambda channel, _settings, _client: Console(),
    "email": lambda channel, settings, _client: Email(channel, settings),
    "slack": lambda channel, _settings, client: Slack(channel, client),
    "webhook": lambda channel, _settings, client: Webhook(channel, client),
}


def build(channel: settings.Channel, all_settings: Settings, client: Client) -> Channel:
    """A way out by a channel's settings.  Keep it: it paces itself and remembers its token."""
    return _KINDS[channel.kind](channel, all_settings, client)
