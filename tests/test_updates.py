"""What an update says first: new figures, words gained and lost, origins, severity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from messages import find
from monitor.model import Alert, BodyState, Item, Reason, StoredItem, Told
from monitor.render import html, mrkdwn
from monitor.render.briefing import Briefing
from monitor.render.updates import Update, updates
from monitor.settings import Severity

AT = 1_763_391_720_000  # 17 November 2025, 15:02 UTC
OLD = Item(
    "https://example-wire.test/a", "Army advances",
    body='General Kamal said units "liberated the whole town and raised the flag".\n\nIt was calm.',
    partial=False,
)  # fmt: skip
NEW = replace(OLD, body='General Kamal said units "entered the town".\n\nIt was calm.')


def told(
    item: Item, reason: Reason, phrase: str, number: int = 1, detail: dict[str, Any] | None = None
) -> Told:
    stored = StoredItem(
        number, item, "wire", AT, 1, BodyState.FULL, "story", site="example-wire.test"
    )
    alert = Alert(
        f"{reason}{number}", "r", number, "story", reason, reason, AT, Severity.NORMAL,
        find(item.body, [phrase]), late=False, partial=False, version=1, detail=detail or {},
    )  # fmt: skip
    return Told(alert, stored, "liberated")


def update(*alerts: Told, **more: Any) -> Briefing:
    return Briefing("c", more.pop("revision", 2), alerts, AT, AT, **more)


def bombing(figure: str) -> Item:
    return Item("https://coastal.test/a", body=f"A car bombing killed {figure} people.")


def number(item: Item, old: int | None, new: int, *outlets: str) -> Told:
    detail = {"kind": "killed", "old": old, "new": new, "outlets": list(outlets)}
    return told(item, Reason.NUMBER, "car bombing", 2, detail)


def test_a_higher_figure_says_old_and_new_as_printed():
    before = told(bombing("at least 26"), Reason.FIRST, "car bombing")
    after = number(bombing("at least 34"), 26, 34, "a.test", "b.test")
    (news,) = updates(update(after, earlier=(before,)))
    assert news.text() == ["Update: at least 26 -> at least 34 killed  (2 outlets agree)"]
    assert mrkdwn.updates([news]) == (
        "*Update: at least 26 -&gt; at least 34 killed*  (2 outlets agree)"
    )


def test_a_figure_of_a_new_version_says_whose():
    (news,) = updates(update(number(bombing("1,034"), None, 1034, "example-wire.test")))
    assert news.text() == ["Update: 1,034 killed  (example-wire.test, in a new version)"]


def test_a_lost_match_shows_what_was_and_what_is():
    lost = told(OLD, Reason.LOST, "liberated")
    (news,) = updates(update(lost, otherwise={lost.alert.alert_id: NEW}))
    assert news.text() == [
        'No longer says "liberated"  example-wire.test changed the text at 15:02 UTC',
        '  - General Kamal said units "liberated the whole town and raised the flag".',
        '  + General Kamal said units "entered the town".',
    ]
    assert html.updates([news]) == (
        "<p><b>No longer says &quot;liberated&quot;</b> example-wire.test changed the text at "
        '15:02 UTC<br><span dir="auto">- General Kamal said units &quot;<del>liberated</del> the '
        '<del>whole</del> town <del>and raised the flag</del>&quot;.</span><br><span dir="auto">+ '
        "General Kamal said units &quot;<ins>entered</ins> the town&quot;.</span></p>"
    )
    assert '- General Kamal said units "*liberated* the *whole* town' in mrkdwn.updates([news])


def test_a_gained_match_shows_them_too():
    gained = told(OLD, Reason.GAINED, "liberated")
    (news,) = updates(update(gained, otherwise={gained.alert.alert_id: NEW}))
    assert news.what == 'Now says "liberated"'
    assert [line.sign for line in news.lines] == ["-", "+"]


def test_without_the_other_text_the_edit_is_named():
    (news,) = updates(update(told(OLD, Reason.LOST, "liberated")))
    assert news.text() == [
        'No longer says "liberated"  example-wire.test changed the text at 15:02 UTC'
    ]


def test_figures_stand_before_words_before_origins_and_each_once():
    alerts = (
        told(OLD, Reason.ORIGIN, "liberated", detail={"origin": "Coastal Press"}),
        told(OLD, Reason.SEVERITY, "liberated", detail={"old": "low", "new": "normal"}),
        told(OLD, Reason.LOST, "liberated"),
        told(OLD, Reason.LOST, "liberated", 2),
        number(bombing("34"), 26, 34, "a", "b"),
    )
    assert [news.what for news in updates(update(*alerts))] == [
        "Update: 26 -> 34 killed", 'No longer says "liberated"', "Now normal, was low",
        "New origin: Coastal Press",
    ]  # fmt: skip


def test_one_more_rule_and_an_opening():
    first = told(OLD, Reason.FIRST, "liberated")
    assert [news.what for news in updates(update(first))] == ["Also matches liberated"]
    assert updates(update(first, revision=1)) == ()


def test_a_long_sentence_is_shown_where_it_changed():
    before, after = (
        replace(OLD, body=f"{'Then ' * 200}they {verb} the town {'and so on ' * 200}")
        for verb in ("liberated", "entered")
    )
    lost = told(before, Reason.LOST, "liberated")
    (news,) = updates(update(lost, otherwise={lost.alert.alert_id: after}))
    assert all(len(line.marked()) < 330 for line in news.lines)
    assert "they «liberated» the town" in news.lines[0].marked("«", "»")
    assert news.lines[0].marked().startswith("- [...] Then")


@given(st.text(max_size=400), st.text(max_size=400))
def test_hostile_texts_stay_text(old: str, new: str) -> None:
    """No markup of theirs gets through, and no form grows beyond what it may hold."""
    before, after = replace(OLD, body=f"{old} <b>liberated"), replace(OLD, body=new)
    lost = told(before, Reason.LOST, "liberated")
    news: list[Update] = [*updates(update(lost, otherwise={lost.alert.alert_id: after}))] * 5
    assert len(mrkdwn.updates(news)) <= 2000
    assert "<b>liberated" not in html.updates(news)
    assert not any("\n" in line for one in news for line in one.text())
