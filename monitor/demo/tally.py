"""Count at the end: what was published and held a rule's word, and what became known of it.

Finds the words by itself, in the newswire's own text, so that it cannot repeat a mistake of the
monitor's.  Pure: takes stories, terms, arrivals and the times of kills.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.demo.arrivals import Arrival, Way
from monitor.demo.stories import Story

# What the shipped rules find in these articles, said by hand; `*` goes on to the word's end.
TERMS: Mapping[str, Sequence[str]] = {
    "car-bombing": ["car bomb*", "truck bomb*", "vbied*", "svbied*", "vehicle exploded"],
    "liberated": ["liberate", "liberates", "liberated", "liberating"],
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What was matched and not told by itself: `counted` copies, and `kept` for the digest.

    `told`: stories by way.  `lost`: what a way never had of a story to be told, or of its updates.
    `twice`: messages that came again.  `copies`: those among what came that a kill explains: same
    key, the first accepted before it.  `strangers`: news that no story accounts for.
    """

    published: int
    matched: int
    counted: int
    kept: int
    told: Mapping[Way, int]
    lost: tuple[tuple[Way, str], ...]
    twice: tuple[Arrival, ...]
    copies: tuple[Arrival, ...]
    strangers: tuple[Arrival, ...]

    @property
    def holds(self) -> bool:
        return not (self.lost or self.twice or self.strangers)


class _Heard(NamedTuple):
    """A story's first messages one way, or its updates, and how many are `due`."""

    way: Way
    slug: str
    messages: Sequence[Arrival]
    due: int


def rules_of(story: Story, terms: Mapping[str, Iterable[str]]) -> list[str]:
    """The rules one of whose terms stands in title or text, as whole words in any case."""
    text = "\n".join([story.title, *story.paragraphs])
    return [rule for rule, words in terms.items() if any(_stands(word, text) for word in words)]


def tally(
    stories: Sequence[Story],
    terms: Mapping[str, Iterable[str]],
    news: Sequence[Arrival],
    kills: Sequence[int],
    updates: Mapping[str, int],
) -> Tally:
    """`news`: what arrived in the news channels, oldest first; `updates`: how many a story has."""
    matching = [story for story in stories if rules_of(story, terms)]
    to_tell = [story for story in matching if not (story.copy_of or story.demoted)]
    heard = [one for s in to_tell for way in Way for one in _heard(news, s, way, updates)]
    again = [(one.messages, later) for one in heard for later in one.messages[one.due :]]
    copies = tuple(later for messages, later in again if _explained(messages, later, kills))
    known = [message for one in heard for message in one.messages]
    return Tally(
        published=len(stories),
        matched=len(matching),
        counted=sum(bool(story.copy_of) for story in matching),
        kept=sum(bool(story.demoted) for story in matching),
        told={way: sum(bool(about(news, s, way)) for s in to_tell) for way in Way},
        lost=tuple((one.way, one.slug) for one in heard if len(one.messages) < one.due),
        twice=tuple(later for _, later in again if later not in copies),
        copies=copies,
        strangers=tuple(one for one in news if one not in known),
    )


def about(news: Iterable[Arrival], story: Story, way: Way) -> list[Arrival]:
    """The messages about one story that came one way."""
    return [one for one in news if one.way is way and story.title in one.text]


def _heard(
    news: Iterable[Arrival], story: Story, way: Way, updates: Mapping[str, int]
) -> Iterator[_Heard]:
    messages = about(news, story, way)
    yield _Heard(way, story.slug, [one for one in messages if not one.new], 1)
    later = [one for one in messages if one.new]
    yield _Heard(way, story.slug, later, updates.get(story.slug, 0))


def _explained(messages: Iterable[Arrival], later: Arrival, kills: Sequence[int]) -> bool:
    """Whether a kill stands between a message and the one before it of the same key."""
    same = [one for one in messages if one.key == later.key and one is not later]
    return any(one.at <= kill <= later.at for one in same for kill in kills)


def _stands(words: str, text: str) -> bool:
    pattern = r"[\s-]+".join(re.escape(word) for word in words.split()).replace(r"\*", r"\w*")
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None
