"""What is a copy, what is one event, who reports it, through a real store.  Cases are files."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor import grouping, wordcounts
from monitor.store import items, neighbours, stories
from monitor.store.db import Tx
from monitor.store.stories import Join
from monitor.stories import copies, telling
from monitor.stories.origins import Credits, origin_of
from monitor.stories.rarity import COMMON, counted_up_to, load
from tests.stories_world import Archive, News
from tests.world import DAY, HOUR, MINUTE, NOON

DATA = Path(__file__).parent / "data" / "stories"
ORIGINS = YAML(typ="safe").load((DATA / "origins.yaml").read_text("utf-8"))
GROUPS = sorted((DATA / "groups").glob("*.yaml"))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path)
    yield made
    made.close()


def bombs() -> list[News]:
    """Two reports of one event, then two of another."""
    cases = YAML(typ="safe").load((DATA / "groups" / "two_bombs.yaml").read_text("utf-8"))
    cases.sort(key=lambda case: case["story"])
    return [News(case["outlet"], case["title"], case["body"]) for case in cases]


# --- decisions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ORIGINS, ids=lambda case: case["name"])
def test_origin(case: dict[str, Any]) -> None:
    """A wire's mark, dateline, byline, signature or copied text; else the outlet itself."""
    stated = Credits(
        case.get("wire"), case.get("byline"), case.get("body"), case.get("whole", True),
        case["site"],
    )  # fmt: skip
    found = origin_of(stated, case.get("copied"), is_copy=case.get("copy", False))
    assert found == case["origin"]


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_groups(path: Path, archive: Archive) -> None:
    """Items that the file gives one story come into one, in any order of arrival."""
    cases: list[dict[str, Any]] = YAML(typ="safe").load(path.read_text("utf-8"))
    for number, case in enumerate(cases):
        at = NOON + number * MINUTE + case.get("after_hours", 0) * HOUR
        archive.take(News(case["outlet"], case["title"], case.get("body"), at))
    assert _partition(archive.keys()) == _partition([case["story"] for case in cases])
    for number, case in enumerate(cases, 1):
        copy_of = archive.do(lambda tx, n=number: tx.value(
            "SELECT copy_of_id FROM items WHERE item_id = :id", id=n
        ))  # fmt: skip
        assert copy_of == case.get("copy_of")


def _partition(labels: Sequence[str]) -> set[frozenset[int]]:
    return {
        frozenset(at for at, each in enumerate(labels) if each == label) for label in set(labels)
    }


