"""The index of words: it may name too many articles for a query, never too few."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Answer, Item, StoredItem
from monitor.rules import ask, need, parse
from monitor.rules.features import is_of_words
from monitor.search import candidates, index_missing, is_indexed
from monitor.text import forms
from tests.world import BRIEF, World, config, item

TEXTS = (
    "C++ and AT&T",
    "the co-operation of al-Qaeda",
    "Übung macht den Meister",
    "伊拉克军队进入摩苏尔",
    "l'armée n'avance pas",
    "والجيش العراقي",
    "#Mosul @desk .NET U.S. 3.5 1,000",
    "हिन्दी समाचार",
    "it's the minister’s",
    "a_b c/d e–f",
)
WORDS = sorted({form for text in TEXTS for form in forms(text)} | {"nothing", "c++", "at&t"})


@pytest.fixture
async def world(tmp_path: Path):
    opened = await World(config(tmp_path)).open()
    yield opened
    await opened.close()


async def found(world: World, query: str) -> list[str | None]:
    """Titles of what the index names and the query then takes, in order."""

    def pages() -> list[StoredItem]:
        def read(wanted):
            return asyncio.run_coroutine_threadsafe(world.store.read(wanted), loop).result()

        return [one for page in candidates(read, parse(query)) for one in page]

    loop = asyncio.get_running_loop()
    node = parse(query)
    stored = await asyncio.to_thread(pages)
    return [s.item.title for s in stored if ask(node, s.item, s.source_id)[0] is Answer.YES]


async def test_finds_what_is_stored_newest_first(world: World) -> None:
    """By words of title and body, whatever letters they are of."""
    texts = [item(f"n{number}", title=f"n{number}", body=text) for number, text in enumerate(TEXTS)]
    await world.poll(BRIEF, *texts)
    assert await found(world, "and") == ["n0"]
    assert await found(world, "C++") == ["n0"]
    assert await found(world, '"AT&T"') == ["n0"]
    assert await found(world, "alqaeda") == ["n1"]
    assert await found(world, "ubung OR 伊拉克") == ["n3", "n2"]
    assert await found(world, '"al qaeda"') == ["n1"]
    assert await found(world, 'title:n9 OR "nothing here"') == ["n9"]
    assert await found(world, "العراقي") == ["n5"]
    assert await found(world, "nothing") == []


async def test_finds_the_text_as_it_reads_now(world: World) -> None:
    """An edit is found by its new words, and by those it has kept; the old ones find nothing."""
    await world.poll(BRIEF)
    await world.poll(BRIEF, item("a", title="The bridge falls", body="Old words."))
    await world.poll(BRIEF, item("a", title="The bridge falls", body="New text."))
    assert await found(world, "bridge AND new") == ["The bridge falls"]
    assert await found(world, "old") == []


async def test_what_was_stored_before_the_index_is_found_and_then_indexed(world: World) -> None:
    """A database of an earlier version loses nothing, before and after it is brought up to date."""
    await world.poll(BRIEF, item("a", title="The bridge falls"), item("b", title="A bridge"))
    await world.store.write(lambda tx: tx.run("UPDATE items SET texts = 0"))
    await world.store.write(lambda tx: tx.run("INSERT INTO words (words) VALUES ('delete-all')"))
    assert sorted(filter(None, await found(world, "bridge"))) == ["A bridge", "The bridge falls"]
    while await world.store.write(lambda tx: index_missing(tx, 1)):
        pass
    assert all(row["texts"] for row in await world.rows("items"))
    assert await found(world, "bridge") == ["A bridge", "The bridge falls"]


def test_a_query_that_names_no_word_reads_everything() -> None:
    """Of other fields than the text the index knows nothing."""
    assert is_indexed(parse("bomb AND NOT film"))
    assert not is_indexed(parse("bomb OR source:bbc"))


@settings(max_examples=300, deadline=None)
@given(st.recursive(
    st.sampled_from(WORDS).map(lambda word: f'"{word}"'),
    lambda parts: st.one_of(
        st.tuples(parts, st.sampled_from(["AND", "OR"]), parts).map(lambda p: f"({' '.join(p)})"),
        parts.map(lambda part: f"(x OR NOT {part})"),
        parts.map(lambda part: f"title:{part}"),
    ),
    max_leaves=6,
), st.lists(st.sampled_from(WORDS), max_size=8))  # fmt: skip
def test_a_yes_holds_what_the_query_needs(query: str, words: list[str]) -> None:
    """Whatever the query and the text: no text that answers yes lacks every alternative."""
    try:
        node = parse(query)
    except QueryError:  # a field inside a field, a query without a plain word
        return
    text = Item("https://x.example/", title=" ".join(words), body=" ".join(words), partial=False)
    if ask(node, text, "s")[0] is Answer.YES:
        needed = need(node)
        held = forms(text.title or "")
        words = (filter(is_of_words, alternative) for alternative in needed or ())
        assert needed is None or any(held.issuperset(alternative) for alternative in words)
