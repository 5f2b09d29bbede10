"""`search` and `rules try`: a query over everything stored, newest first."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import click

from monitor.clean import clean
from monitor.cli import out, place, quoting, shapes
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import Column, of
from monitor.cli.place import Archive
from monitor.cli.when import DAY_MS, When
from monitor.clock import wall_clock
from monitor.errors import QueryError, QueryProblem
from monitor.model import Answer, BodyState, Item, Span, StoredItem
from monitor.rules import Node, ask, check
from monitor.search import candidates, is_indexed
from monitor.store import views

DAYS = 14
NEWEST = 5
_WIDEST_BAR = 40
_CONTEXT = 60  # characters of a long query beside the place that is meant


@dataclass(frozen=True, slots=True)
class Found:
    stored: StoredItem
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a query finds in everything stored; `days` counts by days ago."""

    count: int
    total: int
    days: Counter[int]
    newest: Sequence[Found]


def search(call: Call, text: str, limit: int) -> None:
    node = parsed(call, text)
    settings = place.settings(call)
    when = When.of(settings, wall_clock())
    shown = 0
    with Archive(settings.database) as archive:
        for found in _matches(archive, node):
            if shown == limit:
                if not call.as_json:
                    say(f"there are more; --limit {2 * limit} shows them")
                break
            shown += 1
            if call.as_json:
                out.emit({**shapes.item(found.stored), "spans": shapes.spans(found.spans)})
            else:
                out.lines(*_lines(found, when))
    if not shown and not call.as_json:
        say("nothing stored matches")


def try_rule(call: Call, text: str) -> None:
    """Count, per day, newest five."""
    node = parsed(call, text)
    settings = place.settings(call)
    when = When.of(settings, wall_clock())
    with Archive(settings.database) as archive:
        trial = _tried(archive, node, when)
    if call.as_json:
        out.emit(_shape(text, trial, when))
        return
    verb = "matches" if trial.count == 1 else "match"
    out.lines(f"{trial.count:,} of {of(trial.total, 'stored article')} {verb}")
    if trial.count:
        out.lines("", *_chart(trial.days, when), "")
    for found in trial.newest:
        out.lines(*_lines(found, when))
    _as_rule(call, text)


def _tried(archive: Archive, node: Node, when: When) -> Trial:
    total = archive.read(views.counts)["items"]
    newest: list[Found] = []
    days: Counter[int] = Counter()
    for found in _matches(archive, node, total=total):
        days[_days_ago(published_at(found.stored, when.now), when)] += 1
        newest.append(found)
        newest.sort(key=lambda one: published_at(one.stored, when.now), reverse=True)
        del newest[NEWEST:]
    return Trial(sum(days.values()), total, days, newest)


def _as_rule(call: Call, text: str) -> None:
    """A search may be looser than a rule."""
    try:
        check(text, rule=True, lists=place.lists(call, text))
    except QueryError as error:
        for problem in error.problems:
            say("\n".join(["as a rule it would be refused:", *pointed(text, problem)]))


def parsed(call: Call, text: str) -> Node:
    """The query's tree; where it has problems, they are shown with their places and it ends 2."""
    try:
        node, notes = check(text, rule=False, lists=place.lists(call, text))
    except QueryError as error:
        if call.as_json:
            out.emit({"problems": [shapes.problem(problem) for problem in error.problems]})
        for problem in () if call.as_json else error.problems:
            say("\n".join(pointed(text, problem)))
        end(Exit.WRONG)
    for note in notes:
        say("\n".join(pointed(text, note)))
    return node


def pointed(query: str, problem: QueryProblem) -> list[str]:
    """The query's line with a caret under the place, then what is wrong there."""
    position = min(max(problem.position, 0), len(query))
    start = query.rfind("\n", 0, position) + 1
    stop = query.find("\n", position)
    line = query[start : len(query) if stop < 0 else stop]
    at = position - start
    first = max(0, at - _CONTEXT)
    before, after = _one_to_one(line[first:at]), _one_to_one(line[at : at + _CONTEXT])
    return [
        f"  {before}{after}".rstrip(),
        f"  {' ' * out.wide(before)}^",
        *out.wrapped(f"{problem.code}: {problem.message}", ""),
    ]


def _one_to_one(text: str) -> str:
    """`text` without what a terminal obeys, no shorter by it."""
    return "".join(clean(c) or "\ufffd" for c in text)


def _matches(archive: Archive, node: Node, *, total: int = 0) -> Iterator[Found]:
    """Everything that answers yes, newest arrival first; progress on a terminal for a `total`."""
    with ExitStack() as stack:
        bar = None
        if total and not is_indexed(node) and sys.stderr.isatty():
            bar = stack.enter_context(
                click.progressbar(length=total, label="read", file=sys.stderr)
            )
        for page in candidates(archive.read, node):
            for stored in page:
                answer, spans = ask(node, as_judged(stored), stored.source_id)
                if answer is Answer.YES:
                    yield Found(stored, spans)
            if bar is not None:
                bar.update(len(page))


def as_judged(stored: StoredItem) -> Item:
    """The item as rules see it: where no page is awaited, there is no more than what we have."""
    if stored.body_state is BodyState.WANTED:
        return stored.item
    return replace(stored.item, partial=False, body=stored.item.body or "")


def _lines(found: Found, when: When) -> list[str]:
    stored = found.stored
    date = when.published(stored.item.published)
    lines = out.hanging(f"{stored.id:>6}  ", stored.item.title or "(no headline)")
    lines.append(f"        {stored.source_id}, {date}")
    for quote in quoting.quotes("", stored, found.spans)[:1]:
        lines += out.wrapped(f"{quoting.marked(quote)}  ({quote.place})", "        ")
    return lines


def published_at(stored: StoredItem, now: int) -> int:
    """When it was published, as far as that can be believed, else when it was first seen."""
    published = stored.item.published
    return min(published.at, now) if published else stored.first_seen_at


def _days_ago(at: int, when: When) -> int:
    return (when.local(when.now).date() - when.local(at).date()).days


def _chart(days: Counter[int], when: When) -> list[str]:
    """A bar a day; the last line counts what is older."""
    most = max(days[ago] for ago in range(DAYS))
    columns = (Column(), Column(right=True), Column())
    rows = []
    for ago in range(DAYS - 1, -1, -1):
        bar = "#" * max(round(days[ago] / (most or 1) * min(most, _WIDEST_BAR)), days[ago] > 0)
        rows.append([f"{when.local(when.now - ago * DAY_MS):%a %d %b}", f"{days[ago]:,}", bar])
    older = sum(count for ago, count in days.items() if ago >= DAYS)
    return out.table(columns, [*rows, ["before", f"{older:,}", ""]])


def _shape(text: str, trial: Trial, when: When) -> shapes.Shape:
    return {
        "query": text,
        "matches": trial.count,
        "items": trial.total,
        "per_day": [
            {
                "day": f"{when.local(when.now - ago * DAY_MS):%Y-%m-%d}",
                "matches": trial.days[ago],
            }
            for ago in range(DAYS - 1, -1, -1)
        ],
        "newest": [
            {**shapes.item(one.stored), "spans": shapes.spans(one.spans)} for one in trial.newest
        ],
    }
