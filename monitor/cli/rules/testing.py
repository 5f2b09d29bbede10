"""`rules test`: each rule held against its own examples."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import config
from monitor.cli import out, place
from monitor.cli.base import Call, Exit, end
from monitor.cli.out import of
from monitor.cli.shapes import Shape
from monitor.config.examples import Held

_LABEL = 6


def run(call: Call) -> None:
    """Ends 1 where an example fails, 2 where rules.yaml has another mistake."""
    path = place.directory(call) / place.RULES
    tried = config.try_examples(str(path), place.raw(path))
    for rule_id, held in tried.items():
        if call.as_json:
            out.emit(_shape(rule_id, held))
        else:
            out.lines(_line(rule_id, held))
            for one in held:
                out.lines(*_failing(one))
    every = [one for held in tried.values() for one in held]
    failing = sum(one.why is not None for one in every)
    if not call.as_json:
        out.lines("", f"{of(len(tried), 'rule')}, {of(len(every), 'example')}, {failing} failing")
    if failing:
        end(Exit.FAILED)


def _line(rule_id: str, held: Sequence[Held]) -> str:
    failing = sum(one.why is not None for one in held)
    if not held:
        return f"{'none':{_LABEL}}{rule_id}: no examples"
    if failing:
        return f"{'FAILS':{_LABEL}}{rule_id}: {failing} of {of(len(held), 'example')}"
    return f"{'ok':{_LABEL}}{rule_id}: {of(len(held), 'example')}"


def _failing(held: Held) -> list[str]:
    if held.why is None:
        return []
    example = held.example
    must = "must match" if example.wanted else "must not match"
    indent = " " * _LABEL
    return [
        *out.wrapped(f"line {example.node.place.line}: {must} {example.shown},", indent),
        *out.wrapped(f"but {held.why}", f"{indent}  "),
    ]


def _shape(rule_id: str, held: Sequence[Held]) -> Shape:
    return {
        "rule": rule_id,
        "ok": all(one.why is None for one in held),
        "examples": [
            {
                "line": one.example.node.place.line,
                "title": one.example.item.title,
                "body": one.example.item.body,
                "must_match": one.example.wanted,
                "answer": one.answer.value,
                "ok": one.why is None,
                "why": one.why,
            }
            for one in held
        ],
    }
