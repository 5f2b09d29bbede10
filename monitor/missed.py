"""What a rule did not see: the phrases of articles that tell its stories without matching it.

Knows no store.  Of an article, title and first paragraph are read: there stands what it calls
things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from monitor.stories.rarity import Rarity
from monitor.text import Scan

LONGEST_PHRASE = 3  # words
FEWEST_ARTICLES = 2

_READ = 600  # characters of a first paragraph
_COMMON = 0.3  # what is less rare begins and ends no phrase


class Phrase(NamedTuple):
    """`like_yours`: it has a word of what the rule found elsewhere; `articles`, all unmatched."""

    text: str
    articles: int
    like_yours: bool


class Text(NamedTuple):
    """The beginning of an article."""

    title: str | None
    lede: str | None

    def words(self) -> list[list[str]]:
        """Folded, of the title and of the first paragraph."""
        parts = (self.title or "", (self.lede or "")[:_READ])
        return [Scan(part).run.split() for part in parts]


def phrases(
    unmatched: Iterable[Text], matched: Iterable[Text], found: Iterable[str], rarity: Rarity
) -> list[Phrase]:
    """The phrases of `unmatched` articles: first those with a word of what the rule `found` in the
    `matched` ones, each kind by how many articles have it, rare words before common ones.

    A phrase that the matched articles have as well, or that a longer one always stands around,
    tells nothing new and is left out.
    """
    own = {word for place in found for word in Scan(place).run.split() if _is_telling(word, rarity)}
    known = {phrase for text in matched for phrase in _phrases(text, rarity)}
    counts: Counter[str] = Counter()
    for text in unmatched:
        counts.update(set(_phrases(text, rarity)))
    several = {p: n for p, n in counts.items() if n >= FEWEST_ARTICLES}
    found_phrases = [
        Phrase(phrase, count, not own.isdisjoint(phrase.split()))
        for phrase, count in several.items()
        if phrase not in own and not _is_part(phrase, count, several)
    ]
    telling = [p for p in found_phrases if p.like_yours or p.text not in known]
    return _unlike(sorted(telling, key=lambda one: _order(one, rarity)))


def _order(one: Phrase, rarity: Rarity) -> tuple[bool, float, str]:
    words = one.text.split()
    weight = sum(map(rarity.of, words)) / len(words)
    return not one.like_yours, -one.articles * weight, one.text


def _unlike(found: Iterable[Phrase]) -> list[Phrase]:
    """Those that have none before them in full."""
    kept: list[Phrase] = []
    for one in found:
        if not any(f" {before.text} " in f" {one.text} " for before in kept):
            kept.append(one)
    return kept


def _is_part(phrase: str, count: int, several: dict[str, int]) -> bool:
    around = f" {phrase} "
    return any(
        n == count and around in f" {longer} "
        for longer, n in several.items()
        if len(longer) > len(phrase)
    )


def _phrases(text: Text, rarity: Rarity) -> Iterator[str]:
    for words in text.words():
        for start in range(len(words)):
            for length in range(1, min(LONGEST_PHRASE, len(words) - start) + 1):
                phrase = words[start : start + length]
                if _is_telling(phrase[0], rarity) and _is_telling(phrase[-1], rarity):
                    yield " ".join(phrase)


def _is_telling(word: str, rarity: Rarity) -> bool:
    return len(word) > 1 and not word.isdecimal() and rarity.of(word) >= _COMMON
