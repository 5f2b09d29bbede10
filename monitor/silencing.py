"""Decide whether a silence keeps an alert back.  Knows no store and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from monitor import routing
from monitor.model import Answer, Silence, StoredItem
from monitor.rules import Matcher
from monitor.settings import Rule

STORY = "story"  # the label that names a story


def silenced_by(
    silences: Iterable[Silence],
    labels: Mapping[str, str],
    story_keys: Sequence[str],
    stored: StoredItem,
    *,
    closed: bool,
) -> Silence | None:
    """The first of `silences` for which all holds.

    A silence of any of the stories that are now one is a silence of that one.  `closed`: the
    article's text is all there will be; what may still come is no yes.
    """
    for silence in silences:
        holds = any(routing.matches({**labels, STORY: key}, silence.matchers) for key in story_keys)
        if holds and (silence.query is None or _says(silence.query, stored, closed=closed)):
            return silence
    return None


def _says(query: str, stored: StoredItem, *, closed: bool) -> bool:
    found = _matcher(query).match(stored.item, stored.source_id, closed=closed)
    return any(match.answer is Answer.YES for match in found)


@lru_cache(maxsize=256)
def _matcher(query: str) -> Matcher:
    return Matcher([Rule(query, query)])
