"""`silence add`, `list`, `expire`: keep alerts back for a time, and see what that hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import get_close_matches

import click
from pydantic_core import PydanticCustomError

from monitor import hushing
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call, say
from monitor.cli.out import Column
from monitor.cli.place import Archive
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.config.checks import ALERT_LABELS
from monitor.config.matchers import matcher
from monitor.errors import QueryError
from monitor.model import Alert, Silence, short_id
from monitor.rules.syntax import parse
from monitor.settings import Config, LabelMatcher, Severity
from monitor.silencing import STORY
from monitor.store import alerts as kept
from monitor.store import holds, items, sources, views
from monitor.store import silences as stored
from monitor.store.db import Tx

LOOKS_BACK = timedelta(days=7)
LONGEST = timedelta(days=30)
_MOST_SHOWN = 10
_MOST_NAMED = 20
_COLUMNS = (
    Column("silence"), Column("until"), Column("by"), Column("keeps back", flexible=True),
    Column("why", flexible=True), Column("hid", right=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: conditions, and the words for them."""

    story: str | None
    rule: str | None
    conditions: tuple[str, ...]
    text: str | None
    seconds: float
    author: str
    reason: str


def add(call: Call, wish: Wish, *, yes: bool) -> None:
    """Show what it would have hidden, ask, and keep alerts back from now on."""
    config, now = place.look(call), wall_clock()
    _check(wish)
    with Archive(config.settings.database) as archive:
        _check_names(_values(config, archive.read(sources.names)), wish)
        silence = archive.read(lambda tx: _silence(tx, wish, now))
        hidden = archive.read(lambda tx: would_hide(tx, config, silence, now))
        if not call.as_json:
            _show_hidden(hidden, "Within the last 7 days it would have kept back")
        if not (yes or call.as_json or click.confirm("Keep these back?", default=True, err=True)):
            say("nothing was changed")
            return
        archive.write(lambda tx: hushing.silence(tx, config, silence, now))
    if call.as_json:
        out.emit({**_shape(silence), "would_have_hidden": [alert.alert_id for alert in hidden]})
        return
    when = When.of(config.settings, now)
    out.lines(
        f"silence {short_id(silence.id)} keeps back {_what(silence)} until "
        f"{when.clock(silence.ends_at)}; what it hides stays in `alerts`, `search` and the digest",
        f"end it sooner: wirewatch silence expire {short_id(silence.id)}",
    )


def show(call: Call, *, ended: bool) -> None:
    """The silences that hold, or with `ended` those of the last 30 days too."""
    settings, now = place.settings(call), wall_clock()
    since = now - _ms(LONGEST) if ended else now
    with Archive(settings.database) as archive:
        found = archive.read(lambda tx: stored.ending_after(tx, since))
        hid = archive.read(lambda tx: {one.id: holds.silenced(tx, one.id) for one in found})
    when = When.of(settings, now)
    if call.as_json:
        for one in found:
            out.emit({**_shape(one), "hid": hid[one.id]})
        return
    if not found:
        out.lines("nothing is silenced")
        return
    rows = [
        (
            short_id(one.id), when.clock(one.ends_at), one.author, _what(one), one.reason,
            str(len(hid[one.id])),
        )
        for one in found
    ]  # fmt: skip
    out.lines(*out.table(_COLUMNS, rows))


def expire(call: Call, subject: str) -> None:
    """End a silence now, and say what it hid."""
    settings, now = place.settings(call), wall_clock()
    with Archive(settings.database) as archive:
        silence = _only(archive.read(lambda tx: stored.active(tx, now)), subject)
        archive.write(lambda tx: stored.expire(tx, silence.id, now))
        hidden = archive.read(
            lambda tx: [kept.find(tx, alert_id) for alert_id in holds.silenced(tx, silence.id)]
        )
    ended = replace(silence, ends_at=now)
    if call.as_json:
        out.emit({**_shape(ended), "id": silence.id, "hid": [one.alert_id for one in hidden]})
        return
    out.lines(f"silence {short_id(silence.id)} has ended")
    _show_hidden(hidden, "It kept back")


def would_hide(tx: Tx, config: Config, silence: Silence, now: int) -> list[Alert]:
    """The alerts of the last 7 days that a silence would have kept back, the newest first."""
    recent = map(kept.from_row, views.alerts_since(tx, now - _ms(LOOKS_BACK)))
    return [alert for alert in recent if hushing.hides(tx, config, silence, alert)]


def check_lasts(seconds: float) -> None:
    """What ends when it begins keeps nothing back."""
    if not seconds:
        raise click.UsageError("--for 0s is over at once: write --for 24h")


