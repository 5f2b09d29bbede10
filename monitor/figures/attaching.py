"""Which number of a sentence counts what: goes by the words beside it, clause by clause.

Prefers silence to a guess: a number that may be who did it ("two bombs killed 26") counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.figures.adding import total
from monitor.figures.numbers import Number
from monitor.figures.sentence import AND, Sentence
from monitor.figures.tables import Phrase

_STOPS = frozenset(';:—–"“”„«»()[]!?…')
_FARTHEST = 14  # words between a figure and what it counts
_FARTHEST_OF_A_TOLL = 16
_FARTHEST_OF_A_PHRASE = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """`number` counts `kind`, and is printed up to words[last]."""

    number: Number
    kind: str
    last: int


@dataclass(frozen=True, slots=True)
class _Trigger:
    """What counts, words[first:last]: "killed", "killed or wounded", "dead"."""

    kind: str
    first: int
    last: int


def counted(sentence: Sentence) -> list[Counted]:
    """What is counted, in order; takes the sentence's numbers."""
    _drop_parts(sentence)
    used: set[int] = set()
    found = [*_phrases(sentence, used), *_tolls(sentence, used)]
    triggers = list(_triggers(sentence, used))
    found += _objects(sentence, triggers)
    found += _subjects(sentence, triggers)
    return sorted(found, key=lambda one: one.number.first)


# --- parts of a whole ----------------------------------------------------------------------------


def _drop_parts(sentence: Sentence) -> None:
    """Those of "including four children", "two of them", "two of the 26 killed"."""
    parts = [phrase for phrase, _ in sentence.table.parts]
    for number in sentence.free():
        before = any(sentence.begins(number.begin - len(phrase), phrase) for phrase in parts)
        after = any(sentence.begins(number.last, phrase) for phrase in parts)
        if before or after or _is_share(sentence, number) or _is_base(sentence, number):
            sentence.drop(number)


def _is_share(sentence: Sentence, number: Number) -> bool:
    """As in "one of the worst", "two of the 26 killed": a share of what is counted elsewhere."""
    at = number.last
    if sentence.form(at) != "of" or not sentence.is_in(at + 1, "determiners"):
        return False
    base = sentence.number_from(at + 2)
    return base is None or sentence.kind_at(base.last) is not None


def _is_base(sentence: Sentence, number: Number) -> bool:
    """As 40 in "26 of the 40 passengers" and "none of the 40": what others are of."""
    at = number.begin - 1
    at -= sentence.is_in(at, "determiners")
    if sentence.form(at) != "of" or sentence.kind_at(number.last) is not None:
        return False
    owner = sentence.number_over(at - 1)
    return (owner is not None and sentence.is_free(owner)) or sentence.is_in(at - 1, "portions")


# --- as it stands --------------------------------------------------------------------------------


def _phrases(sentence: Sentence, used: set[int]) -> Iterator[Counted]:
    """As in "claimed 26 lives"."""
    for phrase, kind in sentence.table.phrases:
        place = phrase.index("#")
        for number in sentence.free():
            begin, end = number.begin - place, _phrase_end(sentence, number, phrase[place + 1 :])
            if end is not None and sentence.begins(begin, phrase[:place]):
                sentence.take(number)
                used |= {*range(begin, end)}
                yield Counted(number, kind, number.last)


def _phrase_end(sentence: Sentence, number: Number, rest: Phrase) -> int | None:
    """Where `rest` ends behind the number, or behind a noun that follows it."""
    for at in range(number.last, number.last + _FARTHEST_OF_A_PHRASE + 1):
        if sentence.begins(at, rest):
            return at + len(rest)
        if not sentence.is_plain(at):
            break
    return None


def _tolls(sentence: Sentence, used: set[int]) -> Iterator[Counted]:
    """As in "the death toll from the blast rose to 34"."""
    at = 0
    while at < len(sentence.words):
        toll = next((t for t in sentence.table.tolls if sentence.begins(at, t[0])), None)
        if toll is None:
            at += 1
            continue
        phrase, kind = toll
        used |= {*range(at, at + len(phrase))}
        at += len(phrase)
        number = _linked(sentence, at)
        if number is not None:
            sentence.take(number)
            yield Counted(number, kind, number.last)


def _linked(sentence: Sentence, first: int) -> Number | None:
    """The first number behind a toll that a word such as "to" or "reached" leads to."""
    for at in range(first, first + _FARTHEST_OF_A_TOLL):
        number = sentence.number_from(at)
        if number is None and sentence.form(at) in _STOPS - {":"}:
            return None
        if number is None:
            continue
        if number.qualifier == "up to":  # "the toll is up to 34"
            return replace(number, begin=number.first, qualifier=None)
        if at == first or sentence.is_in(at - 1, "links") or sentence.form(at - 1) == ":":
            return number
    return None


# --- what counts ---------------------------------------------------------------------------------


def _triggers(sentence: Sentence, used: set[int]) -> Iterator[_Trigger]:
    at = 0
    while at < len(sentence.words):
        kind = None if at in used else sentence.kind_at(at)
        if kind is None:
            at += 1
            continue
        first, kinds, at = at, {kind}, at + 1
        while sentence.form(at) in AND and (more := _shares(sentence, first, at + 1)) is not None:
            kinds, at = kinds | {more}, at + 2
        together = sentence.table.together.get(frozenset(kinds))
        yield _Trigger(together or " or ".join(sorted(kinds)), first, at)


