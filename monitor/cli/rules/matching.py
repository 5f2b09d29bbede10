"""`rules match`: rules from a file over articles from a file, line by line."""

from __future__ import annotations

import json
import sys
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

import click

from monitor import garbage
from monitor.cli import place
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import of
from monitor.cli.rules import articles, rulefiles
from monitor.cli.rules.articles import BadLine, Given
from monitor.config.traps import shown
from monitor.errors import ConfigError, Mistake
from monitor.model import Answer, Match
from monitor.rules import Matcher

_MOST_KEYS = 64  # looked at
_CLOSE = 0.75  # as difflib measures it: "titel", but not "guid" for "id"


@dataclass(frozen=True, slots=True)
class Files:
    """`-` is standard input."""

    rules: Path
    items: Path
    lists: Path | None


def run(call: Call, files: Files, *, yes_only: bool) -> None:
    """Ends 1 where a line could not be read or a rule broke on an article."""
    if str(files.rules) == str(files.items) == "-":
        raise click.UsageError("only one of --rules and --items can be standard input")
    items = files.items
    lists = place.lists(call, "", files.lists)
    matcher = rulefiles.matcher(str(files.rules), place.raw(files.rules), lists)
    garbage.keep_what_is_here()
    slips = _Slips()
    with _opened(items) as stream:
        failed = _match(matcher, stream, str(items), slips, yes_only=yes_only)
    for sentence in slips.sentences():
        say(sentence)
    if failed:
        say(f"{of(failed, 'line')} could not be judged")
        end(Exit.FAILED)


def _opened(items: Path) -> BinaryIO:
    try:
        return sys.stdin.buffer if str(items) == "-" else items.open("rb")
    except OSError as error:
        raise _unreadable(str(items), error) from error


def _numbered(stream: BinaryIO, file: str) -> Iterator[tuple[int, bytes]]:
    """Its lines, without byte order marks.  What goes wrong with what is made of them is not the
    file's fault."""
    try:
        for number, line in enumerate(stream, 1):
            yield number, line.removeprefix(BOM_UTF8)
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: str, error: OSError) -> ConfigError:
    return ConfigError((Mistake(file, 1, 1, f"cannot be read ({error.strerror})"),))


class _Slips:
    """Keys that are none of an article but nearly, and in how many lines each stood."""

    def __init__(self) -> None:
        self._meant: dict[str, str | None] = {}
        self.lines: Counter[str] = Counter()

    def add(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key not in self._meant and len(self._meant) < _MOST_KEYS:
                close = get_close_matches(key.lower(), sorted(articles.KEYS), 1, _CLOSE)
                self._meant[key] = close[0] if close else None
            if self._meant.get(key) is not None:
                self.lines[key] += 1

    def sentences(self) -> Iterator[str]:
        for key, lines in self.lines.items():
            meant = self._meant[key]
            yield f"{shown(key)} in {of(lines, 'line')} was passed over: did you mean `{meant}`?"


def _match(matcher: Matcher, stream: BinaryIO, file: str, slips: _Slips, *, yes_only: bool) -> int:
    """Print what each line's article comes to; how many lines failed."""
    # Who feeds a pipe, or looks on, wants each answer now; of a file all come soon enough.
    at_once = not stream.seekable() or sys.stdout.isatty()
    failed = 0
    for number, line in _numbered(stream, file):
        if not line.strip():
            continue
        try:
            given = articles.article(line)
        except BadLine as error:
            say(f"{file}:{number}: {error}")
            failed += 1
            continue
        if given.passed_over:
            slips.add(given.passed_over)
        matches = matcher.match_fields(given.fields, unknowns=not yes_only)
        sys.stdout.writelines(_lines(given, matches, yes_only=yes_only))
        if at_once:
            sys.stdout.flush()
        broken = [match for match in matches if match.error]
        for match in broken:
            say(f"{file}:{number}: the rule {match.rule_id} broke on this: {match.error}")
        failed += bool(broken)
    return failed


def _lines(given: Given, matches: tuple[Match, ...], *, yes_only: bool) -> Iterator[str]:
    """As `json.dumps` would write them, at a third of the cost."""
    head = f'{{"item": {json.dumps(given.id)}, "rule": '
    for match in matches:
        if match.answer is Answer.YES or not yes_only:
            spans = ", ".join(f'["{s.field}", {s.start}, {s.end}]' for s in match.spans)
            more = f', "more": {match.more}' if match.more else ""
            rule = json.dumps(match.rule_id)
            yield f'{head}{rule}, "answer": "{match.answer.value}", "spans": [{spans}]{more}}}\n'
