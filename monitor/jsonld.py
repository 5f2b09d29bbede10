"""The article that a page describes in JSON-LD (schema.org), read from what is often broken JSON.

Follows `@graph`, lists and `@id` references within the page; fetches no context.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import islice

from lxml.html import HtmlElement

from monitor import markup

# schema.org's Article and below, but for those that end in "Article".
_TYPES = frozenset(
    {"Report", "BlogPosting", "LiveBlogPosting", "SocialMediaPosting", "Review", "ClaimReview"}
)
_TAG = re.compile(r"<[^<>]*>")
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_MOST_NODES = 20_000  # of one page
_MOST_VALUES = 50
_MOST_TWINS = 5
_MOST_DEPTH = 4  # objects in objects, where a text is looked for
_OF_THE_PAGE = ("datePublished", "dateModified", "inLanguage")
_DECODER = json.JSONDecoder(strict=False)  # line ends inside strings are the commonest fault


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object; every reader gives None or nothing for what is absent or of another type."""

    fields: Mapping[str, object] = field(default_factory=dict)
    by_id: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def text(self, name: str, key: str = "name", *, raw: bool = False) -> str | None:
        """The first text of a field; an object stands for its `key`.  `raw` keeps line ends."""
        if raw:
            value = self.fields.get(name)
            return unescape(value) if isinstance(value, str) else None
        return next(iter(self.texts(name, key)), None)

    def texts(self, name: str, key: str) -> list[str]:
        return [
            text for value in self._strings(self.fields.get(name), key) if (text := _plain(value))
        ]

    def names(self, name: str) -> list[tuple[str, bool]]:
        """The names of people and others in a field; whether each is said to be no person's."""
        found = []
        for one in self._objects(self.fields.get(name), "name"):
            fields = one if isinstance(one, Mapping) else {"name": one}
            parts = (fields.get("givenName"), fields.get("familyName"))
            given = " ".join(part for part in parts if isinstance(part, str))
            texts = list(self._strings(fields.get("name"), "name")) or [given]
            types = _types(fields)
            is_house = bool(types) and "Person" not in types
            found += [(text, is_house) for value in texts if (text := _plain(value))]
        return found

    def truth(self, name: str) -> bool | None:
        value = self.fields.get(name)
        words = {"true": True, "false": False}
        return value if isinstance(value, bool) else words.get(str(value).lower())

    def _objects(self, value: object, key: str) -> Iterator[str | Mapping[str, object]]:
        """What a field holds, lists opened; an object that has no `key` by what its @id means."""
        waiting = [value]
        for _ in range(_MOST_VALUES):
            if not waiting:
                return
            one = waiting.pop(0)
            if isinstance(one, str):
                yield one
            elif isinstance(one, list):
                waiting[:0] = one[:_MOST_VALUES]
            elif isinstance(one, dict):
                yield one if key in one else self.by_id.get(str(one.get("@id")), one)

    def _strings(self, value: object, key: str) -> Iterator[str]:
        for _ in range(_MOST_DEPTH):
            value = [
                one if isinstance(one, str) else one.get(key) for one in self._objects(value, key)
            ]
        yield from (one for one in self._objects(value, key) if isinstance(one, str))


def _plain(text: str) -> str | None:
    return markup.squeeze(_TAG.sub(" ", unescape(unescape(text))))


def article(tree: HtmlElement) -> Node:
    """The page's article, of several the first with a headline; an empty node if it has none."""
    nodes = [
        node
        for script in tree.xpath("//script[contains(@type, 'ld+json')]")
        for document in _documents(script.text_content())
        for node in _nodes(document)
    ]
    by_id = {str(node["@id"]): node for node in reversed(nodes) if "@id" in node and len(node) > 1}
    articles = [node for node in nodes if _is_article(node)]
    best = next((node for node in articles if node.get("headline")), None)
    if best is None:
        best = articles[0] if articles else {}
    # Two plug-ins of one site each describe the article, or the page stands for it.
    fields: dict[str, object] = {}
    twins = (node for node in articles if node.get("headline") in (None, best.get("headline")))
    for node in (best, *islice(twins, _MOST_TWINS)):
        fields = {**node, **fields}
    page = next((node for node in nodes if "WebPage" in _types(node)), {})
    return Node({name: page[name] for name in _OF_THE_PAGE if name in page} | fields, by_id)


def _types(node: Mapping[str, object]) -> frozenset[str]:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types] if types else []
    return frozenset(str(name).rpartition("/")[2] for name in names[:_MOST_VALUES])


def _is_article(node: Mapping[str, object]) -> bool:
    return any(name.endswith("Article") or name in _TYPES for name in _types(node))


def _documents(text: str) -> Iterator[object]:
    """Every JSON value in a script; what follows the first fault is left out."""
    text = text.strip().removeprefix("<!--").removeprefix("//<![CDATA[").strip()
    at = 0
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            mended = _TRAILING_COMMA.sub("", text[at:])
            if len(mended) == len(text) - at:
                return
            text, at = mended, 0
            continue
        yield value
        at = end
        while at < len(text) and (text[at].isspace() or text[at] in ",;"):
            at += 1


def _nodes(document: object) -> Iterator[dict[str, object]]:
    """Objects of a document in its order: in lists, `@graph` and as a page's main entity."""
    waiting = [document]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one[:_MOST_NODES]))
        elif isinstance(one, dict):
            yield one
            inner = (one.get(name) for name in ("mainEntityOfPage", "mainEntity", "@graph"))
            waiting.extend(value for value in inner if isinstance(value, (list, dict)))
