"""Articles as `rules match` is given them: a JSON object a line.

A field that is absent or null is not known; `""` and `[]` are empty.  Matches nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import Item
from monitor.rules.fields import Fields

KEYS = frozenset(
    [
        "id",
        "title",
        "body",
        "url",
        "source",
        "section",
        "lang",
        "wire",
        "place",
        "site",
        "author",
        "tags",
        "partial",
    ]
)
_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BadLine(ValueError):
    """A line that is no article; says what was expected."""


@dataclass(frozen=True, slots=True)
class Given:
    """One article, under its own id.  `passed_over`: the keys that are none of an article."""

    id: str | int
    fields: Fields
    passed_over: tuple[str, ...] = ()


def article(line: bytes) -> Given:
    """Raises BadLine."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLine(f"expected UTF-8, byte {error.start + 1} is not") from error
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"expected one JSON object: {why(error)}") from error
    if not isinstance(given, dict):
        raise BadLine(f"expected one JSON object, this is {kind(given)}")
    if _LONE_SURROGATE.search(line):
        given = _whole(given)
    known = given.get("id")
    if not isinstance(known, str | int) or isinstance(known, bool):
        raise BadLine('expected "id", a text or a whole number')
    return Given(known, _fields(given), tuple([key for key in given if key not in KEYS]))


def _fields(given: Mapping[str, object]) -> Fields:
    partial = given.get("partial")
    if not (partial is None or isinstance(partial, bool)):
        raise BadLine(f'expected true or false for "partial", this is {kind(partial)}')
    url = _text(given, "url")
    item = Item(
        url or "",
        title=_text(given, "title"),
        body=_text(given, "body"),
        section=_text(given, "section"),
        lang=_text(given, "lang"),
        wire=_text(given, "wire"),
        place=_text(given, "place"),
        authors=_authors(given),
        tags=_texts(given, "tags"),
        partial=bool(partial),
    )
    instead = {"url": url, "source": _text(given, "source")}
    site = _text(given, "site")
    return Fields(item, "", instead=instead if site is None else {**instead, "site": site})


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value
    raise BadLine(f'expected text or null for "{name}", this is {kind(value)}')


def _authors(given: Mapping[str, object]) -> tuple[str, ...] | None:
    value = given.get("author")
    if isinstance(value, str):
        return (value,) if value else ()
    return _texts(given, "author")


def _texts(given: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, list):
        for one in value:
            if not isinstance(one, str):
                raise BadLine(f'expected texts in the list of "{name}", one is {kind(one)}')
        return tuple(value)
    also = "text, " if name == "author" else ""
    raise BadLine(f'expected {also}a list of texts or null for "{name}", this is {kind(value)}')


def why(error: Exception) -> str:
    """Why something is no JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, at character {error.colno}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")


def _whole(given: Mapping[str, object]) -> dict[str, object]:
    """Without halves of characters, which are no text; every other one keeps its offset."""
    return {name: _mended(value) for name, value in given.items()}


def _mended(value: object) -> object:
    if isinstance(value, list):
        return [_mended(one) for one in value]
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value
