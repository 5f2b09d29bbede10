"""What a digest's silence stands on: which sources are blind, what was judged, who looked when."""

from __future__ import annotations

from monitor import assurance, troubles
from monitor.clean import one_line
from monitor.digests import Blind, Gap, Judged
from monitor.settings import LONGEST_LEARNED_SECONDS, Config, Source
from monitor.store import digest_entries as kept
from monitor.store import troubles as known
from monitor.store.db import Tx

LONGEST_PAUSE_MS = 3600 * 1000  # between two polls, before it is said that nobody looked
_PAUSES = 3  # or so many times the interval of the source that is asked most often
LONGEST_LEARNED_PAUSE_MS = 1500 * LONGEST_LEARNED_SECONDS  # half as long again as any may be
_MOST_GAPS = 3
_LONGEST_REASON = 120


def stated(tx: Tx, config: Config, since: int, until: int) -> tuple[Judged, tuple[Blind, ...]]:
    """What was judged from `since` to `until`; which sources are blind now, and have been so for
    long enough that people were told."""
    found, told = assurance.figures(tx, since, until), known.all_told(tx)
    canary = found.canary
    judged = Judged(
        found.judged,
        len(config.rules),
        found.healthy,
        found.sources,
        canary_at=canary.at if canary is not None else None,
        canary_fell=canary is not None and not canary.ok,
    )
    return judged, tuple(
        Blind(one.source_id, one_line(one.what, _LONGEST_REASON), one.since_at)
        for one in found.blind
        if troubles.source_subject(one.source_id) in told
    )


def gaps(tx: Tx, config: Config, since: int, until: int) -> tuple[Gap, ...]:
    """The longest times in which no source was asked, in their order."""
    pauses = [_longest_pause(source) for source in config.sources if not source.paused]
    if not pauses:
        return ()
    longest = min(pauses)
    found = [Gap(*gap) for gap in kept.polling_gaps(tx, since, until, longest)]
    found.sort(key=lambda gap: gap.begins_at - gap.ends_at)
    return tuple(sorted(found[:_MOST_GAPS], key=lambda gap: gap.begins_at))


def _longest_pause(source: Source) -> int:
    """Milliseconds between two polls of a source that may be as planned."""
    if source.every_is_learned:
        return LONGEST_LEARNED_PAUSE_MS
    return max(LONGEST_PAUSE_MS, _PAUSES * 1000 * source.every_seconds)
