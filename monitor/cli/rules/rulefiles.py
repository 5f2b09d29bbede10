"""Rules as `rules match` is given them: a file like rules.yaml, or JSON objects.

Tells every mistake with its place.  Matches nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

import click

from monitor import config
from monitor.cli.base import say
from monitor.cli.rules.articles import kind
from monitor.errors import ConfigError, Mistake, QueryError
from monitor.model import Item
from monitor.rules import Matcher, check
from monitor.settings import Rule

Lists = Mapping[str, tuple[str, ...]]

_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def matcher(file: str, raw: bytes, lists: Lists) -> Matcher:
    """All rules of the file, compiled.

    `lists`: what the queries of JSON objects may name.  Raises ConfigError with all mistakes.
    """
    text = _text(raw)
    if text is None or not _is_json(file, text):
        if lists:
            mend = "leave --lists out, and write them there below `lists:`"
            raise click.UsageError(f"{file} is read as YAML, which has its own lists: {mend}")
        return _compiled(file, config.read_rules(file, raw))
    lines: dict[str, int] = {}
    found, mistakes = [], []
    for line, value in _values(text):
        rule = _rule(value, lists)
        if isinstance(rule, str):
            mistakes.append(Mistake(file, line, 1, rule))
        elif rule.id in lines:
            taken = f"the id {rule.id!r} is taken in line {lines[rule.id]}"
            mistakes.append(Mistake(file, line, 1, taken, "give each its own"))
            mistakes += _mistakes(rule, file, line)
        else:
            lines[rule.id] = line
            found.append(rule)
    made = _compiled(file, found)
    # Of an article of which nothing is known each rule says something, be it that it is broken:
    # only these are read again, for the place of each mistake.
    broken = {match.rule_id for match in made.match(Item(""), "") if match.error}
    for rule in found if broken else ():
        mistakes += _mistakes(rule, file, lines[rule.id]) if rule.id in broken else ()
    if mistakes:
        raise ConfigError(tuple(sorted(mistakes, key=attrgetter("line"))))  # else as they stand
    return made


def _text(raw: bytes) -> str | None:
    """None where it is no UTF-8: who reads it as YAML says where."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _compiled(file: str, rules: Sequence[Rule]) -> Matcher:
    if not rules:
        say(f"{file}: there are no rules in it, so nothing is found")
    return Matcher(rules)


def _mistakes(rule: Rule, file: str, line: int) -> list[Mistake]:
    try:
        check(rule.query, lists=rule.lists)
    except QueryError as error:
        return [
            Mistake(file, line, 1, f"{rule.id}: {one.code} at {one.position}: {one.message}")
            for one in error.problems
        ]
    return []


def _is_json(file: str, text: str) -> bool:
    """One object that holds rules is read as the YAML it is."""
    first = text.lstrip()
    if not first.startswith(("{", "[")) or file.endswith((".yaml", ".yml")):
        return False
    try:
        value, _ = _DECODER.raw_decode(first)
    except (ValueError, RecursionError):
        return file.endswith((".json", ".jsonl", ".ndjson")) or '"query"' in first.split("\n", 1)[0]
    return not (isinstance(value, dict) and {"rules", "lists"} & value.keys())


def _values(text: str) -> Iterator[tuple[int, object]]:
    """Line and value of each, of a list or one after the other; the error where one is none."""
    start = re.match(r"\s*\[?", text)
    at = start.end() if start else 0
    while (at := _end(_BETWEEN, text, at)) < len(text) and text[at] != "]":
        line = text.count("\n", 0, at) + 1
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            value = error
            at = text.find("\n", at) + 1 or len(text)
        yield line, value


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _rule(value: object, lists: Lists) -> Rule | str:
    """The rule, or what was expected instead."""
    if isinstance(value, Exception):
        return "expected a JSON object with `id` and `query`, this cannot be read as one"
    if not isinstance(value, dict):
        return f"expected a JSON object, this is {kind(value)}"
    name, query = value.get("id"), value.get("query")
    if not isinstance(name, str) or not name:
        return 'expected "id", a text'
    if not isinstance(query, str):
        return f'expected "query", a text, beside the id {name!r}'
    return Rule(name, query, lists=lists)
