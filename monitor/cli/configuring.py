"""`init`, `config check`, `reload`."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from monitor import config
from monitor.cli import out, place, shapes, status
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import of
from monitor.clock import wall_clock
from monitor.errors import ConfigError
from monitor.store import daemon
from monitor.store.db import Row
from monitor.store.settings import in_force

RELOAD_SECONDS = 10.0
_LOOK_SECONDS = 0.1
_SENTENCES = {
    "not_running": "no daemon runs; wirewatch watch starts one, with the files as they are",
    "no_answer": f"the daemon did not answer within {RELOAD_SECONDS:.0f} s; see: wirewatch status",
    "not_allowed": "the daemon is another account's: run this as that account",
    "refused": "refused, the daemon goes on with the old configuration:",
}
_ENDS = {"taken": Exit.OK, "refused": Exit.WRONG}


def init(call: Call, directory: Path) -> None:
    written = config.init(directory)
    if call.as_json:
        out.emit({"written": [str(path) for path in written]})
        return
    out.lines(*(f"wrote {path}" for path in written))
    out.lines(f"Look through them, then: wirewatch watch --config {directory}")


def check(call: Call) -> None:
    """Ends 2 with all mistakes."""
    try:
        loaded = place.load(call)
    except ConfigError as error:
        if not call.as_json:
            raise
        out.emit({"ok": False, "mistakes": [shapes.mistake(one) for one in error.mistakes]})
        end(Exit.WRONG)
    names = {
        "sources": [source.id for source in loaded.sources],
        "rules": [rule.id for rule in loaded.rules],
        "channels": list(loaded.channels),
    }
    if call.as_json:
        out.emit({"ok": True, "mistakes": [], **names, "database": str(loaded.settings.database)})
        return
    out.lines(f"{loaded.directory}: good")
    for word, found in names.items():
        listed = f"{of(len(found), word.removesuffix('s'))}: {', '.join(found) or 'none'}"
        out.lines(*out.wrapped(listed, "  "))
    out.lines(
        f"  trouble of our own goes to: {loaded.ops}", f"  database: {loaded.settings.database}"
    )


def reload(call: Call) -> None:
    """Ends 0 taken, 2 refused, 1 when there is no daemon or no answer."""
    database = place.settings(call).database
    outcome, error = ask_reload(database)
    sources = rules = None
    if outcome == "taken":
        with place.Archive(database) as archive:
            sources, rules = archive.read(in_force)
    if call.as_json:
        out.emit({"outcome": outcome, "error": error, "sources": sources, "rules": rules})
    elif sources is not None and rules is not None:
        took = f"{of(sources, 'source')} and {of(rules, 'rule')}"
        out.lines(f"taken: the daemon works by these files now, {took}")
    else:
        say(_SENTENCES[outcome] + (f"\n{error}" if error else ""))
    end(_ENDS.get(outcome, Exit.FAILED))


def ask_reload(database: Path) -> tuple[str, str | None]:
    """Signal the daemon, if one runs; its answer (`taken`, `refused`, `no_answer`,
    `not_running`, `not_allowed`), and the mistakes for which it refused."""
    if not config.may_be(database.exists):
        return "not_running", None
    with place.Archive(database) as archive:
        before = archive.read(daemon.row)
        if before is None or not status.is_running(before, wall_clock()):
            return "not_running", None
        try:
            os.kill(before["pid"], signal.SIGHUP)
        except PermissionError:
            return "not_allowed", None
        after = _await_reload(archive, before)
    if after is None:
        return "no_answer", None
    error = after["reload_error"]
    return ("taken", None) if error is None else ("refused", error)


def _await_reload(archive: place.Archive, before: Row) -> Row | None:
    """The daemon's row once it says that it tried."""
    deadline = time.monotonic() + RELOAD_SECONDS
    while time.monotonic() < deadline:
        row = archive.read(daemon.row)
        if row is not None and row["reloaded_at"] not in (None, before["reloaded_at"]):
            return row
        time.sleep(_LOOK_SECONDS)
    return None
