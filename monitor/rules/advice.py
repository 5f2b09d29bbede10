"""What lint says of one rule: a note for each thing that was likely not meant.

Words for people; what the archive shows is counted in `review`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.errors import QueryProblem
from monitor.rules.review import Reviewed
from monitor.rules.wildcards import Wildcard


@dataclass(frozen=True, slots=True)
class Advised:
    """A rule with its notes; `reviewed` None: there was no archive."""

    rule_id: str
    notes: tuple[QueryProblem, ...]
    reviewed: Reviewed | None
    wildcards: tuple[Wildcard, ...]


def advise(
    rule_id: str,
    notes: Sequence[QueryProblem],
    has_examples: bool,
    reviewed: Reviewed | None,
    wildcards: Sequence[Wildcard],
) -> Advised:
    """`notes`: those of the query itself."""
    told = [*notes, *(_of_archive(reviewed) if reviewed else ()), *_of_wildcards(wildcards)]
    if not has_examples:
        message = "no example says what it must find: add must_match, which each start then checks"
        told.append(QueryProblem("N-EXAMPLES", 0, message))
    told.sort(key=lambda note: note.position)
    return Advised(rule_id, tuple(told), reviewed, tuple(wildcards))


def _of_archive(reviewed: Reviewed) -> Iterator[QueryProblem]:
    for variant in reviewed.dead:
        message = f"leaving out `{variant.left_out}` changes nothing"
        yield QueryProblem("N-DEAD", variant.position, message)
    count = len(reviewed.matched)
    for other in reviewed.inside:
        found = "the one article" if count == 1 else f"all {count:,} articles"
        yield QueryProblem("N-INSIDE", 0, f"the rule {other} finds {found} of this one, too")


def _of_wildcards(wildcards: Sequence[Wildcard]) -> Iterator[QueryProblem]:
    for one in wildcards:
        if one.others:
            words = len(one.expansions) + one.others
            message = f"`{one.written}` stands for {words:,} different words: is it too short?"
            yield QueryProblem("N-WILD", 0, message)