def _shares(sentence: Sentence, first: int, at: int) -> str | None:
    """What counts at `at`, if it has no number but that of what counts at `first`."""
    has_own = sentence.number_from(at + 1) is not None and (
        sentence.number_over(first - 1) is not None
        or sentence.is_in(first - 1, "passive")
        or sentence.form(first) not in sentence.table.does
    )
    return None if has_own else sentence.kind_at(at)


# --- before its figure: "killed 26" --------------------------------------------------------------


def _objects(sentence: Sentence, triggers: Sequence[_Trigger]) -> Iterator[Counted]:
    for trigger in triggers:
        number = _object(sentence, trigger)
        if number is not None:
            sentence.take(number)
            number, last = total(sentence, number, backwards=False)
            yield Counted(number, trigger.kind, last)


def _object(sentence: Sentence, trigger: _Trigger) -> Number | None:
    """26 in "killed at least 26", "the deaths of 26", "dead: 26"."""
    form, at = sentence.form(trigger.last - 1), trigger.last
    link = sentence.form(at)
    if link == ":" or (link == "of" and form in sentence.table.of):
        at += 1
    elif link == "of" or form not in sentence.table.does:
        return None
    while sentence.is_in(at, "fillers") and sentence.number_from(at) is None:
        at += 1
    number = sentence.number_from(at)
    if number is None or sentence.counts_things(number):
        return None
    # In "killed, 40 wounded" 40 has its own.
    own = sentence.kind_at(number.last) is not None
    return None if own and not sentence.is_in(number.last + 1, "people") else number


# --- behind its figure: "26 were killed", "26 dead" ----------------------------------------------


def _subjects(sentence: Sentence, triggers: Sequence[_Trigger]) -> Iterator[Counted]:
    marked = {at for trigger in triggers for at in range(trigger.first, trigger.last)}
    for trigger in triggers:
        number = None if _has_object(sentence, trigger) else _subject(sentence, trigger, marked)
        if number is not None:
            sentence.take(number)
            feared = any(sentence.is_in(at, "feared") for at in range(number.last, trigger.first))
            number, last = total(sentence, number, backwards=True)
            number = replace(number, qualifier="up to") if feared else number
            yield Counted(number, trigger.kind, last)


def _has_object(sentence: Sentence, trigger: _Trigger) -> bool:
    """Whether what stands before it did it: "two bombs killed a policeman"."""
    form, at = sentence.form(trigger.last - 1), trigger.last
    table = sentence.table
    if form not in table.does or (form in table.is_ and form not in table.suffered):
        return False
    counted_next = sentence.number_over(at) is not None
    return counted_next or sentence.is_in(at, "determiners") or sentence.is_in(at, "vague")


def _subject(sentence: Sentence, trigger: _Trigger, marked: set[int]) -> Number | None:
    """The nearest number of the clause, if it fits."""
    for at in range(trigger.first - 1, max(trigger.first - 2 - _FARTHEST, -1), -1):
        number = sentence.number_over(at)
        if number is not None:
            fits = sentence.is_free(number) and _fits(sentence, number, trigger)
            return number if fits else None
        if at in marked or _breaks(sentence, at):
            return None
    return None


def _breaks(sentence: Sentence, at: int) -> bool:
    """Whether another clause begins here, or a noun of its own: "and a soldier was killed"."""
    if sentence.form(at) in _STOPS or sentence.is_in(at, "breaks"):
        return True
    return sentence.is_in(at, "determiners") and not sentence.is_in(at - 1, "prepositions")


def _fits(sentence: Sentence, number: Number, trigger: _Trigger) -> bool:
    """Whether what lies between them makes the number what the trigger counts."""
    gap = range(number.last, trigger.first)
    form, table = sentence.form(trigger.first), sentence.table
    if not gap and sentence.is_in(trigger.first, "adjectives"):
        return not sentence.is_plain(trigger.last) or _may_follow(sentence, trigger, noun=True)
    if not gap:
        known = form in table.is_ or form in table.suffered
        return known and (form not in table.does or _may_follow(sentence, trigger, noun=True))
    if sentence.counts_things(number) or sentence.is_in(gap[-1], "determiners"):
        return False
    passive = [at for at in gap if sentence.is_in(at, "passive")]
    if form in table.suffered:
        if not passive and not _may_follow(sentence, trigger, noun=False):
            return False
    elif form not in table.is_:
        return False
    joins = [at for at in gap if sentence.form(at) in AND]
    if joins and passive and passive[0] < joins[-1] < passive[-1]:
        return False  # "two blasts were heard and soldiers were killed"
    at = number.begin - 1
    at -= sentence.is_in(at, "determiners")
    moved = sentence.form(at).endswith("ing") and not sentence.is_in(at, "leaving")
    return not moved and not sentence.is_in(at, "before_a_subject")


def _may_follow(sentence: Sentence, trigger: _Trigger, *, noun: bool) -> bool:
    """Whether what follows is no object: "26 killed in", "26 killed.", "the 26 killed men"."""
    at = trigger.last
    if sentence.is_in(at, "adverbs") or not sentence.form(at)[:1].isalnum():
        return True
    return sentence.kind_at(at) is not None or (noun and sentence.is_in(at, "people"))
