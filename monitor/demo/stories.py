"""The invented articles of the little newswire, read from `texts/*.yaml`.

Knows neither markup nor time: an article says how many hours before the opening it was published,
or nothing when it is published live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

_TEXTS = files("monitor.demo") / "texts"
_ARTICLES = ("saren_wars.yaml", "network.yaml", "coastal_press.yaml", "live.yaml")


@dataclass(frozen=True, slots=True)
class Side:
    """A short story inside another's page: before the byline (`after` 0) or after a paragraph."""

    headline: str
    place: str
    text: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """One article.  `outlet` is wire or coastal, `host` the one of the network that its feed names.

    `era` numbers the network's layouts: 3 boxes its side story before the byline; 5 and 6 have it
    inside the body, with an initials line and the long tail below.  `copy_of` names the article it
    copies, `demoted` the word beside which it is kept for the digest.
    """

    slug: str
    outlet: str
    section: str
    title: str
    byline: str
    place: str
    paragraphs: tuple[str, ...]
    wire: str | None = None
    era: int = 6
    initials: str | None = None
    hours_ago: float | None = None
    host: str = "wire"
    side: Side | None = None
    copy_of: str | None = None
    demoted: str | None = None

    @property
    def path(self) -> str:
        return (
            f"/news/{self.slug}" if self.outlet == "coastal" else f"/reports/{self.slug}_999.html"
        )


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands below every article of the network."""

    boxes: tuple[tuple[str, ...], ...]
    links: tuple[str, ...]
    teaser: Side
    appeal: tuple[str, ...]
    talk: str
    copyright: str


def load_stories() -> tuple[Story, ...]:
    """All articles, in the order of the files."""
    stories: dict[str, Story] = {}
    for name in _ARTICLES:
        rows: Sequence[Mapping[str, Any]] = YAML(typ="safe").load(_text(name))
        for row in rows:
            story = _story(row, stories)
            stories[story.slug] = story
    return tuple(stories.values())


def load_tail() -> Tail:
    row: Mapping[str, Any] = YAML(typ="safe").load(_text("tail.yaml"))
    return Tail(
        boxes=tuple(tuple(box) for box in row["boxes"]),
        links=tuple(row["links"]),
        teaser=Side(**row["teaser"]),
        appeal=tuple(row["appeal"]),
        talk=row["talk"],
        copyright=row["copyright"],
    )


def _text(name: str) -> str:
    return _TEXTS.joinpath(name).read_text("utf-8")


def _story(row: Mapping[str, Any], known: Mapping[str, Story]) -> Story:
    fields = dict(row)
    side = fields.pop("side", None)
    wire = "NWA" if fields["outlet"] == "wire" or "copy_of" in fields else None
    paragraphs = _rewritten(fields, known) if "copy_of" in fields else _paragraphs(fields["body"])
    for spent in ("body", "keep", "replace"):
        fields.pop(spent, None)
    story = Story(paragraphs=paragraphs, wire=wire, **fields)
    return replace(story, side=Side(**side)) if side else story


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in body.strip().split("\n\n"))


def _rewritten(row: Mapping[str, Any], known: Mapping[str, Story]) -> tuple[str, ...]:
    """Another outlet's version of a wire text: cut after `keep` paragraphs, some words changed."""
    text = "\n\n".join(known[row["copy_of"]].paragraphs[: row["keep"]])
    for old, new in row["replace"]:
        if old not in text:
            raise ValueError(f"{row['slug']}: nothing to replace: {old!r}")
        text = text.replace(old, new)
    return tuple(text.split("\n\n"))
