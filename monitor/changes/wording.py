"""Two wordings held against each other: what a reader would call the same, and which words differ.

White space, case, accents and typographic marks say nothing; dates and times are told apart from
what happened.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import resources

from ruamel.yaml import YAML

from monitor.text import fold

_WORD = re.compile(r"[^\W_]+(?:[.,](?<=\d.)\d+)*|[%$€£]")
_MOST_WORDS = 400  # of a sentence, in which single words are marked
_JOINING = 3  # characters between two marked words that are marked as one

Marks = tuple[tuple[int, int], ...]
_Word = tuple[str, int, int]  # folded, where it stands


@lru_cache(maxsize=1)
def table() -> Mapping[str, object]:
    """The packaged lists of `asides.yaml`."""
    text = resources.files("monitor.changes").joinpath("asides.yaml").read_text(encoding="utf-8")
    found: Mapping[str, object] = YAML(typ="safe", pure=True).load(text)
    return found


def plain(text: str) -> str:
    """The words of a text, folded, with one blank between and at both ends."""
    return f" {' '.join(_WORD.findall(fold(text)))} "


def undated(words: str) -> str:
    """What `plain` gave, less what only says when."""
    return _dates().sub(" ", words) if any(map(str.isdecimal, words)) else _days().sub(" ", words)


def differences(old: str, new: str) -> tuple[Marks, Marks]:
    """(start, end) of what differs: in `old`, in `new`.  Beyond 400 words between the first that
    differs and the last, all of them do."""
    before, after = _between(_words(old), _words(new))
    if max(len(before), len(after)) > _MOST_WORDS:
        return _joined(before), _joined(after)
    matcher = SequenceMatcher(
        None, [word for word, *_ in before], [word for word, *_ in after], autojunk=False
    )
    gone, came = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            gone += before[i1:i2]
            came += after[j1:j2]
    return _joined(gone), _joined(came)


def _between(old: list[_Word], new: list[_Word]) -> tuple[list[_Word], list[_Word]]:
    """Both less the words with which both begin, and those with which both end."""
    most = min(len(old), len(new))
    first = next((n for n in range(most) if old[n][0] != new[n][0]), most)
    last = next((n for n in range(most - first) if old[-1 - n][0] != new[-1 - n][0]), most - first)
    return old[first : len(old) - last], new[first : len(new) - last]


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words over the words of the shorter and the longer on average (Dice)."""
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 0.0


def _words(text: str) -> list[_Word]:
    return [(fold(word[0]), *word.span()) for word in _WORD.finditer(text)]


def _joined(words: Sequence[_Word]) -> Marks:
    marks: list[tuple[int, int]] = []
    for _, start, end in words:
        if marks and start - marks[-1][1] <= _JOINING:
            marks[-1] = (marks[-1][0], end)
        else:
            marks.append((start, end))
    return tuple(marks)


def _either(name: str) -> str:
    words = table()[name]
    assert isinstance(words, list)
    return "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1)
def _days() -> re.Pattern[str]:
    return re.compile(rf" (?:(?:on )?(?:{_either('days')})(?= ))+")


@lru_cache(maxsize=1)
def _dates() -> re.Pattern[str]:
    """Over folded words with single blanks, as `plain` makes them."""
    days, months, zones = _either("days"), _either("months"), _either("zones")
    year = r"(?: (?:19|20)\d\d)?"
    forms = (
        rf"(?:{days})",
        rf"\d{{1,2}}(?:st|nd|rd|th)? (?:{months}){year}",
        rf"(?:{months}) \d{{1,2}}(?:st|nd|rd|th)?{year}",
        rf"(?:{months}) (?:19|20)\d\d",
        r"(?:19|20)\d\d \d\d \d\d",
        rf"(?:at )?\d{{1,2}}(?:[. ]\d\d)? ?(?:{zones})",
        r"at \d{1,2}[. ]\d\d",
        rf"\d{{1,3}} (?:{_either('ago')}) ago",
    )
    return re.compile(rf"(?: (?:on )?(?:{'|'.join(forms)})(?= ))+")
