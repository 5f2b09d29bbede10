"""Takes from the end of a feed's text what its publisher's program put behind it, by
`feedtails.txt`: "The post X appeared first on Y.", "Continue reading".

What says the entry's headline again is held against it, so that no sentence of the story goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from monitor import markup

_LONGEST = 150  # characters around a headline
_LONGEST_START = 40  # before the headline
_TITLE, _ANYTHING = "{title}", "*"
_FIRST_WORD = re.compile(r"[\W_]*([^\W_]+)")
_MARKS = " \n.…!?:>»›→←↓|-–—*()[]{}\"'“”‘’"
_LONGEST_WORD = 40  # with the marks behind it
_BEHIND_SENTENCE = re.compile(r"[.!?…\])\"”’»]\s+")


@dataclass(frozen=True, slots=True)
class _Tail:
    """Letters alone: before the headline, and behind it if it holds one; then anything, where it
    is open, with `within` in it."""

    before: str
    behind: str | None
    is_open: bool
    within: str

    def is_all(self, letters: str, title: str) -> bool:
        start = self.before if self.behind is None else self.before + title + self.behind
        if not letters.startswith(start):
            return False
        rest = letters[len(start) :]
        return self.within in rest if self.is_open else not rest


def written() -> tuple[str, ...]:
    """The lines of `feedtails.txt`.  No YAML: those who read nothing but feeds load no reader of
    it, 2 MB each."""
    text = resources.files("monitor.publishers").joinpath("feedtails.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and line[0] != "#")


def without(text: str, title: str | None) -> str | None:
    """The text of an entry that is headed `title`; None where nothing else is left."""
    title = title or ""
    while _may_end_so(text, title) and (start := _start(text, title)) is not None:
        text = text[:start].rstrip()
    return text or None


def _may_end_so(text: str, title: str) -> bool:
    """A look that costs little: few texts say the headline again, or end with one of some words."""
    if title and title in text[-len(title) - _LONGEST :]:
        return True
    end = text[-_LONGEST_WORD:].rstrip(_MARKS)
    if end[-2:].casefold() not in _last_letters():
        return False
    last = end.rsplit(None, 1)[-1:]
    return bool(last) and last[0].lstrip(_MARKS).casefold() in _last_words()


def _start(text: str, title: str) -> int | None:
    """Where the last line, or what stands behind a sentence in it, is none of the text."""
    begin = text.rfind("\n") + 1
    near = max(begin, len(text) - len(title) - _LONGEST)
    if near == begin and _is_tail(text, begin, title):
        return begin
    starts = (found.end() for found in _BEHIND_SENTENCE.finditer(text, near))
    return next((start for start in starts if _is_tail(text, start, title)), None)


def _is_tail(text: str, start: int, title: str) -> bool:
    word = _FIRST_WORD.match(text, start)
    if word is None:
        return False
    known = _tails().get(word[1].casefold(), ())
    # To read on takes longer than all of the above.
    if known:
        begin = markup.letters(text[start : start + _LONGEST_START])
        known = tuple(tail for tail in known if begin.startswith(tail.before))
    if title and title in text[start : start + len(title) + 1]:
        known += _tails()[_TITLE]
    if not known:
        return False
    letters, headline = markup.letters(text[start:]), markup.letters(title)
    return any(tail.is_all(letters, headline) for tail in known if headline or tail.behind is None)


@lru_cache(maxsize=1)
def _last_words() -> frozenset[str]:
    """Of the tails without a headline."""
    return frozenset(tail.split()[-1] for tail in written() if _TITLE not in tail)


@lru_cache(maxsize=1)
def _last_letters() -> frozenset[str]:
    return frozenset(word[-2:] for word in _last_words())


@lru_cache(maxsize=1)
def _tails() -> Mapping[str, tuple[_Tail, ...]]:
    """By their first words."""
    found: dict[str, tuple[_Tail, ...]] = {_TITLE: ()}
    for word, tail in map(_tail, written()):
        found[word] = (*found.get(word, ()), tail)
    return found


def _tail(written: str) -> tuple[str, _Tail]:
    fixed, star, within = written.partition(_ANYTHING)
    before, placed, behind = fixed.partition(_TITLE)
    word = _FIRST_WORD.match(before)
    tail = _Tail(
        markup.letters(before), markup.letters(behind) if placed else None, bool(star),
        markup.letters(within.replace(_ANYTHING, "")),
    )  # fmt: skip
    return word[1] if word else _TITLE, tail
