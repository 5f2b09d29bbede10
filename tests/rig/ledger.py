"""Judge what arrived: every report told once on every channel, or twice for a reason.

Pure: takes what was published, what the sinks accepted and when the daemon was killed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# A message accepted, its daemon killed within this long: the one window nobody can close.
KILL_WINDOW_MS = 2000
# What was on its way when the daemon died may be taken a moment after.
IN_FLIGHT_MS = 500


@dataclass(frozen=True, slots=True, order=True)
class Accepted:
    """A message that a sink took.  `key` is its Message-ID, or the alert id of a Slack message."""

    at: int
    sink: str
    recipient: str
    slug: str
    key: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lost`: (sink, slug) never accepted.  `twice`: copies that the kill window explains.
    `unexplained`: copies that it does not.  `widest_ms`: acceptance to kill, over `twice`."""

    published: int
    delivered: int
    lost: tuple[tuple[str, str], ...]
    twice: int
    unexplained: tuple[tuple[Accepted, Accepted], ...]
    widest_ms: int

    @property
    def holds(self) -> bool:
        return not self.lost and not self.unexplained


def judge(
    published: Sequence[str],
    recipients: Iterable[tuple[str, str]],
    accepted: Iterable[Accepted],
    kills: Sequence[int],
) -> Verdict:
    """`recipients` are (sink, recipient) pairs that must each hear of every slug in `published`."""
    heard: dict[tuple[str, str, str], list[Accepted]] = defaultdict(list)
    for one in sorted(accepted):
        heard[one.sink, one.recipient, one.slug].append(one)
    owed = [(sink, who, slug) for sink, who in recipients for slug in published]
    twice = [pair for copies in heard.values() for pair in pairwise(copies)]
    delays = [_explained(pair, kills) for pair in twice]
    explained = [delay for delay in delays if delay is not None]
    return Verdict(
        published=len(published),
        delivered=sum(one in heard for one in owed),
        lost=tuple((sink, slug) for sink, who, slug in owed if (sink, who, slug) not in heard),
        twice=len(explained),
        unexplained=tuple(pair for pair, delay in zip(twice, delays, strict=True) if delay is None),
        widest_ms=max(explained, default=0),
    )


def _explained(pair: tuple[Accepted, Accepted], kills: Sequence[int]) -> int | None:
    """Milliseconds from the first acceptance to the kill that explains the second, or None."""
    first, second = pair
    if first.key != second.key:
        return None
    earliest, latest = first.at - IN_FLIGHT_MS, min(second.at, first.at + KILL_WINDOW_MS)
    return min((max(k - first.at, 0) for k in kills if earliest <= k <= latest), default=None)
