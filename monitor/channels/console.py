"""The terminal, or the log, of the process that delivers.  Prints; colours nothing."""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

from monitor.errors import ChannelRefused
from monitor.model import Message, Receipt


class Console:
    """Writes to `stream`, by default to whatever is standard output at that moment."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, message: Message, recipient: str) -> Receipt:
        """Raises ChannelRefused when nothing can be written any more."""
        # A terminal that is held up (Ctrl-S) must not hold up the loop.
        await asyncio.to_thread(self._write, message.text)
        return Receipt("printed")

    async def check(self) -> str:
        """Raises ChannelRefused when nothing can be written any more."""
        await asyncio.to_thread(self._write, "")
        return "prints here"

    def _write(self, text: str) -> None:
        stream = self._stream or sys.stdout
        encoding = getattr(stream, "encoding", None) or "utf-8"
        try:
            stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise ChannelRefused(f"nothing can be printed here: {error}") from error
