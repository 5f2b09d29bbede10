"""Derive a source's health from what happened to it, and when its trouble is worth telling.

Knows no store and no clock.  What is trouble of the whole, and not of a source, is in `watchdog`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Any, Protocol

from monitor.settings import Settings

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS

USUAL_GAPS = 3  # without anything new for so many, a source is stale
LEAST_QUIET_MS = _DAY_MS  # but not before
WEEKEND_MS = 3 * _DAY_MS  # nor before this while no whole week of it is known
_WEEK_MS = 7 * _DAY_MS
_FEWEST_GAPS = 5  # what is usual cannot be told from fewer
_FEWEST_PAGES = 5  # none of so many could be read
_REFUSED = (401, 403, 407, 429, 451)  # the server answers, and will not have us
_REFUSED_REASONS = ("robots", "rate_limited")


class Health(StrEnum):
    NEW = "new"  # not polled yet
    OK = "ok"
    FAILING = "failing"
    BLOCKED = "blocked"  # failing, because the publisher will not have us
    DEGRADED = "degraded"  # it answers, but its list is empty or its pages cannot be read
    STALE = "stale"  # it answers, and has had nothing new for unusually long
    PAUSED = "paused"
    RETIRED = "retired"


class SourceState(Protocol):
    """What happened to a source: a row of `store.health.sources`, by column name."""

    def __getitem__(self, column: str, /) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class Notice:
    """Trouble of our own, for people.  `subject` names what it is about, so that the end of a
    trouble is told in the same conversation as its beginning."""

    subject: str
    headline: str
    text: str
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something of our own that people should know of while it lasts.

    It is told once, again when its `state` changes, and its end with the words `over`.  `what`
    says in few words what is wrong, for a line that names the subject before it.
    """

    subject: str
    state: str
    what: str
    headline: str
    text: str
    over: str
    since_at: int


class Known(StrEnum):
    """What people were told of a source: a state of its trouble."""

    FAILING = "failing"
    EMPTY = "empty"
    PAGES = "pages"
    STALE = "stale"


_EMPTY = "list empty"
_WORDS = {  # what is meant, and what the end says
    Known.FAILING: ("Several polls failed in a row.", "works again"),
    Known.EMPTY: (
        "It answers as if all were well, but shows no article where it showed some before.",
        "shows articles again",
    ),
    Known.PAGES: (
        "Of its last articles none could be read: only their teasers are searched.",
        "lets its articles be read again",
    ),
    Known.STALE: (
        "It answers, but has shown nothing new for unusually long.",
        "has something new again",
    ),
}


def health_of(state: SourceState) -> Health:
    if state["retired_at"] is not None:
        return Health.RETIRED
    if state["paused_at"] is not None or state["paused_in_file"]:
        return Health.PAUSED
    if state["last_poll_at"] is None:
        return Health.NEW
    if state["failures"]:
        return Health.BLOCKED if _is_refused(state) else Health.FAILING
    if _empty_since(state) is not None or _pages_are_unread(state):
        return Health.DEGRADED
    return Health.STALE if is_stale(state) else Health.OK


def is_blind(state: SourceState) -> bool:
    """Whether silence about this source means nothing.  A pause is somebody's wish."""
    return health_of(state) not in (Health.OK, Health.NEW, Health.PAUSED, Health.RETIRED)


def trouble_of(state: SourceState, settings: Settings, now: int) -> Trouble | None:
    """What is worth telling of a source, the worst first; what was told lasts until it is over."""
    if state["failures"] and _has_lasted(state, settings, now):
        return _trouble(state, Known.FAILING, _failing_words(state), state["failing_since_at"])
    empty_since = _empty_since(state)
    lasted = settings.trouble_after_seconds * 1000
    told_empty = state["told_state"] == Known.EMPTY
    if empty_since is not None and (told_empty or now - empty_since >= lasted):
        return _trouble(state, Known.EMPTY, _EMPTY, empty_since)
    if _pages_are_unread(state):
        since = state["told_at"] if state["told_state"] == Known.PAGES else now
        return _trouble(state, Known.PAGES, _unread_words(state), since)
    if is_stale(state):
        return _trouble(state, Known.STALE, _quiet_words(state), state["last_new_item_at"])
    return None


