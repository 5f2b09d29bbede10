"""Takes out of an article's paragraphs what is no part of the story, by `conventions.yaml`.

Only whole paragraphs go, and only short ones: labels and links anywhere, appeals, the desk's
credits and initials ("burs/srm/del") near the ends, whom to ask about a release at its start.  No
sentence is ever cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor import dateline
from monitor.publishers.conventions import conventions

_LONGEST_LABEL = 60  # characters
_LONGEST_LINK = 200
_LONGEST_APPEAL = 800
_LONGEST_OFFER = 260
_OUR_LETTER = re.compile(r"\bour (?:[\w'-]+ ){1,4}newsletters?\b")
_SAID = re.compile(r'["\u201c\u201e«]|\bsa(?:id|ys)\b')
_NEAR_START = 2  # paragraphs
_NEAR_END = 6
_MOST_CONTACTS = 10  # paragraphs
_LONGEST_NAME = 60
_MOST_WORDS = 12  # of a line with a number to call
_TO_ASK = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]*\w|(?<!\d)(?:\+?1[ .-])?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}(?!\d)"
    r"|\+\d{1,3}[ .()\d-]{7,16}\d"
)
_MOST_HEADLINES = 5  # of other articles, under "Related stories"
_COLON = re.compile(r"\s?[:\uff1a|]\s?|\s[-–—]\s")
_MARKS = " \t*•·–—-=_>»«|[](){}.:;!…\u200b"
_ENDS = (".", "!", ":", "\u2026", "\u201d", '"', "。")
_PICTURE = re.compile(
    r"(?:(?:featured|header|lead|cover|main) )?(\w+)"
    r"(?::| (?:credits?|source):| by | courtesy of )"
)
_LETTER = re.compile(r"\w")


def without(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs of the story; all of them where nothing else would be left."""
    last = len(paragraphs) - _NEAR_END
    others = _headlines_of_others(paragraphs)
    kept = [
        paragraph
        for number, paragraph in enumerate(paragraphs)
        if number not in others
        and not _is_label(paragraph)
        and not (number >= last and _is_closing(paragraph))
        and not ((number < _NEAR_START or number >= last) and _is_appeal(paragraph))
    ]
    return kept or list(paragraphs)


def _headlines_of_others(paragraphs: Sequence[str]) -> frozenset[int]:
    """The numbers of the lines under "Related stories" that are no sentences."""
    found, left = set[int](), 0
    for number, paragraph in enumerate(paragraphs):
        if is_over_others(paragraph):
            left = _MOST_HEADLINES
        elif left and is_headline(paragraph):
            found.add(number)
            left -= 1
        else:
            left = 0
    return frozenset(found)


def is_headline(paragraph: str) -> bool:
    """Whether a line may be a headline, being no sentence."""
    return len(paragraph) <= _LONGEST_LINK and not paragraph.endswith(_ENDS)


def is_over_others(paragraph: str) -> bool:
    """Whether a line is nothing but the label over headlines of other articles."""
    text = _bare(paragraph)
    return text not in conventions().labels and f"{text}:" in conventions().links


def _bare(paragraph: str) -> str:
    return paragraph[: 2 * _LONGEST_LINK].casefold().replace("\u2019", "'").strip(_MARKS)


def contacts(paragraphs: Sequence[str]) -> int:
    """How many of the first paragraphs say whom to ask about a release, names between them too."""
    count = 0
    for number, paragraph in enumerate(paragraphs[:_MOST_CONTACTS], start=1):
        if _is_contact(paragraph):
            count = number
        elif not count or len(paragraph) > _LONGEST_NAME or paragraph.endswith((".", "!", "?")):
            break
    return count if count < len(paragraphs) else 0


def _is_contact(paragraph: str) -> bool:
    if len(paragraph) > _LONGEST_LINK:
        return False
    text = paragraph.casefold().strip(_MARKS)
    label, colon, _ = text.partition(":")
    words = conventions().contacts
    is_line = len(text.split()) <= _MOST_WORDS
    if text in words or (is_line and colon and label.strip() in words):
        return True
    is_line = is_line and not paragraph.endswith((".", "!", "?"))
    return _TO_ASK.search(paragraph) is not None and (is_line or text.startswith(words))


def is_furniture(paragraph: str) -> bool:
    """Whether a paragraph is none of the story, wherever it stands."""
    return _is_label(paragraph) or _is_appeal(paragraph) or _is_closing(paragraph)


def _is_label(paragraph: str) -> bool:
    """A label, a link elsewhere, or an invitation."""
    if len(paragraph) > _LONGEST_LINK:
        return False
    words = conventions()
    bare = _bare(paragraph)
    if len(bare) <= _LONGEST_LABEL and (
        bare in words.labels or is_over_others(paragraph) or not _LETTER.search(bare)
    ):
        return True
    if bare.startswith(words.invitations):
        return True
    if paragraph.rstrip().endswith((".", "\u201d", '"')):
        return False
    # "Related: a question of names." is a sentence; a headline that is linked to ends in none.
    return _COLON.sub(": ", bare, count=1).startswith(words.links) or _is_picture(bare)


def _is_picture(bare: str) -> bool:
    """ "Photo by A B", "Featured image credit: A B": who took it, or what another page shows."""
    found = _PICTURE.match(bare) if len(bare) <= _LONGEST_LABEL else None
    return found is not None and found[1] in conventions().pictures


def _is_appeal(paragraph: str) -> bool:
    if len(paragraph) > _LONGEST_APPEAL:
        return False
    text = paragraph.casefold().replace("\u2019", "'")
    return _is_offer(text) or any(phrase in text for phrase in conventions().appeals)


def _is_offer(text: str) -> bool:
    """Whether small letters offer a newsletter, or are the small print of one."""
    if len(text) > _LONGEST_OFFER or _SAID.search(text):
        return False
    is_ours = _OUR_LETTER.search(text) is not None
    return is_ours or any(phrase in text for phrase in conventions().offers)


def _is_closing(paragraph: str) -> bool:
    """The wire's initials, or the desk's credits: "(Reporting by A B; Editing by C D)"."""
    if dateline.is_initials(paragraph.strip(" ()[]")):
        return True
    if len(paragraph) > _LONGEST_LINK + _LONGEST_LINK:
        return False
    text = paragraph.casefold().lstrip("([*—–- ")
    return text.startswith(conventions().credits)
