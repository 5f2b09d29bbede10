"""The grammar of bylines in several languages: "By A B and C D, reporter (ab) @ab" is A B and C D.

Knows words and dates, no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from monitor import dateline
from monitor.publishers.conventions import conventions

LONGEST = 100  # characters of a byline or a name
_MOST_WORDS = 5  # of one name
_LONG = 3  # letters of an "and" that parts whatever stands around it
_APART = re.compile(r"\s?[,;|•·]\s?|\s[/–—-]\s")
_IN_BRACKETS = re.compile(r"\s?[(\[][^()\[\]]{0,80}[)\]]")
NO_WORD = re.compile(r"\S*@\S*|\S*://\S*")  # handles, mail and web addresses
_CUT = re.compile(r"[0-9|•·]")  # a date or a reading time behind the names
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = re.compile(
    rf"(?:^|[ ,;|•·]+)(?:on )?(?:{_DAY}\b.*|{_MONTH} [0-9].*)",
    re.IGNORECASE,
)
_MONTH_LEFT = re.compile(
    rf"(?:\W+(?:posted|published|updated|on|today|{_DAY})\b)*"
    rf"(?:\W+(?:{_MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b)?\W*$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?<=\w) (?:in|aus|at|for|from) .*")
_GAP = re.compile(r",? ")
HOST = re.compile(r"\S*[a-zA-Z]\.[a-z]{2,}")  # STERN.de
_YOUNGER = re.compile(r",\s(?=(?:Jr|Sr|II|III|IV)\b)")

Names = tuple[str, ...]


def names_of(text: str) -> Names:
    """The names of a line that begins like a byline and holds nothing but names."""
    text = " ".join(text[: 2 * LONGEST].split())
    found = begins().match(text)
    if found is None or len(text) > LONGEST or text.endswith((".", "!", "?", ":")):
        return ()
    names = people(text)
    return names if all(name[0].isupper() for name in names) else ()


def is_name(name: str) -> bool:
    words = name.split()
    cased = [word for word in (words[0], words[-1]) if word[0].upper() != word[0].lower()]
    return all(word[0].isupper() for word in cased) and (len(words) > 1 or not cased)


def people(text: str) -> Names:
    """The names in "By A B and C D, reporter (ab) @ab": A B, C D."""
    text = _IN_BRACKETS.sub("", " ".join(text[: 4 * LONGEST].split()))
    text = NO_WORD.sub("", text).strip()
    start = begins().match(text)
    text = text[start.end() :] if start else text
    text = _YOUNGER.sub(" ", _DATE.sub("", text))
    whole = [_without_place(part) for part in _APART.split(text) if not _pictures().match(part)]
    kept = list(dict.fromkeys(_names(whole[:1], titled=start is not None)))
    kept += (name for name in dict.fromkeys(_names(whole[1:])) if name not in kept)
    return tuple(name for name in kept if name == kept[0] or not HOST.fullmatch(name))


def _names(parts: Sequence[str], *, titled: bool = False) -> Iterator[str]:
    for part in parts:
        for each in _split(part):
            name = _bare(each).strip(" .:,-")
            if name and (not _is_role(name) or (titled and _is_titled(name))):
                yield name


def around(line: str) -> Iterator[str]:
    """What stands in a line before a byline, or behind it."""
    line = line[: 2 * LONGEST]
    if begins().match(line):
        gaps = islice(_GAP.finditer(line), 2 * _MOST_WORDS)
        for gap in gaps:
            found = names_of(line[: gap.start()])
            if found and is_name(found[0]):
                yield line[gap.end() :]
    elif (start := _inner_by().search(line)) is not None:
        yield line[: start.start()]


def without_date(text: str) -> str:
    before, *rest = _CUT.split(text[: 4 * LONGEST], maxsplit=1)
    return (_MONTH_LEFT.sub("", before) if rest else before).strip(" ,/-")


def _without_place(text: str) -> str:
    """ "A B in Port Saren" is A B; one word alone before the place is the name of no person."""
    found = _PLACE.search(text)
    return text[: found.start()] if found and " " in text[: found.start()] else text


def _bare(text: str) -> str:
    """ "A B Staff Writer" and "A B of The Associated Press" are A B."""
    words = text.split()
    for at in range(2, len(words)):
        behind = " ".join(words[at:]).removeprefix("of ")
        has_rank = at + 1 < len(words) and words[at].casefold() in conventions().rank
        # Short ones are surnames, too: Ani, Lusa.
        is_agency = dateline.is_agency(behind) and (behind.isupper() or len(behind) > 6)
        if has_rank or is_agency:
            return " ".join(words[:at])
    return text


def _split(text: str) -> list[str]:
    """ "A B und C D" in two; a word as short as "y" parts only names of two words and more."""
    first, _, behind = text.partition(" ")
    parts = _and(1).split(behind if first.islower() and first in conventions().and_ else text)
    whole = len(parts) > 1 and any(len(part.split()) < 2 for part in parts)
    return [text] if whole and not _and(_LONG).search(text) else parts


def _is_role(name: str) -> bool:
    words = name.casefold().split()
    parts = name.casefold().replace("-", " ").split()
    return len(words) > _MOST_WORDS or not conventions().roles.isdisjoint(parts)


def _is_titled(name: str) -> bool:
    """ "Chief Seattle", behind "By": what somebody is, and then who it is."""
    first, *others = name.split()
    is_known = first.casefold() in conventions().titles and 0 < len(others) < _MOST_WORDS
    return is_known and is_name(f"{others[0]} {others[-1]}") and not _is_role(" ".join(others))


def _either(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@lru_cache(maxsize=1)
def begins() -> re.Pattern[str]:
    """What a byline begins with: "By ", "Text: "."""
    with_colon = [word for word in conventions().by if word.endswith(":")]
    others = _either([word for word in conventions().by if word not in with_colon])
    return re.compile(rf"(?:(?:{others})(?::\s?|\s)|(?:{_either(with_colon)})\s?)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _inner_by() -> re.Pattern[str]:
    return re.compile(rf"[,\s]\s?{begins().pattern}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _pictures() -> re.Pattern[str]:
    return re.compile(rf"(?:{_either(conventions().pictures)})(?: by)?:", re.IGNORECASE)


@lru_cache(maxsize=2)
def _and(fewest: int) -> re.Pattern[str]:
    """What parts two names: words of so many letters or more."""
    some = [word for word in conventions().and_ if len(word) >= fewest]
    return re.compile(rf"\s(?:{_either(some)}|&)\s", re.IGNORECASE)
