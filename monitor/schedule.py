"""Decide when a source is polled, an article read or a message sent next.

Knows no store, no network, no clock.  All results are UTC epoch milliseconds.  What is spread is
spread by a hash of its own key, so that the same thing comes at the same time on every run and
things that began together drift apart.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from itertools import accumulate

from monitor.model import Outcome, OutcomeKind
from monitor.settings import LONGEST_LEARNED_SECONDS, SHORTEST_LEARNED_SECONDS, Source

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS

FIRST_RETRY_MS = 30_000
FIRST_NAMED_RETRY_MS = 1000
LONGEST_RETRY_MS = 6 * _HOUR_MS
GIVE_UP_MS = 72 * _HOUR_MS
# So long a message waits for the article's page, which may bring more rules and better sentences.
PAGE_WAIT_MS = 2 * _MINUTE_MS
# Pages are first asked for at once, so that three tries lie within half an hour.
BODY_RETRIES_MS = (5 * _MINUTE_MS, 25 * _MINUTE_MS)
# 30 min, 2, 8, 24 and 72 h after the first reading: most corrections come soon.
REREADS_MS = (30 * _MINUTE_MS, 90 * _MINUTE_MS, 6 * _HOUR_MS, 16 * _HOUR_MS, 48 * _HOUR_MS)
MOST_REREADS_WAITING = 100
LONGEST_POLL_BACKOFF_MS = 6 * _HOUR_MS
MOST_INTERVALS = 6
# A source whose interval is learned is asked four times in the time that passes between two of its
# articles, and twelve times in the quiet since the last one, which may end at any moment.
POLLS_AN_ITEM = 4
POLLS_IN_QUIET = 12
ARRIVALS_LEARNED_FROM = 20
_FEWEST_ITEMS = 3  # fewer that came close together are chance
# A publisher's slip in Retry-After must not blind us for ever.
LONGEST_RETRY_AFTER_MS = 24 * _HOUR_MS

_RETRY_SPREAD = 0.2
_REREAD_SPREAD = 0.1
_TURNS_PER_REREAD = 5
_POLL_SPREAD = 0.02  # it adds up: what began together is apart after a few rounds


def next_try(
    tries: int, now: int, give_up_at: int, *, retry_after_seconds: float | None, key: str
) -> int | None:
    """When to send again after `tries` tries (the one that just failed included); None: give up.

    Exponential from 30 s to 6 h, up to a fifth more by the hash of `key`.  Where the other side
    names a time, from 1 s instead, and never before `retry_after_seconds` have passed.  The last
    try comes at `give_up_at`.
    """
    earliest = now + _milliseconds(retry_after_seconds)
    first = FIRST_RETRY_MS if retry_after_seconds is None else FIRST_NAMED_RETRY_MS
    if now >= give_up_at or earliest > give_up_at:
        return None
    longest = LONGEST_RETRY_MS / (1 + _RETRY_SPREAD)
    delay = min(first * 2.0 ** min(max(tries, 1) - 1, 32), longest)
    spread = 1 + _RETRY_SPREAD * _fraction(f"{key} {tries}")
    return min(max(now + round(delay * spread), earliest), give_up_at)


def next_poll(source: Source, outcome: Outcome, failures: int, now: int) -> int:
    """When to poll `source` again; `failures` in a row, this poll's included.

    The source's interval is the floor: some publishers ask for more than is good for them.  Up to
    a fiftieth is added by the hash of its id.  Failures double it, up to six intervals or 6 h.
    Retry-After is obeyed up to a day.
    """
    every = source.every_seconds * 1000
    delay = every * (1 + _POLL_SPREAD * _fraction(source.id))
    if outcome.kind is OutcomeKind.FAILED:
        intervals = min(2 ** min(max(failures, 1) - 1, 8), MOST_INTERVALS)
        delay = max(delay, min(delay * intervals, LONGEST_POLL_BACKOFF_MS))
    asked = min(_milliseconds(outcome.retry_after_seconds), LONGEST_RETRY_AFTER_MS)
    return now + max(math.ceil(delay), asked)


def learned_from_news(came: Sequence[tuple[int, int]], since: int, now: int) -> int:
    """The interval in seconds of a source that has just shown something new.

    `came`: when new items came and how many, that of `now` first, then ever older ones; `since`:
    when it was asked before.  What counts is the shortest gap between two items in any time that
    reaches back from now: a burst shortens the interval at once, and what comes singly is taken
    together with what came before it.
    """
    items = list(accumulate(count for _, count in came))
    # What a poll showed came after the poll before it; of an older one only its own time is known.
    spans = [(now - since, items[0])]
    spans += [(now - at, known) for (at, _), known in zip(came[1:], items, strict=False)]
    sure = [span for span in spans if span[1] >= _FEWEST_ITEMS] or spans[-1:]
    gap = min(span / count for span, count in sure)
    return _learned(gap / POLLS_AN_ITEM)


def learned_from_quiet(every_seconds: int, quiet_since: int, now: int) -> int:
    """The interval in seconds of a source that was asked and showed nothing new: it grows with the
    quiet, and is never shortened by it."""
    return _learned(max(every_seconds * 1000, (now - quiet_since) / POLLS_IN_QUIET))


def _learned(milliseconds: float) -> int:
    seconds = int(milliseconds // 1000)
    return min(max(seconds, SHORTEST_LEARNED_SECONDS), LONGEST_LEARNED_SECONDS)


def next_body_try(tries: int, now: int) -> int | None:
    """When to ask for an article's page again after `tries` tries; None: that was the last."""
    return now + BODY_RETRIES_MS[max(tries, 1) - 1] if tries <= len(BODY_RETRIES_MS) else None


def next_reread(rereads: int, key: str, now: int) -> int | None:
    """When to read an article's page once more after it was read again so often; None: never.

    Up to a tenth later by the hash of `key`: the articles of one poll come apart.
    """
    if rereads >= len(REREADS_MS):
        return None
    return now + round(REREADS_MS[rereads] * (1 + _REREAD_SPREAD * _fraction(key)))


def rereads_waiting(rereads: int) -> int:
    """How many pages of one source may wait to be read again before one that nobody was told of
    does not join them; what is new has more room than what was read again already."""
    return MOST_REREADS_WAITING if rereads == 0 else MOST_REREADS_WAITING // 2


def reread_pause(delay_seconds: float) -> int:
    """Milliseconds between two rereadings of one site: they have a fifth of its turns at most."""
    return round(max(delay_seconds * _TURNS_PER_REREAD, 1.0) * 1000)


def _milliseconds(seconds: float | None) -> int:
    if seconds is None or not math.isfinite(seconds):
        return 0
    return math.ceil(min(max(seconds, 0.0), 1e12) * 1000)


def _fraction(key: str) -> float:
    """0 <= x < 1, the same for the same key everywhere."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4]) / 2**32
