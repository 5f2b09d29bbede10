"""Which processes belong to a daemon, read from /proc (Linux only).

The daemon is started as the leader of a session of its own, so whatever it starts, and whatever
outlives it, still bears its session's number.  Knows nothing of what they do.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

_STATE, _PARENT, _SESSION, _STARTED = 0, 1, 3, 19  # fields of stat(5) after the command's ")"


@dataclass(frozen=True, slots=True)
class Process:
    """A pid together with its start time in ticks, so that a reused pid is another process."""

    pid: int
    started: int
    command: str


def family(leader: int) -> frozenset[Process]:
    """The living processes of the leader's session and all its descendants, zombies left out."""
    rows = [row for path in Path("/proc").glob("[0-9]*/stat") if (row := _read(path))]
    members = {leader}
    grown = True
    while grown:
        found = {pid for pid, parent, session, _ in rows if parent in members or session == leader}
        grown = not found <= members
        members |= found
    return frozenset(process for pid, _, _, process in rows if pid in members)


def remaining(before: frozenset[Process], leader: int, seconds: float) -> frozenset[Process]:
    """What is left of a killed family after at most `seconds`, the wait ending when nothing is."""
    deadline = time.monotonic() + seconds
    while True:
        alive = frozenset(process for process in before if _lives(process)) | family(leader)
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.01)


def _lives(process: Process) -> bool:
    row = _read(Path(f"/proc/{process.pid}/stat"))
    return row is not None and row[3].started == process.started


def _read(path: Path) -> tuple[int, int, int, Process] | None:
    """pid, parent, session, process; None for a zombie or one that has just gone."""
    try:
        pid, _, rest = path.read_text("utf-8", "replace").partition(" (")
    except OSError:
        return None
    command, _, tail = rest.rpartition(") ")
    fields = tail.split()
    if fields[_STATE] in "ZX":
        return None
    process = Process(int(pid), int(fields[_STARTED]), command)
    return process.pid, int(fields[_PARENT]), int(fields[_SESSION]), process
