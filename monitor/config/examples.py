"""Hold a rule against its own examples: what it must find, and what it must not.

An example is an article of which no more is known than its title and text.  Decides nothing about
what the rule's query means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.config.entries import Lists, Read, check_quoting
from monitor.config.nodes import Document, Mapping, Node, Scalar, Sequence, text_of
from monitor.config.queries import check_rule, named, names
from monitor.config.traps import printable
from monitor.errors import Mistake
from monitor.model import Answer, Item
from monitor.rules import Matcher, ask
from monitor.rules import Node as Tree
from monitor.settings import Rule

_MUST = {"must_match": True, "must_not_match": False}
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a rule, and whether the rule must find it."""

    node: Node
    item: Item
    wanted: bool

    @property
    def shown(self) -> str:
        words = " | ".join(part for part in (self.item.title, self.item.body) if part)
        return f'"{printable(" ".join(words.split()), _LONGEST_SHOWN)}"'


@dataclass(frozen=True, slots=True)
class Held:
    """An example held against its rule; `why` it fails, None where it does not."""

    example: Example
    answer: Answer
    why: str | None


def check_examples(
    document: Document, rule: Mapping, asked: Read | None, lists: Lists
) -> Iterator[Mistake]:
    """Each example of the rule that fails; None: it cannot be told what the rule asks."""
    examples = []
    for found in _read(document, rule):
        if isinstance(found, Mistake):
            yield found
        else:
            examples.append(found)
    if asked is None or asked.node is None or not lists.faulty.isdisjoint(names(asked.query)):
        return
    for example in examples:
        held = _hold(example, asked.node, asked.query, lists)
        if held.why is not None:
            yield _fails(document, held)


def hold_examples(document: Document, rule: Mapping, lists: Lists) -> tuple[Held, ...]:
    """Every example of a rule that has no mistake."""
    asked, _ = check_rule(document, rule, lists)
    assert asked is not None
    assert asked.node is not None
    examples = (one for one in _read(document, rule) if isinstance(one, Example))
    return tuple(_hold(example, asked.node, asked.query, lists) for example in examples)


def _read(document: Document, rule: Mapping) -> Iterator[Example | Mistake]:
    for key, wanted in _MUST.items():
        listed = rule.get(key)
        for node in listed.items if isinstance(listed, Sequence) else ():
            if isinstance(node, Scalar) and (trapped := check_quoting(document, node)):
                yield trapped
            elif item := _item(node):
                yield Example(node, item, wanted)


def _hold(example: Example, node: Tree, query: str, lists: Lists) -> Held:
    answer, _ = ask(node, example.item, "")
    if (answer is Answer.YES) is example.wanted:
        return Held(example, answer, None)
    rule = Rule("example", query, lists=named(query, lists.entries))
    return Held(example, answer, Matcher((rule,)).explain(rule.id, example.item, ""))


def _fails(document: Document, held: Held) -> Mistake:
    example = held.example
    must = "must match" if example.wanted else "must not match"
    problem = f"the example {example.shown} {must}, but {held.why}"
    return document.mistake(example.node.place, problem, "mend the query or the example")


def _item(node: Node) -> Item | None:
    """The article that an example says; None where it cannot be read."""
    if isinstance(node, Mapping):
        given = {name.text: text_of(value) for name, value in node.entries}
    else:
        given = {"body": text_of(node)}
    if None in given.values() or not given.keys() <= {"title", "body"}:
        return None  # told where the values are held against the schema
    return Item("", given.get("title") or "", body=given.get("body") or "", partial=False)
