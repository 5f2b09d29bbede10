"""Wirewatch's Matcher, answers with their spans: see match_rounds.  Rules are queries here.

With NAME `change`, the time until a changed rule is live: see `change`.
"""

from __future__ import annotations

import gc
import inspect
import json
import signal
import time
from collections.abc import Sequence
from statistics import median

from match_rounds import MOST_SECONDS, InProcess, Story, asked, run

import monitor
from monitor.garbage import keep_what_is_here
from monitor.model import Answer, Item, Match
from monitor.rules import Matcher
from monitor.settings import Rule

Place = tuple[str, int, int]
SOURCE = "bench"
CHANGES = 3
# An item that holds a word which nothing else has; a changed rule asks for it.
SOUGHT = "zzyzxroad"


class Wirewatch(InProcess):
    """Beside its number a rule that hit has its spans here."""

    def __init__(self) -> None:
        self.version = monitor.__version__
        self._errors: dict[str, str] = {}

    def prepare(self, story: Story) -> Item:
        return Item(url="https://bench.test/", title=story.title, body=story.body, partial=False)

    def build(self, rules: Sequence[str]) -> None:
        self._matcher = Matcher(made(rules))
        keep_what_is_here()

    def match(self, item: Item) -> tuple[Match, ...]:
        return self._matcher.match(item, SOURCE)

    def read(self, answer: tuple[Match, ...]) -> list[tuple[int, list[Place]]]:
        self._errors.update({one.rule_id: one.error for one in answer if one.error})
        if self._errors:
            first = next(iter(self._errors.values()))
            self.note = f"{len(self._errors)} rules fail: {first}"
        return [
            (int(one.rule_id), [(at.field, at.start, at.end) for at in one.spans])
            for one in answer
            if one.answer is Answer.YES
        ]


def made(queries: Sequence[str]) -> list[Rule]:
    return [Rule(str(number), query) for number, query in enumerate(queries)]


def change(queries: list[str]) -> dict[str, object]:
    """Change the rule in the middle, as reading the rules again does: all are new objects.

    Timed is from having them to the changed rule's first yes.
    """
    takes_previous = "previous" in inspect.signature(Matcher.__init__).parameters
    matcher, seconds = Matcher(made(queries)), []
    for number in range(CHANGES):
        word = f"{SOUGHT}{'abc'[number]}"
        rules = made([*queries[: len(queries) // 2], word, *queries[len(queries) // 2 + 1 :]])
        item = Item(url="https://bench.test/", title="", body=f"On {word}.", partial=False)
        gc.collect()
        started = time.perf_counter()
        matcher = Matcher(rules, matcher) if takes_previous else Matcher(rules)
        found = matcher.match(item, SOURCE)
        seconds.append(time.perf_counter() - started)
        if [one.rule_id for one in found] != [str(len(queries) // 2)]:
            raise SystemExit(f"the changed rule is not live: {found}")
    return {"seconds": median(seconds), "takes_previous": takes_previous}


if __name__ == "__main__":
    what = asked()
    if what.name == "change":
        signal.alarm(MOST_SECONDS)
        queries = (what.folder / what.rules).read_text().splitlines()[: what.count]
        print(json.dumps(change(queries)))
    else:
        run(Wirewatch(), what)
