"""Hold a file's nodes against its model, and tell each thing that does not fit at its place."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.nodes import Broken, Document, Mapping, Node, Place, Scalar, Sequence
from monitor.config.schema import Keys, fields_of
from monitor.config.secrets import Surroundings
from monitor.config.traps import QUERIES, block_form, shown
from monitor.errors import Mistake

K = TypeVar("K", bound=Keys)

# A key without a value is empty here, and forgotten elsewhere.
_MAY_BE_EMPTY = frozenset({"sources", "rules", "lists", "channels", "defaults", "route", "console"})
_LISTS = frozenset({"sources", "rules"})

_EXAMPLES = {
    "id": "id: a-short-name",
    "url": "url: https://www.example.org/feed.xml",
    "item": "item: div.news > article",
    "to": "to: [me]",
    "from": "from: wirewatch@example.org",
    "server": "server: smtp.example.org:587",
    "any": "any: [car bomb, truck bomb]",
    "all": "all: [car bomb, Mosul]",
    "none": "none: [film, novel]",
    "query": "query: |",
    "text": "text: |",
    "severity": "severity: high",
    "demote": "demote: [film, anniversary]",
    "must_match": 'must_match: ["A car bombing killed nine."]',
    "must_not_match": 'must_not_match: ["A novel about a car bombing."]',
    "lists": "lists: {vehicles: [car, truck, lorry]}",
    "match": """match: ['severity = "high"']""",
    "hosts": "hosts: [www.example.org]",
    "canary": "canary: {every: 12h}",
    "digest": 'digest: {at: "06:00"}',
    "group_wait": "group_wait: {normal: 5m}",
    "updates": "updates: {a_day: 3}",
    "caps": "caps: {channel: 10}",
    "quiet_hours": 'quiet_hours: {from: "22:00", to: "07:00"}',
    "allow": "allow: [127.0.0.1/32]",
    "token_command": "token_command: [get-token, --for, smtp]",
    "labels": "labels: {desk: mideast}",
    "resolve": 'resolve: {feeds.localhost: "127.0.0.1:8080"}',
    "selectors": "selectors: {item: div.news > article}",
    "console": "console: {}",
    "email": "email: {to: [...], from: ..., server: ...}",
    "slack": "slack: {webhook: ${NAME}}",
    "secret": "secret: ${NAME}",
    "sources": "- id: bbc-world",
    "rules": "- id: car-bombing",
    "channels": "channels: {me: {console: {}}}",
}


class _Missing:
    """Stands for a value that is not there; fits no field, so that a mistake comes of it."""


def fit(document: Document, model: type[K], around: Surroundings) -> K | tuple[Mistake, ...]:
    """The file as its model, or every value in it that does not fit."""
    assert document.root is not None
    try:
        return model.model_validate(_plain(document.root), context=around)
    except ValidationError as e:
        errors = e.errors(include_url=False, include_input=False)
    return tuple(m for error in errors for m in _mistakes(document, model, error))


def _plain(node: Node, key: str | None = None) -> object:
    if isinstance(node, Mapping):
        return {name.text: _plain(value, name.text) for name, value in node.entries}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    if isinstance(node, Scalar) and not node.is_null:
        return node.text
    if isinstance(node, Scalar) and key in _MAY_BE_EMPTY:
        return [] if key in _LISTS else {}
    return _Missing()


def _mistakes(document: Document, model: type[Keys], error: ErrorDetails) -> Iterator[Mistake]:
    kind, loc = error["type"], error["loc"]
    if kind in ("missing", "extra_forbidden"):
        parent, _ = _find(document, loc[:-1])
        assert isinstance(parent, Mapping)
        name = str(loc[-1])
        if kind == "missing":
            example = _EXAMPLES.get(name, f"{name}: ...")
            yield document.mistake(parent.place, f"`{name}` is missing here", f"add `{example}`")
        else:
            key = parent.key(name)
            assert key is not None
            yield document.mistake(key.place, *_unknown(name, _model_at(model, loc[:-1])))
        return
    node, place = _find(document, loc)
    if isinstance(node, Broken):
        return
    name = next((part for part in reversed(loc) if isinstance(part, str)), "the file")
    in_list = bool(loc) and isinstance(loc[-1], int)
    yield document.mistake(place, *_misfit(error, node, name, in_list))


def _unknown(name: str, model: type[Keys]) -> tuple[str, str]:
    known = list(fields_of(model))
    close = get_close_matches(name.lower().replace("-", "_"), known, 1)
    if close:
        return f"unknown key {shown(name)}", f"did you mean `{close[0]}`?"
    expected = "expected " + ", ".join(known) if known else "it takes no keys: `{}`"
    return f"unknown key {shown(name)}", expected


def _misfit(error: ErrorDetails, node: Node, name: str, in_list: bool) -> tuple[str, str]:
    """What to say of a value that does not fit, and how to mend it."""
    example = _EXAMPLES.get(name)
    if isinstance(node, Scalar) and node.is_null:
        if in_list:
            return (
                "YAML reads this entry as empty",
                "fill it, delete it, or put it in quotes, '...'",
            )
        if name in QUERIES:
            mend = f"{block_form(name)}; elsewhere ` #` begins a comment"
            return f"`{name}` has no value", mend
        return f"{shown(name)} has no value", "give it one, or delete the line"
    if error["type"] == "refused":
        context = error["ctx"]
        return context["problem"], context["mend"]
    wanted = _WANTED.get(error["type"], "something else")
    mend = f"write `{example}`" if example and not in_list else f"write {wanted} here"
    if in_list and isinstance(node, Mapping) and wanted == "text":
        return "YAML reads this entry as key and value", "put it in quotes, '...'"
    what = "an entry" if in_list else shown(name)
    return f"{what} must be {wanted}, this is {_kind(node)}", mend


_WANTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
}


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "keys and values"
    return "a list" if isinstance(node, Sequence) else "a single text"


def _find(document: Document, loc: tuple[int | str, ...]) -> tuple[Node, Place]:
    """The node at pydantic's location; the place is its key's when it has no value."""
    assert document.root is not None
    node: Node = document.root
    place, last = node.place, None
    for part in loc:
        if part == "[key]" and last is not None:
            return last, last.place
        if isinstance(node, Mapping) and isinstance(part, str):
            key, value = node.key(part), node.get(part)
            if key is None or value is None:
                break
            node, place, last = value, key.place if _is_null(value) else value.place, key
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
            place = node.place
    return node, place


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _model_at(model: type[Keys], loc: tuple[int | str, ...]) -> type[Keys]:
    """The model that judges the mapping at a location."""
    parts = iter(loc)
    for part in parts:
        field = fields_of(model).get(str(part)) if isinstance(part, str) else None
        inner, named = _inner(field.annotation) if field else (None, False)
        if inner is not None:
            model = inner
            if named:
                next(parts, None)
    return model


def _inner(annotation: object) -> tuple[type[Keys] | None, bool]:
    """The model inside a field's type, and whether names of the writer's choice stand before it."""
    if isinstance(annotation, type) and issubclass(annotation, Keys):
        return annotation, False
    origin = get_origin(annotation)
    if origin in (tuple, dict, Union, UnionType, Annotated):
        for argument in get_args(annotation):
            found, _ = _inner(argument)
            if found is not None:
                return found, origin is dict
    return None, False
