"""Count at the end: what was published and held a rule's word, and what became known of it.

Finds the words by itself, in the newswire's own text, so that it cannot repeat a mistake of the
monitor's.  Pure: takes stories, terms, arrivals and the times of kills.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.demo.arrivals import Arrival, Way
from monitor.demo.stories import Story

# What the shipped rules find in these articles, said by hand; `*` goes on to the word's end.
TERMS: Mapping[str, Sequence[str]] = {
    "car-bombing": ["car bomb*", "truck bomb*", "vbied*", "svbied*", "vehicle exploded"],
    "liberated": ["liberate", "liberates", "liberated", "liberating"],
}


@dataclass(frozen=True, slots=True)
class Tally:
    """`told`: messages by way.  `lost`: what a way never had of a story that matches.

    `twice`: messages that came again.  `copies`: those among what came that a kill explains: same
    key, the first accepted before it.  `strangers`: news that no story accounts for.
    """

    published: int
    matched: int
    told: Mapping[Way, int]
    lost: tuple[tuple[Way, str], ...]
    twice: tuple[Arrival, ...]
    copies: tuple[Arrival, ...]
    strangers: tuple[Arrival, ...]

    @property
    def holds(self) -> bool:
        return not (self.lost or self.twice or self.strangers)


def rules_of(story: Story, terms: Mapping[str, Iterable[str]]) -> list[str]:
    """The rules one of whose terms stands in title or text, as whole words in any case."""
    text = "\n".join([story.title, *story.paragraphs])
    return [rule for rule, words in terms.items() if any(_stands(word, text) for word in words)]


def tally(
    stories: Sequence[Story],
    terms: Mapping[str, Iterable[str]],
    news: Sequence[Arrival],
    kills: Sequence[int],
) -> Tally:
    """`news` is what arrived in the news channels, oldest first."""
    matching = [story for story in stories if rules_of(story, terms)]
    heard = {(way, s.slug): about(news, s, way) for s in matching for way in Way}
    again = [pair for copies in heard.values() for pair in pairwise(copies)]
    copies = tuple(later for first, later in again if _explained(first, later, kills))
    known = [one for messages in heard.values() for one in messages]
    return Tally(
        published=len(stories),
        matched=len(matching),
        told={way: sum(bool(heard[way, s.slug]) for s in matching) for way in Way},
        lost=tuple(key for key, messages in heard.items() if not messages),
        twice=tuple(later for _, later in again if later not in copies),
        copies=copies,
        strangers=tuple(one for one in news if one not in known),
    )


def about(news: Iterable[Arrival], story: Story, way: Way) -> list[Arrival]:
    """The messages about one story that came one way."""
    return [one for one in news if one.way is way and story.title in one.text]


def _explained(first: Arrival, later: Arrival, kills: Sequence[int]) -> bool:
    return first.key == later.key and any(first.at <= kill <= later.at for kill in kills)


def _stands(words: str, text: str) -> bool:
    pattern = r"[\s-]+".join(re.escape(word) for word in words.split()).replace(r"\*", r"\w*")
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None
