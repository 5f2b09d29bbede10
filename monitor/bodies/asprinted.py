"""The paragraphs of a text that was found without them, as its page prints them.

Some pages have no element for a paragraph, some state their text as one line.  Extracts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from monitor import markup

_FEW = 6  # lines
_LONG = 300  # characters, a line
_LONGEST = 200_000  # characters, a text: each is looked at by itself
_SURE = 60  # letters: a line that is found behind something that the page does not show
_MOST_SEARCHES = 200
_COVERED = 0.9  # of a text's letters
_TAG = re.compile(r"</?[a-z]+[\s/>]")
_OPENS = " \n\"'([{\u201c\u2018\u201e«"  # and belongs to the next line


def parted(tree: HtmlElement, text: str) -> str:
    """`text` in the lines that the page prints it in; as it was where they are not its own.

    What the page does not show stays between them, unless it has tags.
    """
    lines = text.splitlines() if len(text) <= _LONGEST else []
    if not 0 < len(lines) <= _FEW or max(map(len, lines)) < _LONG:
        return text
    wanted = markup.letters(text)
    printed = _printed(tree, wanted)
    covered = sum(end - start for start, end, _ in printed)
    if covered < _COVERED * len(wanted) or len(printed) <= len(lines):
        return text
    return "\n".join(_filled(text, printed))


def _printed(tree: HtmlElement, wanted: str) -> list[tuple[int, int, str]]:
    """The lines of a page, in their order, that hold the wanted letters: from where to where."""
    printed: list[tuple[int, int, str]] = []
    end = covered = searches = 0
    for line in markup.lines(tree).lines:
        found = markup.letters(line.text)
        if not found:
            continue
        if covered < len(found) and wanted.startswith(found):  # it was no more than labels so far
            printed, end, covered = [(0, len(found), line.text)], len(found), len(found)
            continue
        start = end
        if len(found) >= _SURE and searches < _MOST_SEARCHES and not wanted.startswith(found, end):
            start = wanted.find(found, end)
            searches += 1
        if start >= 0 and wanted.startswith(found, start):
            end, covered = start + len(found), covered + len(found)
            printed.append((start, end, line.text))
    return printed


def _filled(text: str, printed: list[tuple[int, int, str]]) -> Iterator[str]:
    """The printed lines, and what the text has between them and behind."""
    places = [place for place, one in enumerate(text) for _ in markup.letters(one)]
    places.append(len(text))
    last = 0
    for start, end, line in (*printed, (len(places) - 1, len(places) - 1, "")):
        whole = text[places[last - 1] + 1 if last else 0 : places[start]]
        if last < start and _TAG.search(whole) is None:
            yield text[places[last] : places[start]].strip(_OPENS)
        if line:
            yield line
        last = end
