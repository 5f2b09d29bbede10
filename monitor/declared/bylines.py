"""The grammar of bylines in several languages: "By A B and C D, reporter (ab) @ab" is A B and C D.

Knows words and dates, no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from monitor import dateline
from monitor.publishers.conventions import conventions

LONGEST = 100  # characters of a byline or a name
_MOST_WORDS = 5  # of one name
_MOST_LINES = 9  # that names and "and" take turns on
_LONG = 3  # letters of an "and" that parts whatever stands around it
_APART = re.compile(r"\s?[,;|•·，、]\s?|\s[/–—-]\s")
_ALL_IN_BRACKETS = re.compile(r"[(\[](\S[^()\[\]]*)[)\]]")
_IN_BRACKETS = re.compile(r"\s?[(\[][^()\[\]]{0,80}[)\]]")
NO_WORD = re.compile(r"\S*@\S*|\S*://\S*")  # handles, mail and web addresses
# A date, a reading time or a section behind the names.
_CUT = re.compile(
    r"[0-9|•·]|\s(?:filed|posted|published|updated) (?:at|in|on|under)\b", re.IGNORECASE
)
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = re.compile(
    rf"(?:^|[ ,;|•·]+)(?:on )?(?:{_DAY}\b.*|{_MONTH} [0-9].*)",
    re.IGNORECASE,
)
_MONTH_LEFT = re.compile(
    rf"(?:\W+(?:posted|published|last|updated|on|today|{_DAY})\b)*"
    rf"(?:\W+(?:{_MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b)?\W*$",
    re.IGNORECASE,
)
# Up to the end, or to the next who was somewhere: "A B in Port Saren and C D in Old Port".
_PLACE = re.compile(
    r"(?<=\w) (?:in|aus|at|for|from) .*?(?=$| (?:and|und|et|y|e) [^,]{3,60} (?:in|aus|at|from) )"
)
_NO_NAME = re.compile(r"(?:in|aus|at|for|from|special to) ", re.IGNORECASE)
_ABBREVIATED = re.compile(r"(?:\b[JS]r|\.[A-Z]|\b[JMPL]h?\.?D)\.$")
_BEHIND = re.compile(r"(?<=\w)(?:\s?(?:기자|특파원|記者|记者)|\s(?:著|編|訳|監訳))$")
_TWICE = re.compile(r"^by\s?(?=by\s)", re.IGNORECASE)
_GAP = re.compile(r",? ")
HOST = re.compile(r"\S*[a-zA-Z]\.[a-z]{2,}")  # STERN.de
_YOUNGER = re.compile(r",\s(?=(?:Jr|Sr|II|III|IV)\b)")

Names = tuple[str, ...]


def names_of(text: str) -> Names:
    """The names of a line that begins like a byline and holds nothing but names."""
    text = " ".join(text[: 2 * LONGEST].split())
    found = begins().match(text)
    if found is None or len(text) > LONGEST or _is_sentence(text):
        return ()
    names = people(text)
    return names if all(_begins_large(name) for name in names) else ()


def bare_names_of(text: str) -> Names:
    """The names of a line that holds nothing else, and no "By"."""
    is_none = len(text) > LONGEST or _is_sentence(text) or _NO_NAME.match(text)
    names = () if is_none or text.casefold() in conventions().labels else people(text)
    return names if all(map(is_name, names)) else ()


def first_of(lines: Sequence[str]) -> str:
    """The first of the lines, with those that "By" or "and" on a line of its own joins to it; of
    "By by", one of which a style sheet hides, once."""
    taken = 1
    while taken < min(len(lines), _MOST_LINES) and _joins(lines[taken - 1], lines[taken]):
        taken += 1
    return _TWICE.sub("", " ".join(lines[:taken]))


def _joins(line: str, following: str) -> bool:
    if max(len(line), len(following)) > LONGEST:
        return False
    is_by = begins().fullmatch(f"{line} ") is not None
    return is_by or _goes_on().search(f"{line}\n{following}") is not None


def _is_sentence(text: str) -> bool:
    return text.endswith((".", "!", "?", ":")) and not _ABBREVIATED.search(text)


def _begins_large(name: str) -> bool:
    return name[0].upper() == name[0].lower() or name[0].isupper()


def is_name(name: str) -> bool:
    words = name.split()
    cased = [word for word in (words[0], words[-1]) if word[0].upper() != word[0].lower()]
    # "More stories by A B" is the words of a link.
    is_large = all(word[0].isupper() for word in cased) and ":" not in name and "by" not in words
    return is_large and (len(words) > 1 or not cased)


def people(text: str) -> Names:
    """The names in "By A B and C D, reporter (ab) @ab": A B, C D."""
    text = " ".join(text[: 4 * LONGEST].split())
    whole = _ALL_IN_BRACKETS.fullmatch(text)
    text = whole[1] if whole else _IN_BRACKETS.sub("", text)
    text = NO_WORD.sub("", text).strip()
    start = begins().match(text)
    text = text[start.end() :] if start else text
    text = _YOUNGER.sub(" ", _DATE.sub("", text))
    parts = [_without_place(part) for part in _APART.split(text) if not _pictures().match(part)]
    kept = list(dict.fromkeys(_names(parts[:1], titled=start is not None)))
    # One word behind a full name is its place or its house: "A B, Berlin".
    fewest = 2 if kept and (" " in kept[0] or kept[0].upper() == kept[0].lower()) else 1
    others = _names(part for part in parts[1:] if not _NO_NAME.match(part))
    kept += (name for name in dict.fromkeys(others) if _is_as_long(name, fewest, kept))
    return tuple(name for name in kept if name == kept[0] or not HOST.fullmatch(name))


def _is_as_long(name: str, fewest: int, kept: Sequence[str]) -> bool:
    is_cased = name.upper() != name.lower()
    return name not in kept and (not is_cased or name.count(" ") + 1 >= fewest)


def _names(parts: Iterable[str], *, titled: bool = False) -> Iterator[str]:
    for part in parts:
        for each in _split(part):
            name = _bare(each, has_by=titled).strip(" .:,-")
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


def is_of_picture(text: str) -> bool:
    """Whether a text says of whom, or of which house, a picture is."""
    return "©" in text or _pictures().search(text) is not None


def tidy(text: str) -> str:
    """Without the date behind the names."""
    before, *rest = _CUT.split(text[: 4 * LONGEST], maxsplit=1)
    return (_MONTH_LEFT.sub("", before) if rest else before).strip(" ,/-")


def _without_place(text: str) -> str:
    """ "A B in Port Saren" is A B; one word alone before the place is the name of no person."""
    found = _PLACE.search(text)
    return _PLACE.sub("", text) if found and " " in text[: found.start()] else text


def _bare(text: str, *, has_by: bool) -> str:
    """ "A B Staff Writer", "A B of The Associated Press" and "By A B Ports Editor" are A B."""
    text = _BEHIND.sub("", text)
    words = text.split()
    is_role = has_by and len(words) > 2 and words[-1].casefold() in conventions().roles
    if is_role and not _is_role(" ".join(words[:2])) and is_name(" ".join(words[:2])):
        return " ".join(words[:2])
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
    some = words[0] in conventions().rank or not conventions().roles.isdisjoint(parts)
    return len(words) > _MOST_WORDS or some


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
    with_colon = [word[:-1] for word in conventions().by if word.endswith(":")]
    others = [word for word in conventions().by if not word.endswith(":")]
    colon = r"\s?[:\uff1a\uff0f]\s?"
    return re.compile(
        rf"(?:(?:{_either(others)})(?:{colon}|\s)|(?:{_either(with_colon)}){colon})", re.IGNORECASE
    )


@lru_cache(maxsize=1)
def _goes_on() -> re.Pattern[str]:
    """Between two lines: where names go on."""
    some = _either(conventions().and_)
    return re.compile(rf"(?:(?:^|\s)(?:{some}|&)|,)\n|\n(?:(?:{some}|&)(?:\s|$)|,)")


@lru_cache(maxsize=1)
def _inner_by() -> re.Pattern[str]:
    return re.compile(rf"[,\s]\s?{begins().pattern}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _pictures() -> re.Pattern[str]:
    by = r"(?:\s?:|\s(?:by|von|par|por|di|door|av|af)\b)"
    return re.compile(rf"(?:{_either(conventions().pictures)}){by}", re.IGNORECASE)


@lru_cache(maxsize=2)
def _and(fewest: int) -> re.Pattern[str]:
    """What parts two names: words of so many letters or more."""
    some = [word for word in conventions().and_ if len(word) >= fewest]
    return re.compile(rf"\s(?:{_either(some)}|&)\s", re.IGNORECASE)
