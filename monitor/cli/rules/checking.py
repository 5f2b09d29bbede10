"""`rules check`: one query, or rules.yaml as it stands."""

from __future__ import annotations

from pathlib import Path

from monitor import config
from monitor.cli import out, place, shapes
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import of
from monitor.cli.searching import pointed
from monitor.errors import ConfigError, Mistake, QueryError
from monitor.rules import check, show


def query(call: Call, text: str, lists_file: Path | None, *, rule: bool) -> None:
    """Ends 2 where the query is refused."""
    lists = place.lists(call, text, lists_file)
    try:
        node, notes = check(text, rule=rule, lists=lists)
    except QueryError as error:
        if call.as_json:
            errors = [shapes.problem(problem) for problem in error.problems]
            out.emit({"ok": False, "errors": errors, "notes": [], "normal": None})
        for problem in () if call.as_json else error.problems:
            say("\n".join(pointed(text, problem)))
        end(Exit.WRONG)
    if call.as_json:
        told = [shapes.problem(note) for note in notes]
        out.emit({"ok": True, "errors": [], "notes": told, "normal": show(node)})
        return
    for note in notes:
        say("\n".join(pointed(text, note)))
    out.lines(show(node))


def file(call: Call) -> None:
    """Ends 2 with all mistakes of rules.yaml; those of the other files are only counted."""
    path = place.directory(call) / place.RULES
    mistakes = _mistakes(call)
    own = tuple(mistake for mistake in mistakes if mistake.file == str(path))
    if own or (mistakes and not config.may_be(path.is_file)):
        _refuse(call, own or mistakes)
    rules = config.read_rules(str(path), place.raw(path))
    ids = [rule.id for rule in rules]
    if call.as_json:
        out.emit({"ok": True, "mistakes": [], "rules": ids})
        return
    out.lines(f"{path}: good")
    out.lines(*out.wrapped(f"{of(len(ids), 'rule')}: {', '.join(ids) or 'none'}", "  "))
    if mistakes:
        told = of(len(mistakes), "mistake")
        say(f"the other files have {told}; see: wirewatch config check")


def _mistakes(call: Call) -> tuple[Mistake, ...]:
    try:
        place.look(call)
    except ConfigError as error:
        return error.mistakes
    return ()


def _refuse(call: Call, mistakes: tuple[Mistake, ...]) -> None:
    if not call.as_json:
        raise ConfigError(mistakes)
    out.emit({"ok": False, "mistakes": [shapes.mistake(one) for one in mistakes], "rules": []})
    end(Exit.WRONG)
