"""`stories`: what a story holds and why each article came into it; merge and split by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor import grouping
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.settings import Config
from monitor.store import items
from monitor.store import stories as kept
from monitor.store.db import Row, Tx
from monitor.store.stories import AGAIN


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it is shown."""

    keys: Sequence[str]
    follows: str | None
    origins: Sequence[str]
    members: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Belonging:
    """The story that an article is in; `join` is None where the story began with it."""

    item_id: int
    key: str
    articles: int
    join: Row | None

    def sentences(self) -> list[str]:
        said = [why(self.join)] if self.join is not None else []
        if self.articles > 1:
            see = f"wirewatch stories show {self.item_id}"
            said.append(f"{_articles(self.articles)} tell the same, see {see}")
        return said


def belonging(tx: Tx, item_id: int) -> Belonging:
    key = items.stories(tx, item_id)[0]
    return Belonging(item_id, key, len(kept.members(tx, key)), kept.last_join(tx, item_id))


def show(call: Call, subject: str) -> None:
    """`subject`: an item's id or address, or a story's key."""
    config = place.look(call)
    with place.Archive(config.settings.database) as archive:
        told = archive.read(lambda tx: _gather(tx, _key(tx, subject, config)))
    if call.as_json:
        out.emit(_shape(told))
    else:
        _print(told, When.of(config.settings, wall_clock()))


def merge(call: Call, subject: str, other: str) -> None:
    """The second story becomes part of the first."""
    config, now = place.look(call), wall_clock()

    def change(tx: Tx) -> Told:
        keys = _key(tx, subject, config), _key(tx, other, config)
        return _gather(tx, grouping.merge(tx, config, *keys, now))

    with place.Archive(config.settings.database) as archive:
        told = archive.write(change)
    if call.as_json:
        out.emit(_shape(told))
    else:
        out.lines(f"one story of {_articles(len(told.members))} now: wirewatch stories show "
                  f"{told.members[0]['item_id']}")  # fmt: skip


def split(call: Call, subject: str) -> None:
    """The article becomes a story of its own.  Raises NotFound where it is one."""
    config, now = place.look(call), wall_clock()

    def change(tx: Tx) -> Told | None:
        key = grouping.split(tx, finding.item_id(tx, subject, config), now)
        return _gather(tx, key) if key is not None else None

    with place.Archive(config.settings.database) as archive:
        told = archive.write(change)
    if told is None:
        raise finding.NotFound(f"{subject} is the only article of its story")
    if call.as_json:
        out.emit(_shape(told))
    else:
        out.lines("it is a story of its own now; what was told of the old one is not told again")


def why(row: Mapping[str, Any] | Row) -> str:
    """Why an article came into its story, as a sentence."""
    said = json.loads(row["why"])
    if row["how"] == AGAIN:
        return "said something new when the story that it was in was closed"
    if row["how"] == "hand":
        return "taken out of another story by hand"
    if row["how"] == "copy":
        share = round(100 * said["share"])
        return f"a copy of item {said['item']}: {share} % of the shorter text's runs of words"
    shared = [
        f"the {label} {', '.join(said[label])}"
        for label in ("names", "words", "numbers") if said.get(label)
    ]  # fmt: skip
    return f"tells what item {said['item']} tells: both have {'; '.join(shared)}"


def _key(tx: Tx, subject: str, config: Config) -> str:
    finding.check_named(subject, f"{finding.ITEM}, or a story's key")
    if kept.exists(tx, subject):
        return kept.root(tx, subject)
    return items.stories(tx, finding.item_id(tx, subject, config))[0]


def _gather(tx: Tx, story_key: str) -> Told:
    story = kept.find(tx, story_key)
    tally = kept.tally(tx, story_key, wall_clock())
    follows = story.follows if story is not None else None
    return Told(kept.union(tx, story_key), follows, tally.origins, kept.members(tx, story_key))


def _articles(number: int) -> str:
    return "1 article" if number == 1 else f"{number} articles"


def _print(told: Told, when: When) -> None:
    names = f": {', '.join(told.origins)}" if told.origins else ""
    origins = "1 origin" if len(told.origins) == 1 else f"{len(told.origins)} origins"
    out.lines(f"{_articles(len(told.members))}, {origins}{names}")
    if told.follows is not None:
        out.lines(f"takes up again: wirewatch stories show '{told.follows}'")
    for row in told.members:
        came_at = row["joined_at"] or row["first_seen_at"]
        said = f"{when.second(came_at)}  {row['origin'] or 'origin unknown'}, {row['site']}"
        out.lines("", *out.wrapped(row["title"] or "(no headline)", ""))
        out.lines(*out.hanging(f"  item {row['item_id']}  ", said))
        reason = why(row) if row["why"] is not None else "the story began with it"
        out.lines(*out.hanging("  why  ", reason))


def _shape(told: Told) -> shapes.Shape:
    return {
        "story": told.keys[0],
        "merged": list(told.keys[1:]),
        "follows": told.follows,
        "origins": list(told.origins),
        "articles": [
            {
                "item": row["item_id"],
                "title": row["title"],
                "url": row["url"],
                "source": row["source_id"],
                "story": row["story_key"],
                "origin": row["origin"],
                "copy_of": row["copy_of_id"],
                "since": shapes.time(row["joined_at"] or row["first_seen_at"]),
                "how": row["how"],
                "why": json.loads(row["why"]) if row["why"] is not None else None,
            }
            for row in told.members
        ],
    }