@given(st.data())
def test_a_copy_is_one_whatever_was_cut_and_changed(data: st.DataObject) -> None:
    """Half of a text, with one word in twenty replaced, is a copy of it, either way round."""
    chance = Random(data.draw(st.integers(0, 1 << 32)))
    text = [f"w{chance.randrange(3000)}" for _ in range(data.draw(st.integers(240, 500)))]
    start = data.draw(st.integers(0, len(text) // 2))
    half = text[start : start + len(text) // 2]
    for at in range(10, len(half), 20):
        half[at] = "changed"
    whole, part = " ".join(text), " ".join(half)
    assert copies.copied(whole, part) == copies.copied(part, whole)
    assert copies.copied(whole, part) is not None


def test_too_little_is_no_copy() -> None:
    teaser = "Tolls will be twelve crowns from the first of April, the office said on Friday."
    assert copies.copied(teaser, teaser) is None


def test_texts_without_blanks_are_copied_too() -> None:
    """Chinese: the runs are of signs."""
    text = (
        "港口周五关闭因为大桥的灯塔在四天前熄灭船只无法离开海峡领航员拒绝出海工程师带来了发电机" * 2
    )
    other = "合唱团周五晚上在大教堂唱了一个小时想听听新的管风琴能承受什么建造者坐在中殿里做笔记" * 2
    assert copies.copied(text, text[:60]) is not None
    assert copies.copied(text, other) is None


@given(st.text(max_size=60), st.text(max_size=400))
def test_the_words_that_are_counted_are_those_of_a_telling(title: str, body: str) -> None:
    told = telling.read(title, body)
    short = {form for form in told.lead | told.rest if len(form) <= 40}
    assert telling.forms(title, body) == short


def test_rarity_is_counted_often_at_first() -> None:
    due = [counted_up_to(number) for number in (1, 63, 64, 200, 1023, 1024, 2047, 2048, 4095, 9999)]
    assert due == [0, 0, 64, 128, 512, 1024, 1024, 2048, 2048, 8192]
    counted = COMMON.and_of([frozenset({"saren", "the"})] * 90)
    assert load(counted.dump()).of("saren") == counted.of("saren")
    assert counted.of("the") < counted.of("saren") < counted.of("never")


# --- in the store ------------------------------------------------------------------------------


def test_words_are_counted_at_once_only_where_that_is_far_behind(archive: Archive) -> None:
    def up_to() -> int:
        return archive.do(neighbours.counted_words)[0]

    archive.store(*[News("bbc", f"Title number {number}") for number in range(100)])
    archive.group(100)
    assert up_to() == 64
    archive.store(*[News("bbc", f"Another title {number}") for number in range(100)])
    archive.group(200)
    assert up_to() == 64
    archive.do(wordcounts.count)
    assert up_to() == 128


def test_grouping_again_changes_nothing(archive: Archive) -> None:
    first = archive.take(*bombs())
    before = archive.do(_everything)
    again = [archive.group(number, NOON + HOUR) for number in range(1, archive.size + 1)]
    assert again == first
    assert archive.do(_everything) == before


def _everything(tx: Tx) -> list[list[tuple[Any, ...]]]:
    return [
        [tuple(row) for row in tx.all(f"SELECT * FROM {table}")]  # type: ignore[call-overload]
        for table in ("stories", "joins", "items")
    ]


def test_it_says_why(archive: Archive) -> None:
    """The item it joined by, and the names, words and figures that both have."""
    _, joined, *_ = archive.take(*bombs())
    assert joined.joined
    assert joined.how == "event"
    assert joined.why["item"] == 1
    assert {"saren", "kamal", "lind"} <= set(joined.why["names"])
    assert archive.do(lambda tx: stories.last_join(tx, 1)) is None


def test_items_of_one_transaction_find_each_other(archive: Archive) -> None:
    """They are in no index yet."""

    def change(tx: Tx) -> list[str]:
        ids = archive.store_in(tx, *bombs())
        return [grouping.group(tx, archive.config, item_id, NOON).story_key for item_id in ids]

    assert len(set(archive.do(change))) == 2


@settings(max_examples=8)
@given(order=st.permutations(range(4)))
def test_the_order_of_arrival_does_not_matter(
    order: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same stories, whoever founds them."""
    archive, news = Archive(tmp_path_factory.mktemp("order")), bombs()
    archive.take(*(news[at] for at in order))
    keys = archive.keys()
    found = {frozenset(order[at] for at, each in enumerate(keys) if each == key) for key in keys}
    assert found == {frozenset({0, 1}), frozenset({2, 3})}
    archive.close()


def test_the_background_takes_what_has_its_text(archive: Archive) -> None:
    """Oldest first, a few at a time, and each once."""
    archive.store(*bombs())
    archive.do(lambda tx: tx.run("UPDATE items SET body_state = 'wanted' WHERE item_id = 2"))
    taken = [
        archive.do(lambda tx: grouping.group_missing(tx, archive.config, 2, NOON)) for _ in range(3)
    ]
    assert taken == [2, 1, 0]
    assert archive.do(lambda tx: neighbours.not_grouped(tx, 9)) == []


def test_a_page_that_came_later_may_still_join(archive: Archive) -> None:
    """Its own key goes into the story, so that what was told of it counts there."""
    one, other, *_ = bombs()
    archive.take(one, News("birch", "Ships have to wait", "None may leave.", partial=True))
    own = archive.keys()[1]
    assert own != archive.keys()[0]
    archive.do(lambda tx: stories.matched(tx, own, NOON))
    archive.complete(2, f"{other.title}. {other.body}", NOON + HOUR)
    assert archive.group(2, NOON + HOUR).joined
    assert archive.do(lambda tx: items.stories(tx, 2)) == [archive.keys()[0], own]
    assert archive.do(lambda tx: items.stories(tx, 1)) == [archive.keys()[0], own]


def test_a_story_closes_after_72_hours(archive: Archive) -> None:
    """What would join it takes it up again, in a story of its own that others join."""
    one, other, *_ = bombs()
    old, new = archive.take(one, News(other.outlet, other.title, other.body, NOON + 4 * DAY))
    assert (new.joined, new.follows) == (False, old.story_key)
    third = archive.take(News("cedar", other.title, other.body, NOON + 4 * DAY + HOUR))[0]
    assert (third.joined, third.story_key) == (True, new.story_key)


def test_a_match_keeps_a_story_open(archive: Archive) -> None:
    one, other, *_ = bombs()
    (old,) = archive.take(one)
    archive.do(lambda tx: stories.matched(tx, old.story_key, NOON + 2 * DAY))
    (new,) = archive.take(News(other.outlet, other.title, other.body, NOON + 4 * DAY))
    assert (new.joined, new.story_key) == (True, old.story_key)


def test_a_closed_story_becomes_part_of_an_open_one(archive: Archive) -> None:
    """Whichever is named first."""
    archive.take(*bombs())
    old, new = dict.fromkeys(archive.keys())
    archive.do(lambda tx: stories.matched(tx, old, NOON))
    archive.do(lambda tx: stories.matched(tx, new, NOON + 4 * DAY))
    merged = lambda tx: grouping.merge(tx, archive.config, old, new, NOON + 4 * DAY)  # noqa: E731
    assert archive.do(merged) == new
    assert set(archive.keys()) == {new}


def test_of_two_closed_stories_the_whole_is_closed_as_long(archive: Archive) -> None:
    """What was closed first has no later match: a past window is lived again by that."""
    archive.take(*bombs())
    old, new = dict.fromkeys(archive.keys())
    archive.do(lambda tx: stories.matched(tx, old, NOON))
    archive.do(lambda tx: stories.matched(tx, new, NOON + 4 * DAY))
    archive.do(lambda tx: grouping.merge(tx, archive.config, old, new, NOON + 8 * DAY))
    assert archive.do(lambda tx: stories.matched_at(tx, old)) == NOON


def test_counts_are_as_of_a_time(archive: Archive) -> None:
    """A repeated message says what it said before."""
    first, second, *_ = bombs()
    archive.take(first, News(second.outlet, second.title, second.body, NOON + HOUR, "By AFP"))
    key = archive.keys()[0]
    tallies = [
        archive.do(lambda tx, at=at: stories.tally(tx, key, at)) for at in (0, NOON, NOON + HOUR)
    ]
    assert [one.articles for one in tallies] == [0, 1, 2]
    assert tallies[2].origins[-1] == "AFP"


# --- by hand -----------------------------------------------------------------------------------


def test_merged_stories_are_one(archive: Archive) -> None:
    """Rows keep their keys; items, counts and what was told are those of both."""
    archive.take(*bombs())
    keys = list(dict.fromkeys(archive.keys()))
    archive.do(lambda tx: grouping.merge(tx, archive.config, keys[0], keys[1], NOON))
    assert archive.keys() == [keys[0]] * 4
    assert archive.do(lambda tx: stories.tally(tx, keys[1], NOON).articles) == 4
    assert archive.do(lambda tx: items.stories(tx, 4)) == keys
    assert (
        archive.do(lambda tx: tx.value("SELECT story_key FROM items WHERE item_id = 4")) == keys[1]
    )


def test_an_item_counts_once(archive: Archive) -> None:
    """Also one that came into two stories in one millisecond, which are one now."""
    archive.take(*bombs())
    old, new = dict.fromkeys(archive.keys())
    for key in (new, old):
        archive.do(lambda tx, key=key: stories.join(tx, Join(2, NOON, key, "event", {})))
    archive.do(lambda tx: grouping.merge(tx, archive.config, old, new, NOON))
    assert archive.do(lambda tx: stories.tally(tx, old, NOON).articles) == 4
    assert [row["item_id"] for row in archive.do(lambda tx: stories.members(tx, old))] == [
        1,
        2,
        3,
        4,
    ]


@settings(max_examples=15)
@given(pairs=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=8))
def test_no_story_is_lost_in_merging(
    pairs: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is merged into what: the unions are those of the pairs, and `first`, told of any
    one key, is told of all in its union."""
    archive = Archive(tmp_path_factory.mktemp("merging"))
    archive.take(*(News("aster", f"Number{n} alpha{n} beta{n}") for n in range(5)))
    own = archive.keys()
    expected = {number: {number} for number in range(1, 6)}
    for one, other in pairs:
        archive.do(
            lambda tx, a=one, b=other: grouping.merge(
                tx, archive.config, own[a - 1], own[b - 1], NOON
            )
        )
        whole = expected[one] | expected[other]
        expected.update(dict.fromkeys(whole, whole))
    for number, whole in expected.items():
        keys = archive.do(lambda tx, n=number: items.stories(tx, n))
        assert sorted(keys) == sorted(own[each - 1] for each in whole)
        assert len({archive.do(lambda tx, n=each: items.stories(tx, n)[0]) for each in whole}) == 1
    archive.close()


def test_a_split_item_is_a_story_of_its_own(archive: Archive) -> None:
    """Under a key never used before; it knows where it was, and does not go back by itself."""
    archive.take(*bombs())
    old = archive.keys()[1]
    new = archive.do(lambda tx: grouping.split(tx, 2, NOON + HOUR))
    assert new is not None
    assert archive.keys()[:2] == [old, new]
    assert archive.do(lambda tx: stories.with_split_from(tx, [new])) == [new, old]
    archive.complete(2, bombs()[1].body or "", NOON + DAY)
    assert archive.group(2, NOON + DAY).story_key == new
    assert archive.do(lambda tx: grouping.split(tx, 2, NOON + DAY)) is None
    assert archive.do(lambda tx: stories.tally(tx, old, NOON + DAY).articles) == 1


def test_the_founder_may_be_split_off(archive: Archive) -> None:
    archive.take(*bombs())
    old = archive.keys()[0]
    new = archive.do(lambda tx: grouping.split(tx, 1, NOON + HOUR))
    assert archive.keys()[:2] == [new, old]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """benchmarks/stories.py, which imports what stands beside it."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "benchmarks"))
    return importlib.import_module("stories")


# --- real data ---------------------------------------------------------------------------------


def test_real_copies(real_data: Path, bench: Any, record_property: Any) -> None:
    """Of 100 news texts the five that are copies, and no other."""
    precision, recall = bench.copies(100)
    record_property("copies", (precision, recall))
    assert (precision, recall) == (1.0, 1.0)


def test_real_headlines(real_data: Path, bench: Any, record_property: Any) -> None:
    """The first hours of a day; the whole of it is `./run.sh bench stories`."""
    articles = bench.headlines()[:400]
    found = bench.story_of_each(articles)
    quality = bench.b_cubed(found, [article.label for article in articles])
    record_property("headlines", (quality.precision, quality.recall, quality.f1))
    assert quality.precision >= 0.85
    assert quality.f1 >= 0.50
