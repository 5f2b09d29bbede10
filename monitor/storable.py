"""Make texts such as the store can hold: JSON in a page may spell half a character."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any

from monitor.model import Item, SideStory

_UNSOUND = re.compile("[\0\ud800-\udfff]")
_side_stories = attrgetter("side_stories")
_lists = attrgetter("authors", "tags")
_TEXTS = (
    "url", "title", "guid", "canonical_url", "byline", "place", "wire", "section", "lang", "body",
    "image",
)  # fmt: skip
_texts = attrgetter(*_TEXTS)


def storable(items: Sequence[Item]) -> Sequence[Item]:
    """The items with every text as UTF-8 can hold it; nearly all documents have no other."""
    texts = chain.from_iterable(map(_texts, items))
    listed = chain.from_iterable(filter(None, chain.from_iterable(map(_lists, items))))
    sound = _is_sound("".join(filter(None, chain(texts, listed))))
    return items if sound and not any(map(_side_stories, items)) else list(map(_mended, items))


def _mended(item: Item) -> Item:
    stories = tuple(
        SideStory(_sound(s.headline) or "", _sound(s.dateline), _sound(s.text) or "")
        for s in item.side_stories
    )
    sound: dict[str, Any] = {name: _sound(getattr(item, name)) for name in _TEXTS}
    return replace(
        item,
        **sound,
        authors=tuple(_sound(author) or "" for author in (item.authors or ())),
        tags=tuple(_sound(tag) or "" for tag in (item.tags or ())),
        side_stories=stories,
    )


def _is_sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _sound(text: str | None) -> str | None:
    return _UNSOUND.sub("\ufffd", text) if text else text
