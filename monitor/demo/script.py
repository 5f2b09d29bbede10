"""What every step of the demo needs: wait for what is promised, show what arrives, say what is
missing.

A wait ends when the thing is seen, or at its deadline with `Missing`; nothing is taken on trust.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from monitor.demo.arrivals import Arrival, Way, is_digest
from monitor.demo.journal import wall_clock
from monitor.demo.screen import Screen
from monitor.demo.stage import Stage
from monitor.demo.stories import Story
from monitor.demo.tally import about
from monitor.store import views

_LOOK_SECONDS = 0.05
DEADLINE_SECONDS = 30.0


class Missing(Exception):
    """What was promised did not come, in words."""


class Script:
    """The stage and the screen, and where the demo stands; `scale` stretches the timetable."""

    def __init__(self, stage: Stage, screen: Screen, scale: float) -> None:
        self.stage = stage
        self.screen = screen
        self._scale = scale
        self._began = time.monotonic()
        self._shown: set[Arrival] = set()
        self._ways_shown: set[Way] = set()

    async def until(self, seconds: float) -> None:
        """Wait for a moment of the timetable, showing what arrives; none when it has passed."""
        while time.monotonic() < self._began + seconds * self._scale:
            self.show()
            await asyncio.sleep(_LOOK_SECONDS)

    async def wait(self, what: str, seen: Callable[[], Awaitable[bool]]) -> None:
        """Raises Missing at the deadline, or when the daemon is gone before `seen` says yes."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not await seen():
            self.show()
            if not self.stage.watcher.alive:
                raise Missing(f"{what}: the daemon has ended by itself")
            if time.monotonic() > deadline:
                raise Missing(f"{what}: did not come within {DEADLINE_SECONDS:.0f} s")
            await asyncio.sleep(_LOOK_SECONDS)
        self.show()

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Missing(otherwise)

    def happens(self, text: str, at: int | None = None) -> None:
        self.screen.happens(wall_clock() if at is None else at, text)

    def show(self) -> None:
        """Show what arrived; the first message of each way at length, the others in short."""
        for one in self.stage.arrivals():
            if one not in self._shown:
                self._shown.add(one)
                self.screen.arrives(one.at, self._lines(one))

    def _lines(self, one: Arrival) -> Iterable[str]:
        head = f"Slack {one.to}" if one.way is Way.SLACK else f"E-mail to {one.to}"
        if one.new:
            return _update(head, one)
        if is_digest(one):
            return [head, one.opening, *one.lines]
        if one.way in self._ways_shown:
            return [head, one.opening]
        self._ways_shown.add(one.way)
        return [head, one.opening, *one.lines, ""]

    def publish(self, slug: str) -> tuple[Story, int]:
        """Bring a story out; gives it and when (epoch ms)."""
        story = self.stage.stories[slug]
        at = self.stage.bring_out(story)
        self.happens(f"published: {story.title}", at)
        return story, at

    async def told(self, story: Story, way: Way, messages: int = 1) -> None:
        """Wait for a story's message, or for so many."""

        async def seen() -> bool:
            return len(about(self.stage.news(), story, way)) >= messages

        name = "the e-mail" if way is Way.EMAIL else "the Slack message"
        await self.wait(f"{name} about {story.title!r}", seen)

    async def settled(self) -> None:
        """Wait until nothing is owed to anybody and no page is still to be read."""

        async def seen() -> bool:
            row = await self.stage.ask(views.counts)
            return not any(row[name] for name in ("waiting", "edits", "wanted"))

        await self.wait("an empty outbox", seen)

    async def count(self, name: str) -> int:
        """One of the totals that `status` shows."""
        number: int = (await self.stage.ask(views.counts))[name]
        return number


def _update(head: str, one: Arrival) -> list[str]:
    """What is new stands first where the channel is not a list of subjects."""
    if one.way is Way.SLACK:
        return [f"{head}, in the thread", one.new]
    return [head, one.opening, one.new]
