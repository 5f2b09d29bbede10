"""What `add` warns of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from monitor.cli.candidates import Article, Candidate
from monitor.cli.cautions import warnings
from monitor.cli.discovering import Discovery
from monitor.model import Item, Precision, Stamp
from monitor.settings import Source
from world import DAY, HOUR, MINUTE, NOON

FEED = Source("lantern", "feed", "https://lantern.test/feed")
READ = Article("https://lantern.test/a", Item("https://lantern.test/a", body="Text."))


def dated(ages: Sequence[int], **fields: Any) -> tuple[Item, ...]:
    return tuple(
        Item(f"https://lantern.test/{n}", f"Headline {n}", published=Stamp(NOON - age), **fields)
        for n, age in enumerate(ages)
    )


def cautions(
    shown: Sequence[Item], *, article: Article = READ, every: int = 600, **fields: Any
) -> list[str]:
    chosen = Candidate("a feed", FEED, tuple(shown), None, len(shown))
    chosen = replace(chosen, **fields)
    return list(warnings(Discovery(chosen, FEED.url, articles=(article,)), every, NOON))


CALM = dated([n * HOUR for n in range(10)])


def test_nothing_is_warned_of_where_all_is_well() -> None:
    assert cautions(CALM) == []


@pytest.mark.parametrize(("said", "shown", "fields"), [
    ("there is no entry now", (), {}),
    ("no entry has a date", tuple(Item(i.url, i.title) for i in CALM), {}),
    ('the dates of 3 entries cannot be read ("gestern 12"): its publisher has to mend that',
     tuple(Item(i.url, i.title) for i in CALM[:3]), {"misdated": 3, "unread_date": "gestern 12"}),
    ('the date of an entry cannot be read ("'+ "9" * 37 + '...")', CALM,
     {"misdated": 1, "unread_date": "9" * 90}),
    ("newest entry is 120 days old", dated([(120 + n) * DAY for n in range(5)]), {}),
    ("all entries bear one date", dated([HOUR] * 6), {}),
    ("dated in the future", dated([-5 * HOUR, HOUR]), {}),
    ("holds only the last 50 min, so articles would be missed: poll at least every 16 min "
     "(--every 16m)", dated([n * 10 * MINUTE for n in range(6)]), {"every": 1800}),
    ("it would be asked every 5 s, far oftener than news comes: leave `every` out, and it is "
     "learned", CALM, {"every": 5}),
    ("no entry has a headline", tuple(Item(i.url, published=i.published) for i in CALM), {}),
    ("10 of 10 entries lead to other hosts than its own, mostly other.test",
     tuple(Item(f"https://other.test/{n}", "T", published=i.published)
           for n, i in enumerate(CALM)), {}),
    ("2 guids on more than one entry", CALM, {"repeated_guids": 2}),
    ("3 entries cannot be read", CALM, {"skipped": 3}),
    ("the answer took 9 s", CALM, {"seconds": 9.0}),
    ("http, so anyone", CALM, {"source": Source("l", "feed", "http://lantern.test/feed")}),
    ("the articles cannot be read (for subscribers only): rules would see headlines alone", CALM,
     {"article": Article("https://lantern.test/1", problem="for subscribers only")}),
], ids=lambda value: value[:30] if isinstance(value, str) else "")  # fmt: skip
def test_what_will_hurt_is_said(said: str, shown: Sequence[Item], fields: dict[str, Any]) -> None:
    found = cautions(shown, **fields)
    assert any(said in each for each in found), found


def test_dates_that_cannot_be_read_are_not_also_said_to_be_missing() -> None:
    """And where the articles' pages state theirs, that mends it."""
    bare = tuple(Item(i.url, i.title) for i in CALM)
    page = Article("https://lantern.test/a", Item("https://lantern.test/a", published=Stamp(NOON)))
    (said,) = cautions(bare, article=page, misdated=10, unread_date="soon")
    assert (
        said == 'the dates of 10 entries cannot be read ("soon"): the article pages state their own'
    )
    (said,) = cautions(bare, misdated=10, unread_date="soon")
    assert "counts as published when it is first seen" in said


def test_bare_days_say_nothing_of_the_pace() -> None:
    """A day's entries all bear its date."""
    today = Stamp(NOON, Precision.DAY, "2025-11-22")
    shown = tuple(Item(f"https://lantern.test/{n}", "T", published=today) for n in range(8))
    assert cautions(shown, every=6 * 3600) == []
