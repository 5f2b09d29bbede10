"""The phrases of articles that tell a rule's stories without matching it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.missed import FEWEST_ARTICLES, Text, phrases
from monitor.stories.rarity import COMMON

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