def _check(wish: Wish) -> None:
    if wish.story is None and wish.rule is None and not wish.conditions and not wish.text:
        raise click.UsageError("say what to keep back: --story ALERT, --rule ID, --match or --text")
    check_lasts(wish.seconds)
    if wish.seconds > LONGEST.total_seconds():
        raise click.UsageError("a silence lasts at most 30d: write --for 24h")
    if wish.text:
        try:
            parse(wish.text)
        except QueryError as error:
            raise click.UsageError(f"--text is no query: {error}") from error


def _check_names(known: Mapping[str, list[str]], wish: Wish) -> None:
    """What is misspelt would keep nothing back."""
    if wish.rule is not None and wish.rule not in known["rule"]:
        raise click.UsageError(f"no rule {wish.rule!r}; {_meant(wish.rule, known['rule'])}")
    for condition in map(_condition, wish.conditions):
        label, value = condition.label, condition.value
        if label not in known:
            meant = _meant(label, sorted(known))
            raise click.UsageError(f"there is no label {label!r}; {meant}")
        values = known[label]
        if values and condition.operator in ("=", "!=") and value not in values:
            raise click.UsageError(f"there is no {label} {value!r}; {_meant(value, values)}")


def _values(config: Config, stored_sources: Sequence[str]) -> dict[str, list[str]]:
    """The labels there are, with their values where those are known; else none."""
    known: dict[str, list[str]] = {label: [] for label in (STORY, *ALERT_LABELS)}
    known["rule"] = [rule.id for rule in config.rules]
    of_files = [source.id for source in config.sources]
    known["source"] = list(dict.fromkeys([*of_files, *stored_sources]))
    known["severity"] = [str(severity) for severity in Severity]
    known["late"] = known["partial"] = ["true", "false"]
    for rule in config.rules:
        for label, value in rule.labels.items():
            # Empty where a rule has no such label.
            known[label] = sorted({"", value, *known.get(label, ())})
    return known


def _meant(given: str, known: Sequence[str]) -> str:
    close = get_close_matches(given, known, 1)
    some = [name for name in known if name]
    more = f", and {len(some) - _MOST_NAMED:,} more" if len(some) > _MOST_NAMED else ""
    there = f"there are: {', '.join(some[:_MOST_NAMED]) or 'none'}{more}"
    return f"did you mean {close[0]!r}? {there}" if close else there


def _silence(tx: Tx, wish: Wish, now: int) -> Silence:
    matchers = [_condition(one) for one in wish.conditions]
    if wish.rule is not None:
        matchers.insert(0, LabelMatcher("rule", "=", wish.rule))
    if wish.story is not None:
        alert = finding.only(finding.alerts(tx, wish.story), wish.story)
        story = items.stories(tx, alert["item_id"])[0]
        matchers.insert(0, LabelMatcher(STORY, "=", story))
    ends_at = now + round(wish.seconds * 1000)
    return Silence(tuple(matchers), wish.author, wish.reason, now, ends_at, wish.text)


def _condition(typed: str) -> LabelMatcher:
    try:
        return matcher(typed)
    except PydanticCustomError as error:
        mend = (error.context or {}).get("mend")
        raise click.UsageError(f"--match: {error.message()}, {mend}") from error


def _only(found: Sequence[Silence], subject: str) -> Silence:
    finding.check_named(subject, "the id of a silence")
    word = subject.upper()
    those = [one for one in found if short_id(one.id) == word or one.id == subject.lower()]
    if not those:
        raise finding.NotFound(f"no silence {subject} holds now; see: wirewatch silence list")
    return those[0]


def _what(silence: Silence) -> str:
    """`rule = liberated and text NEAR...`, as it was asked for."""
    parts = [f"{m.label} {m.operator} {m.value}" for m in silence.matchers]
    if silence.query is not None:
        parts.append(f"text {silence.query}")
    return " and ".join(parts)


def _show_hidden(hidden: Sequence[Alert], words: str) -> None:
    out.lines(f"{words} {out.of(len(hidden), 'alert')}{':' if hidden else '.'}")
    for alert in hidden[:_MOST_SHOWN]:
        out.lines(f"  {short_id(alert.alert_id)}  {alert.rule_id}, {alert.severity}")
    if len(hidden) > _MOST_SHOWN:
        out.lines(f"  and {len(hidden) - _MOST_SHOWN} more")


def _shape(silence: Silence) -> shapes.Shape:
    return {
        "id": silence.id,
        "matchers": [[m.label, m.operator, m.value] for m in silence.matchers],
        "text": silence.query,
        "author": silence.author,
        "reason": silence.reason,
        "created_at": shapes.time(silence.created_at),
        "ends_at": shapes.time(silence.ends_at),
    }


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
