"""Log lines for people and machines: time, level, event, then key=value; secrets never.

    2025-11-22T09:12:04Z info deliver.sent channel=me delivery=3

Decides nothing about what is worth a line.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from typing import TextIO

from monitor.settings import Config, EmailChannel, Secret, SlackChannel, WebhookChannel

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)
_SHORTEST_SECRET = 4  # a shorter one would blot out half of every line


class Lines(logging.Formatter):
    """One event a line; an unforeseen error's traceback follows, indented.

    What `hide` was given is starred out wherever it stands, in tracebacks too.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._hidden: tuple[str, ...] = ()

    def hide(self, config: Config) -> None:
        """Star out this configuration's secrets from now on, and those hidden before."""
        words = {secret.reveal() for secret in _secrets(config)}
        words = {word for word in words if len(word) >= _SHORTEST_SECRET}
        # The longest first: one may be a part of another.
        self._hidden = tuple(sorted({*self._hidden, *words}, key=len, reverse=True))

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for word in self._hidden:
            text = text.replace(word, "***")
        first, *rest = text.replace(record.levelname, record.levelname.lower(), 1).splitlines()
        return "\n    ".join(_CONTROL.sub("\ufffd", line) for line in (first, *rest))


def start(stream: TextIO, level: int = logging.INFO) -> Lines:
    """Send our events from `level` up, and other people's warnings, to `stream`."""
    lines = Lines()
    out = logging.StreamHandler(stream)
    out.setFormatter(lines)
    out.addFilter(_is_worth_a_line)
    root = logging.getLogger()
    root.handlers = [out]
    root.setLevel(logging.WARNING)
    logging.getLogger("wirewatch").setLevel(level)
    return lines


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Scrapy sets its own loggers to debug."""
    return record.levelno >= logging.WARNING or record.name.startswith("wirewatch")


def _secrets(config: Config) -> Iterable[Secret]:
    found: list[Secret | None] = [config.settings.heartbeat_url]
    for channel in config.channels.values():
        if isinstance(channel, EmailChannel):
            found.append(channel.password)
        elif isinstance(channel, SlackChannel):
            found += [channel.webhook, channel.token, channel.app_token]
        elif isinstance(channel, WebhookChannel):
            found += [channel.url, channel.secret]
    return [secret for secret in found if secret is not None]
