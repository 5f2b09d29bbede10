"""An access token from a command that somebody configured, kept until a server refuses it.

Knows no mail.  What the command writes to its standard error is shown, but never the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

from monitor.channels.answers import shown
from monitor.errors import ChannelRefused, Later

LIMIT_SECONDS = 30.0
_LONGEST_TOKEN = 8192
_LONGEST_ERROR = 300


class TokenCommand:
    """Runs `command` (a list of words, no shell) and takes its first line as the token."""

    def __init__(self, command: tuple[str, ...], limit_seconds: float = LIMIT_SECONDS) -> None:
        self._command = command
        self._limit_seconds = limit_seconds
        self._kept: str | None = None

    async def token(self) -> tuple[str, bool]:
        """The token, and whether it is fresh from the command.

        Raises ChannelRefused when the command fails or prints none, Later when it takes too long.
        """
        if self._kept is not None:
            return self._kept, False
        self._kept = await self._run()
        return self._kept, True

    def forget(self) -> None:
        """A server refused it."""
        self._kept = None

    async def _run(self) -> str:
        name = os.path.basename(self._command[0])  # noqa: PTH119 - a word, perhaps no path
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except (OSError, ValueError) as error:
            raise ChannelRefused(f"token_command cannot be run: {error}") from error
        try:
            async with asyncio.timeout(self._limit_seconds):
                out, err = await process.communicate()
        except TimeoutError as error:
            detail = f"token_command {name} took more than {self._limit_seconds:.0f} s"
            raise Later(detail) from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return _first_line(name, process.returncode or 0, out, err)


def _first_line(name: str, code: int, out: bytes, err: bytes) -> str:
    token = out.partition(b"\n")[0].strip().decode("utf-8", "replace")
    said = shown(err.decode("utf-8", "replace").strip()[-_LONGEST_ERROR:])
    said = said.replace(token, "***") if token else said
    if code:
        raise ChannelRefused(f"token_command {name} ended with {code}: {said or 'no word'}")
    if not token or len(token) > _LONGEST_TOKEN or not token.isprintable():
        raise ChannelRefused(f"token_command {name} printed no token; {said or 'no word'}")
    return token