def blindness(state: SourceState) -> tuple[str, int | None] | None:
    """In few words why a source is blind, and since when: `list empty`, `no new item for 4 days
    (usual gap 40 min)`.  None where it is not."""
    if not is_blind(state):
        return None
    if state["failures"]:
        return _failing_words(state), state["failing_since_at"]
    empty_since = _empty_since(state)
    if empty_since is not None:
        return _EMPTY, empty_since
    if _pages_are_unread(state):
        return _unread_words(state), state["told_at"]
    return _quiet_words(state), state["last_new_item_at"]


def is_stale(state: SourceState) -> bool:
    """Quiet for three usual gaps, at least a day, and longer than it was in its last 30 days.

    Quiet is what a good poll said: a time in which nobody asked proves nothing.  Night and weekend
    are in the longest gap of 30 days; while no whole week is known, three days are the least.
    """
    if state["last_new_item_at"] is None or state["last_success_at"] is None:
        return False
    if state["told_state"] == Known.STALE and state["last_new_item_at"] <= state["told_at"]:
        return True
    arrivals = _arrivals(state)
    if len(arrivals) <= _FEWEST_GAPS:
        return False
    gaps = _gaps(arrivals)
    known_for = arrivals[-1] - arrivals[0]
    least = LEAST_QUIET_MS if known_for >= _WEEK_MS else WEEKEND_MS
    return _quiet(state) > max(least, round(USUAL_GAPS * median(gaps)), max(gaps))


def usual_gap(arrivals: Sequence[int]) -> int | None:
    """The median time between moments at which something new came; None for too few."""
    gaps = _gaps(arrivals)
    return round(median(gaps)) if len(gaps) >= _FEWEST_GAPS else None


def lasting(milliseconds: int) -> str:
    """`40 min`, `3 h`, `5 days`."""
    if milliseconds < 2 * _HOUR_MS:
        return f"{milliseconds // _MINUTE_MS} min"
    if milliseconds < 2 * _DAY_MS:
        return f"{milliseconds // _HOUR_MS} h"
    return f"{milliseconds // _DAY_MS} days"


def _has_lasted(state: SourceState, settings: Settings, now: int) -> bool:
    if state["told_state"] == Known.FAILING:
        return True
    lasted = now - state["failing_since_at"] >= settings.trouble_after_seconds * 1000
    return bool(lasted and state["failures"] >= settings.trouble_failures)


def _is_refused(state: SourceState) -> bool:
    return state["reason"] in _REFUSED_REASONS or state["last_status"] in _REFUSED


def _empty_since(state: SourceState) -> int | None:
    """Since when a list that had articles has none."""
    if state["failures"] or state["last_items"] != 0:
        return None
    since: int | None = state["empty_since_at"]
    # The polls that showed articles may have been forgotten meanwhile.
    return state["told_at"] if since is None and state["told_state"] == Known.EMPTY else since


def _pages_are_unread(state: SourceState) -> bool:
    if state["pages_read"]:
        return False
    return (state["pages_unread"] or 0) >= _FEWEST_PAGES or state["told_state"] == Known.PAGES


def _failing_words(state: SourceState) -> str:
    return f"cannot be read: {state['detail'] or state['reason']}"


def _unread_words(state: SourceState) -> str:
    _, _, sentence = str(state["page_reason"] or "").partition(": ")
    return f"its articles' pages cannot be read{f': {sentence}' if sentence else ''}"


def _arrivals(state: SourceState) -> list[int]:
    return sorted(json.loads(state["arrivals"] or "[]"))


def _gaps(arrivals: Sequence[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(arrivals)]


def _quiet(state: SourceState) -> int:
    return int(state["last_success_at"] - state["last_new_item_at"])


def _quiet_words(state: SourceState) -> str:
    gap = usual_gap(_arrivals(state))
    usual = f" (usual gap {lasting(gap)})" if gap is not None else ""
    return f"no new item for {lasting(_quiet(state))}{usual}"


def _trouble(state: SourceState, known: Known, what: str, since_at: int) -> Trouble:
    source_id = state["source_id"]
    colon = "" if what.startswith("cannot") else ":"
    text, over = _WORDS[known]
    return Trouble(
        f"source:{source_id}", known, what, f"{source_id}{colon} {what}",
        f"{text} Until that is over, silence about {state['url']} means nothing. "
        "See: wirewatch status",
        f"{source_id} {over}", since_at,
    )  # fmt: skip
