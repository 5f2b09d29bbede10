"""The rules that `matching` is run with, made from the items and from other texts of their kind.

Phrases: a third each of one, two and three words.  Three in a hundred are taken from the items, so
that they are found; the others come from texts that nobody is given, and from their words.  All are
plain words in lower case, which every program reads alike.  The first N of them are a fair sample
of all.  `mixed` makes queries as analysts write them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import matching_items
from matching_items import Story

OWN_EVERY = 33  # one rule in so many is from the items
# Of the items' own words those are taken that so many of them have: fewer would hardly be found,
# more say nothing.  A phrase of theirs need be in one.
OWN_FEWEST, OWN_MOST = 0.002, 0.03
OTHERS_MOST = 1  # in so many of the other texts a rule's phrase may stand: what is rare is watched
_PLAIN = re.compile(r"[A-Za-z][a-z]{2,}\Z")
_DULL = frozenset(
    re.findall(
        r"\w+",
        "the and for that from its with will was has not but this which were are have had also been"
        " they last about than after their could one into said would year billion our out all any"
        " who she his her him you can may",
    )
)


class Grams:
    """How many of some texts hold each run of one, two and three plain words."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self.stories = len(stories)
        self.counts: dict[int, Counter[str]] = {n: Counter() for n in (1, 2, 3)}
        for story in stories:
            runs = [*_runs(story.title), *_runs(story.body)]
            for n, counted in self.counts.items():
                counted.update({gram for run in runs for gram in _grams(run, n)})

    def between(self, n: int, fewest: float, most: float, rng: random.Random) -> list[str]:
        """Those that so many texts hold, in an order that the seed decides."""
        held = sorted(gram for gram, often in self.counts[n].items() if fewest <= often <= most)
        rng.shuffle(held)
        return held


def _runs(text: str) -> Iterator[list[str]]:
    """Plain words that follow one another with nothing but white space between, in lower case."""
    run: list[str] = []
    for written in text.split():
        bare = written.strip("\"'(),.;:!?")
        if _PLAIN.match(bare) and written.startswith(bare):
            run.append(bare.lower())
        if (run and written != bare) or not _PLAIN.match(bare):
            yield run
            run = []
    yield run


def _grams(run: list[str], n: int) -> Iterator[str]:
    """Neither begins nor ends with a small word: `bank of england`, not `of england`."""
    for at in range(len(run) - n + 1):
        gram = run[at : at + n]
        if gram[0] not in _DULL and gram[-1] not in _DULL:
            yield " ".join(gram)


def phrases(count: int, items: Grams, others: Grams, every: int) -> list[str]:
    """`count` different phrases; of those not from the items, one in `every` stands in `others`.

    The rest is put together from words: in texts that repeat one another, as Reuters' do, too many
    phrases of one text are in the next.
    """
    rng = random.Random("phrases")
    most = max(1.0, OWN_MOST * items.stories)
    fewest = {1: OWN_FEWEST * items.stories, 2: 1, 3: 1}
    own = {n: iter(items.between(n, fewest[n], most, rng)) for n in (1, 2, 3)}
    other = {n: _others(n, others, every, rng) for n in (1, 2, 3)}
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        n, turn = len(chosen) % 3 + 1, len(chosen) // 3
        pool = own[n] if turn % OWN_EVERY == OWN_EVERY // 2 else other[n]
        phrase = next(pool, None) or next(other[n])
        chosen.setdefault(phrase)
    return list(chosen)


def _others(n: int, others: Grams, every: int, rng: random.Random) -> Iterator[str]:
    """Single words that stand in no text are names from the far end of the vocabulary."""
    listed = matching_items.words()
    spare = islice(listed, len(listed) // 2, None)
    common = others.between(1, 3, 0.03 * others.stories, rng)
    grams = iter(others.between(n, 1, OTHERS_MOST, rng))
    turn = 0
    while True:
        gram = next(grams, None) if turn % every == 0 else None
        yield gram or (next(spare) if n == 1 else " ".join(rng.choices(common, k=n)))
        turn += 1


def mixed(count: int, phrases: Sequence[str], others: Grams) -> list[str]:
    """60 % phrases, 20 % boolean, 10 % NEAR, 5 % wildcards, 5 % regular expressions, in turn."""
    rng = random.Random("mixed")
    taken = iter(phrases)
    common = others.between(1, 0.003 * others.stories, 0.03 * others.stories, rng)
    rare = [phrase for phrase in phrases if " " not in phrase and len(phrase) > 6]
    makers = [_phrase] * 12 + [_boolean] * 4 + [_near] * 2 + [_wildcard, _regex]

    def query(number: int) -> str:
        words = rng.sample(rare, 2) + rng.sample(common, 2)
        return makers[number % len(makers)](rng, next(taken), words)

    return [query(number) for number in range(count)]


def quoted(phrases: Iterable[str]) -> list[str]:
    return [f'"{phrase}"' for phrase in phrases]


def _phrase(rng: random.Random, phrase: str, words: list[str]) -> str:
    return f'"{phrase}"'


def _boolean(rng: random.Random, phrase: str, words: list[str]) -> str:
    a, b, c, d = words
    return rng.choice(
        (
            f'"{phrase}" AND {c}',
            f'({a} OR {b} OR "{phrase}") AND ({c} OR {d})',
            f'{a} OR ("{phrase}" NOT {c})',
            f'("{phrase}" OR "{c} {d}" OR {a}) NOT {d}',
            f'title:({c} OR {d}) AND (lead:{c} OR "{phrase}")',
        )
    )


def _near(rng: random.Random, phrase: str, words: list[str]) -> str:
    a, b, c, d = words
    return rng.choice(
        (
            f"{c} NEAR/8 {d}",
            f'({a} OR "{phrase}") NEAR/5 ({c} OR {d})',
            f'("{phrase}" OR {a}) NOT NEAR/6 ({c} OR {d})',
            f"{c} ONEAR/3 ({d} OR {b})",
            f'({a} OR {c}) SENT ({d} OR "{phrase}")',
        )
    )


def _wildcard(rng: random.Random, phrase: str, words: list[str]) -> str:
    a, b, c, _ = words
    return rng.choice(
        (f"{a[:6]}*", f'"{c} {b[:5]}*"', f"{a[:4]}?{a[5:]}", f"({a[:6]}* OR {b[:6]}*)")
    )


def _regex(rng: random.Random, phrase: str, words: list[str]) -> str:
    a, b, c, d = words
    return rng.choice(
        (
            rf"/\b{c}\s+\d+/i",
            rf"/\b{a}(s|ed|ing)?\b/i",
            rf"/\b[A-Z][a-z]+ {c} {d}/",
            rf"/{b.capitalize()}[^.]{{0,40}}{c}/",
        )
    )
