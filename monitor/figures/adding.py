"""Add up what one verb says of several: "eight soldiers and two civilians were killed" are ten."""

from __future__ import annotations

from dataclasses import replace

from monitor.figures.numbers import Number
from monitor.figures.sentence import AND, Sentence


def total(sentence: Sentence, number: Number, *, backwards: bool) -> tuple[Number, int]:
    """The number with what stands beside it added, and where the last of them is printed to."""
    numbers = [number]
    beside = _before if backwards else _behind
    while (other := beside(sentence, numbers[-1])) is not None:
        sentence.take(other)
        numbers.append(other)
    if len(numbers) == 1:
        return number, number.last
    first, last = sorted((numbers[0], numbers[-1]), key=lambda one: one.first)
    end = sentence.people_end(last) or last.last
    return replace(first, value=sum(one.value for one in numbers)), end


def _behind(sentence: Sentence, number: Number) -> Number | None:
    """two in "killed eight soldiers and two civilians", unless these were hurt."""
    end = sentence.people_end(number)
    if end is None or sentence.form(end) not in {*AND, ","}:
        return None
    other = sentence.number_from(end + 1)
    own = sentence.people_end(other) if other is not None else None
    if own is None or sentence.is_in(own, "passive") or sentence.kind_at(own) is not None:
        return None
    return other


def _before(sentence: Sentence, number: Number) -> Number | None:
    """eight in "eight soldiers and two civilians were killed"."""
    if sentence.people_end(number) is None:
        return None
    for other in sentence.free():
        end = sentence.people_end(other)
        if end is not None and end == number.begin - 1 and sentence.form(end) in {*AND, ","}:
            return other
    return None
