"""The items that `matching` is run on: about 3 KB of news each, no text twice.

`made`: prose from a fixed seed, the same every time.  Its words follow Zipf's law as far as the
tail of 120,000, and it has capitals, names that come again in an item, numbers, hyphens,
possessives, abbreviations, quotation marks, commas and paragraphs as often as Reuters' news has.
`real`: the Reuters texts of April 1987, joined or cut to about 3 KB.  Judges and matches nothing.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import poll_feeds

SIZE = 3000
VOCABULARY = 120_000
_SYLLABLES = sorted({word[n : n + 3] for word in poll_feeds.words() for n in (0, 2)} - {""})

# The most frequent words of Reuters' news, per 10,000 words; all else is drawn by Zipf's law.
_SMALL = (
    "the 560 of 270 to 265 in 207 and 207 said 199 a 190 for 98 it 81 on 73 at 63 is 63 that 61"
    " from 58 by 57 its 55 be 55 with 53 will 52 was 50 he 41 as 38 has 36 billion 36 an 36 year 35"
    " would 34 not 31 but 29 this 28 which 28 were 27 are 27 have 27 had 25 also 20 or 20 been 19"
    " they 18 last 17 about 17 up 16 than 16 after 15 their 14 could 13 one 13 no 12 into 12"
)
# How often a word is written in a way of its own, per 10,000 words, as counted in the same texts.
_WAYS = {
    "name": 900, "number": 570, "comma": 350, "capitals": 130, "hyphen": 100, "possessive": 84,
    "quoted": 40, "abbreviation": 46, "slash": 29, "bracket": 24, "plain": 7727,
}  # fmt: skip
_ABBREVIATIONS = ("U.S.", "U.N.", "N.V.", "Mr.", "Dr.", "E.C.", "Gen.", "Inc.", "Sen.", "p.m.")
_NAMES_OF_ITEM = 8  # whom it is about: half of the names in it


class Story(NamedTuple):
    title: str
    body: str


@cache
def words() -> list[str]:
    """The vocabulary, the most frequent first, without the small words."""
    rng = random.Random("matching words")
    made = dict.fromkeys(poll_feeds.words())
    while len(made) < VOCABULARY:
        made["".join(rng.choices(_SYLLABLES, k=rng.choice((2, 2, 3, 3, 4))))] = None
    small = set(_SMALL.split()[::2])
    known = [word for word in made if len(word) > 2 and word not in small]
    return sorted(known, key=lambda word: len(word) + rng.uniform(0, 8))  # frequent ones are short


@cache
def _weights() -> tuple[list[str], list[float]]:
    """All words and their cumulated weights; the exponent is that of the Reuters texts."""
    said = _SMALL.split()
    small = {word: float(often) for word, often in zip(said[::2], said[1::2], strict=True)}
    tail = [1 / (rank + 80) ** 1.6 for rank in range(len(words()))]
    share = (10_000 - sum(small.values())) / sum(tail)
    return [*small, *words()], list(accumulate([*small.values(), *(w * share for w in tail)]))


def made(count: int, seed: str) -> list[Story]:
    """`count` items; other seeds give other texts of the same kind."""
    rng = random.Random(seed)
    return [_story(rng) for _ in range(count)]


def _story(rng: random.Random) -> Story:
    known, weights = _weights()
    names = [rng.choice(words()[:6000]).capitalize() for _ in range(_NAMES_OF_ITEM)]
    size = rng.randint(SIZE * 3 // 4, SIZE * 5 // 4)
    plain = rng.choices(known, cum_weights=weights, k=size // 4)
    ways = rng.choices(list(_WAYS), weights=list(_WAYS.values()), k=len(plain))
    written = [
        word if way == "plain" else _write(rng, way, word, names)
        for word, way in zip(plain, ways, strict=True)
    ]
    title = " ".join(word.strip(',."()') for word in written[:8])
    return Story(title[:1].upper() + title[1:], _paragraphs(rng, written[8:], size))


def _write(rng: random.Random, way: str, word: str, names: list[str]) -> str:
    if way == "name":
        return rng.choice(names) if rng.random() < 0.5 else word.capitalize()
    if way == "number":
        return _number(rng)
    if way == "abbreviation":
        return rng.choice(_ABBREVIATIONS)
    if way == "capitals":  # four letters that are no word, so that nobody takes them for one
        return "".join(rng.choices("BCDFGKLMNPRSTVXZ", k=4))
    other = rng.choice(names) if way in ("possessive", "bracket") else rng.choice(words()[:5000])
    return {
        "comma": f"{word},",
        "hyphen": f"{word}-{other}",
        "possessive": f"{other}'s",
        "quoted": f'"{word} {other}"',
        "slash": f"{word}/{other}",
        "bracket": f"({other})",
    }[way]


def _number(rng: random.Random) -> str:
    return rng.choice(
        (
            str(rng.randint(2, 99)),
            f"{rng.randint(1, 999)},{rng.randint(0, 999):03}",
            f"{rng.randint(0, 99)}.{rng.randint(0, 9)}",
            str(rng.randint(1950, 2025)),
        )
    )


def _paragraphs(rng: random.Random, written: list[str], size: int) -> str:
    """Sentences of some 22 words, one or two a paragraph, until `size` is reached."""
    made, length, at = [], 0, 0
    while length < size and at < len(written):
        sentences = []
        for _ in range(rng.choice((1, 1, 2))):
            sentence = " ".join(written[at : (at := at + rng.randint(12, 32))]).rstrip(",")
            sentences.append(sentence[:1].upper() + sentence[1:] + ".")
        made.append(" ".join(sentences))
        length += len(made[-1])
    return "\n\n".join(made)


def real(path: Path) -> list[Story]:
    """Reuters' texts in their order: short ones joined, what is left of a long one starts anew."""
    stories: list[Story] = []
    title, held = "", ""
    with gzip.open(path, "rt") as lines:
        for line in lines:
            text = json.loads(line)
            body = re.sub(r"[\x00-\x08]", "", text.get("body") or "").strip()
            title = title or text.get("title") or ""
            held = f"{held}\n\n{body}" if held and body else held or body
            while len(held) >= SIZE:
                end = held.rfind(" ", 0, SIZE + SIZE // 10)
                stories.append(Story(title, held[:end]))
                title, held = text.get("title") or "", held[end:].strip()
    return stories
