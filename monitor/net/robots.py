"""What a host's robots.txt lets us fetch (RFC 9309): kept 24 hours, silence means no.

Picks our group by itself, since a parser that builds every group can be made to take minutes and
gigabytes; protego judges paths.  Opens no connection and does not wait for the delay it reads.

| robots.txt answers | then |
|---|---|
| 2xx | its rules |
| 4xx, a redirect that leads nowhere | everything is allowed |
| 5xx, or not at all | the last good copy up to 30 days, else nothing is allowed |
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from protego import Protego

from monitor.errors import FetchError, FetchReason
from monitor.model import Response
from monitor.net.gate import Clock, Locks
from monitor.net.guard import Target
from monitor.net.hosts import Hosts, RobotsCopy

__all__ = ["LARGEST_BYTES", "PRODUCT", "Robots", "RobotsCopy"]

PRODUCT = "Wirewatch"
LARGEST_BYTES = 500 * 1024  # RFC 9309 section 2.5: at least this much is read

_FRESH_MS = 24 * 3600 * 1000
_USABLE_MS = 30 * _FRESH_MS
_ASK_AGAIN_MS = 5 * 60 * 1000
_LONGEST_DELAY_SECONDS = 60.0
_MOST_SILENT = 1000

_AGENT = re.compile(r"user[-\s]?agent\s*[:\s]\s*(.*)", re.I)
_TOKEN = re.compile(r"[a-z_-]+|\*")
# Misspellings that Google's parser reads as well.
_RULE = re.compile(
    r"(?:(?P<allow>allow)|(?P<delay>crawl[-\s]?delay)"
    r"|disallow|dissallow|dissalow|disalow|diasllow|disallaw)\s*[:\s]\s*(?P<value>.*)",
    re.I,
)

Fetch = Callable[[str], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Silence:
    """A robots.txt that could not be had, and why; not asked for again before `until`."""

    until: int
    reason: FetchReason
    detail: str
    status: int | None = None

    def error(self) -> FetchError:
        return FetchError(self.reason, self.detail, status=self.status)


class Robots:
    def __init__(self, hosts: Hosts, clock: Clock) -> None:
        self._hosts = hosts
        self._clock = clock
        self._locks = Locks()
        self._silent: dict[str, _Silence] = {}

    async def check(self, target: Target, fetch: Fetch) -> float:
        """The pause in seconds that the host wants between requests, 0 when it names none.

        `fetch` gets robots.txt without asking us.  Raises FetchError(ROBOTS) when `target` is
        forbidden or the host answers 5xx for its robots.txt, and what `fetch` raised when the
        file could not be had at all.
        """
        origin = target.origin
        copy = self._fresh(await self._hosts.robots(origin))
        if copy is None:
            async with self._locks.of(origin):
                copy = await self._copy(origin, fetch)
        rules = _parsed(copy.body)
        path = target.url.raw_path_qs
        if not rules.can_fetch(target.text, PRODUCT):
            detail = f"robots.txt forbids {path[:200]} for {PRODUCT}"
            raise FetchError(FetchReason.ROBOTS, detail)
        return min(rules.crawl_delay(PRODUCT) or 0.0, _LONGEST_DELAY_SECONDS)

    async def _copy(self, origin: str, fetch: Fetch) -> RobotsCopy:
        now = self._clock.now()
        kept = await self._hosts.robots(origin)
        if fresh := self._fresh(kept):  # somebody else had it fetched while we waited
            return fresh
        age = now - kept.fetched_at if kept else _USABLE_MS
        silence = self._silent.get(origin)
        if silence is None or now >= silence.until:
            got = await self._ask(origin, fetch)
            if isinstance(got, RobotsCopy):
                self._silent.pop(origin, None)
                await self._hosts.keep_robots(origin, got)
                return got
            silence = self._note(origin, got)
        if kept and 0 <= age < _USABLE_MS:
            return kept
        raise silence.error()

    def _fresh(self, kept: RobotsCopy | None) -> RobotsCopy | None:
        is_fresh = kept is not None and 0 <= self._clock.now() - kept.fetched_at < _FRESH_MS
        return kept if is_fresh else None

    async def _ask(self, origin: str, fetch: Fetch) -> RobotsCopy | _Silence:
        now = self._clock.now()
        try:
            answer = await fetch(f"{origin}/robots.txt")
        except FetchError as error:
            if error.reason is FetchReason.RATE_LIMITED:  # the gate: nothing was asked
                raise
            if error.reason is FetchReason.REDIRECTS:  # section 2.3.1.2: as if there were none
                return RobotsCopy(now, HTTPStatus.NOT_FOUND, b"")
            detail = f"robots.txt could not be had: {error.detail}"
            return _Silence(now + _ASK_AGAIN_MS, error.reason, detail)
        if 200 <= answer.status < 300:
            return RobotsCopy(now, HTTPStatus.OK, _whole_lines(answer.body))
        if 300 <= answer.status < 500:
            return RobotsCopy(now, answer.status, b"")
        detail = (
            f"{origin}/robots.txt answers {answer.status}, so nothing is fetched from there yet"
        )
        return _Silence(now + _ASK_AGAIN_MS, FetchReason.ROBOTS, detail, answer.status)

    def _note(self, origin: str, silence: _Silence) -> _Silence:
        if len(self._silent) >= _MOST_SILENT:
            self._silent.clear()
        self._silent[origin] = silence
        return silence


def _whole_lines(body: bytes) -> bytes:
    """At most LARGEST_BYTES, without the half line at the cut: "/pri" would forbid too much."""
    if len(body) < LARGEST_BYTES:
        return body
    return body[:LARGEST_BYTES].rpartition(b"\n")[0]


@lru_cache(maxsize=32)
def _parsed(body: bytes) -> Protego:
    """The rules for us alone, under `*`."""
    text = body.decode("utf-8-sig", "replace")
    return Protego.parse("\n".join(["User-agent: *", *_our_lines(text)]))


def _our_lines(text: str) -> list[str]:
    """The rules of all groups that name us, else of those for everybody (section 2.2.1)."""
    groups: dict[str, list[str]] = {PRODUCT.lower(): [], "*": []}
    named = False
    current: set[str] = set()
    in_heading = False
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        agent = _AGENT.fullmatch(line)
        rule = None if agent else _RULE.fullmatch(line)
        if agent:
            token = _TOKEN.match(agent[1].lower())
            current = (current if in_heading else set()) | (groups.keys() & {token and token[0]})
            named = named or PRODUCT.lower() in current
            in_heading = True
        elif rule:
            in_heading = False
            for name in current:
                groups[name].append(_spelled(rule))
    return groups[PRODUCT.lower() if named else "*"]


def _spelled(rule: re.Match[str]) -> str:
    field = "Allow" if rule["allow"] else "Crawl-delay" if rule["delay"] else "Disallow"
    return f"{field}: {rule['value']}"
