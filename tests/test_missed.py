"""The phrases of articles that tell a rule's stories without matching it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.missed import FEWEST_ARTICLES, Text, phrases
from monitor.store import reviews
from monitor.stories.rarity import COMMON
from tests.world import BRIEF, LIBERATED, NOON, WIRE, World, config, item, page

MATCHED = [Text("Car bomb outside Saren court kills 11", None)]
UNMATCHED = [
    Text("Car blast near the fish market of Saren", "Police said the car blast hurt nine."),
    Text("Saren car blast: what is known", None),
    Text("Deadly car explosion in Saren", None),
    Text("Car explosion shakes Saren court", None),
    Text("Governor closes the fish market", None),
]


def test_what_resembles_the_rules_own_words_comes_first():
    found = phrases(UNMATCHED, MATCHED, ["Car bomb"], COMMON)
    assert {one.text for one in found if one.like_yours} >= {"car blast", "car explosion"}
    assert [one.text for one in found][-1] == "fish market"
    assert all(one.articles == 2 for one in found if one.text != "saren")


def test_a_phrase_is_named_once_and_by_what_is_most_of_it():
    """Neither what always stands in a longer one nor what holds one that was named."""
    found = [one.text for one in phrases(UNMATCHED, MATCHED, ["Car bomb"], COMMON)]
    assert not {"blast", "fish", "market", "saren car blast"} & set(found)


@given(
    st.lists(st.builds(Text, st.text(max_size=40), st.none() | st.text(max_size=80)), max_size=8)
)
def test_every_phrase_stands_in_as_many_articles_as_it_says(texts: list[Text]) -> None:
    for one in phrases(texts, [], ["x"], COMMON):
        holding = [
            text for text in texts
            if any(f" {one.text} " in f" {' '.join(words)} " for words in text.words())
        ]  # fmt: skip
        assert len(holding) == one.articles >= FEWEST_ARTICLES


async def test_an_article_counts_by_what_it_says_now(tmp_path: Path) -> None:
    """One that was edited, and one whose page has no more of what its teaser said, do not match
    any more: what they said before is at no place of their text."""
    world = await World(config(tmp_path)).open()
    await world.poll(BRIEF)
    await world.poll(WIRE)
    await world.poll(BRIEF, item("kept", "Kept", "It was liberated."))
    await world.poll(BRIEF, item("lost", "Lost", "Troops liberated it."))
    await world.poll(BRIEF, item("lost", "Lost", "Troops entered it."))
    await world.poll(WIRE, item("teaser", "Teaser", "A town liberated."))
    (wanted,) = await world.bodies()
    await world.article(wanted, page("teaser", "Teaser", "The town had been quiet for a week."))
    rows = await world.store.read(
        lambda tx: reviews.articles_around(tx, LIBERATED.id, NOON, 10),
    )
    assert {row["title"]: row["spans"] for row in rows} == {
        "Kept": '[["body", 7, 16]]', "Lost": None, "Teaser": None,
    }  # fmt: skip
    await world.close()
