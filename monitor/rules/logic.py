"""AND, OR and NOT over three answers (Kleene's strong logic)."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model import Answer

_OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}


def opposite(answer: Answer) -> Answer:
    return _OPPOSITE[answer]


def all_of(answers: Iterable[Answer]) -> Answer:
    """NO if one is, else UNKNOWN if one is, else YES."""
    found = set(answers)
    if Answer.NO in found:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in found else Answer.YES


def any_of(answers: Iterable[Answer]) -> Answer:
    """YES if one is, else UNKNOWN if one is, else NO."""
    return opposite(all_of(opposite(answer) for answer in answers))
