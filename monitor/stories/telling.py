"""What an item tells, as words that can be compared: of its title, and of its text the beginning.

News says the most important first: what tells one event from another stands in the title and the
first paragraphs.  Knows no store, no rarity and no other item.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from monitor.text import Scan, fold

READ_CHARACTERS = 1500  # of the text: some 240 words
_LEAD_WORDS = 60
_FEWEST_WORDS_OF_A_TEXT = 8
_FEWEST_WORDS_OF_A_LONG_TEXT = 30  # that are no figures
_REMEMBERED = 128  # some 30 kB each of an article
_LONGEST_WORD = 40
# "LONDON, Nov 5 -", "Mexico City (AP) -": where a text was written tells nothing of the event.
_DATELINE = re.compile(r"(?:[A-Z]{2}[^\n]{0,58}?|[A-Z][^\n]{0,58}?\))\s?[-–—]{1,2}\s")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, eq=False, slots=True)
class Telling:
    """Folded words; every one of them is a form under which the item is indexed.

    `headline`: those of the title in their order, but for numbers.
    `lead`: of the title and the first words of the text.  `rest`: of what was read behind it.
    `names`: words that are written with a capital letter wherever they stand there; `named`: those
    of the first words of the text, whatever its title says.  `often`: how many times a word
    stands in title and text, of those that are there more than once (words between blanks alone).
    `has_text`: there is more than a title; `is_long`: more than a teaser or a brief.
    """

    title: frozenset[str]
    headline: tuple[str, ...]
    lead: frozenset[str]
    rest: frozenset[str]
    names: frozenset[str]
    named: frozenset[str]
    numbers: frozenset[str]
    often: Mapping[str, int]
    has_text: bool
    is_long: bool


@lru_cache(maxsize=_REMEMBERED)
def read(title: str | None, body: str | None) -> Telling:
    """The telling of an item's title and text; either may be missing."""
    headline, text = Scan(title or ""), Scan(_beginning(body or ""))
    words, words_of_title = text.run.split(), headline.run.split()
    titled = _worded(headline.extra.union(words_of_title))
    first = words[:_LEAD_WORDS]
    lead = titled.union(first)
    rest = _worded(text.extra).union(words[_LEAD_WORDS:]) - lead
    numbers = frozenset([form for some in (lead, rest) for form in some if form[0].isdecimal()])
    has_text = len(words) >= _FEWEST_WORDS_OF_A_TEXT or text.is_foreign
    prose = sum(map(str.isalpha, words))
    is_long = prose >= _FEWEST_WORDS_OF_A_LONG_TEXT or text.is_foreign
    names = _names(headline, text)
    named = names.intersection(first)
    times = Counter(words + words_of_title)
    often = {form: number for form, number in times.items() if number > 1}
    ordered = tuple([form for form in words_of_title if form in titled and form not in numbers])
    return Telling(titled, ordered, lead, rest, names, named, numbers, often, has_text, is_long)


def forms(title: str | None, body: str | None) -> frozenset[str]:
    """The words of `lead` and `rest` alone, at half of what a telling costs."""
    scan = Scan(f"{title or ''}\n{_beginning(body or '')}")
    words = scan.run.split()
    # Of the plain words all begin with a letter or digit.
    if max(map(len, words), default=0) > _LONGEST_WORD:
        words = [word for word in words if len(word) <= _LONGEST_WORD]
    plain = frozenset(words)
    return plain | _worded(scan.extra) if scan.extra else plain


def _beginning(body: str) -> str:
    dateline = _DATELINE.match(body)
    if dateline is not None:
        body = body[dateline.end() :]
    if len(body) <= READ_CHARACTERS:
        return body
    # Not within a word: half of one would be in no index.
    end = _BLANK.search(body, READ_CHARACTERS, READ_CHARACTERS + _LONGEST_WORD)
    return body[: end.start()] if end else body[:READ_CHARACTERS]


def _worded(forms: set[str]) -> frozenset[str]:
    return frozenset([form for form in forms if len(form) <= _LONGEST_WORD and form[:1].isalnum()])


def _names(headline: Scan, text: Scan) -> frozenset[str]:
    """A title may have a capital at every word: of its words only those count that the text, or
    else the title itself, does not have in small letters."""
    written = text.written()
    written |= headline.written()
    capital = [word for word in written if word[0].isupper() and len(word) > 1]
    # All at once: nothing joins a word to the next across a blank.
    return frozenset(fold(" ".join(capital)).split()).difference(written)
