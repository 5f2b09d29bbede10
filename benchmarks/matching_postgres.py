"""A PostgreSQL of our own for `matching`: made, started on a socket alone, ended, removed.

It refuses to run as root, so there it gets an unprivileged user.  RUM, which indexes stored queries
by their words, is a package of the system; unpacked it serves as well as installed:
    cd "$(mktemp -d)" && apt-get download postgresql-15-rum
    dpkg -x postgresql-15-rum*.deb REPOSITORY/benchmarks/.bench/rum
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import kit

UNPACKED = kit.HERE / ".bench" / "rum"
INSTALLED = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
START_SECONDS, STOP_SECONDS = 30.0, 20.0
# Nothing here outlives the run, so that nothing waits for a disk.
SETTINGS = ("listen_addresses=", "fsync=off", "autovacuum=off", "max_connections=8", "jit=off")


class Missing(Exception):
    """There is no PostgreSQL, or it does not start."""


@contextmanager
def server(core: int) -> Iterator[str]:
    """`SOCKET:RUM` as match_postgres.py wants it; RUM is the file of its code, or nothing."""
    programs = _programs()
    user = _user()
    with tempfile.TemporaryDirectory(prefix="matching-pg-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        rum = _rum(programs, place)
        if user:
            for path in (place, *place.rglob("*")):
                shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
        _run([str(programs / "initdb"), "-D", f"{place}/data", "-U", "bench", "-A", "trust"], user)
        process = _start(programs / "postgres", place, user, core)
        try:
            _await(place / ".s.PGSQL.5432", process)
            yield f"{place}:{rum or ''}"
        finally:
            process.send_signal(signal.SIGINT)  # "fast": ends its sessions
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _programs() -> Path:
    """The newest installed version's directory of programs."""
    found = sorted(INSTALLED.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        raise Missing(f"there is no PostgreSQL, neither in {INSTALLED} nor on PATH")
    return Path(on_path).resolve().parent


def _user() -> str | None:
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = next((user for user in USERS if user in known), None)
    if user is None:
        raise Missing(f"root may not run it, and there is none of {', '.join(USERS)}")
    return user


def _rum(programs: Path, place: Path) -> Path | None:
    """RUM's code, of that version, put where the server's user can read it, script beside it."""
    version = programs.parent.name
    for root in (UNPACKED / "usr", Path("/usr")):
        code = root / "lib/postgresql" / version / "lib" / "rum.so"
        script = root / "share/postgresql" / version / "extension" / "rum--1.3.sql"
        if code.exists() and script.exists():
            shutil.copy(script, place / "rum.sql")
            return Path(shutil.copy(code, place / "rum.so"))
    return None


def _run(command: list[str], user: str | None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", user=user)
    if done.returncode:
        raise Missing(f"{command[0]} ended {done.returncode}: {done.stderr[-300:]}")


def _start(program: Path, place: Path, user: str | None, core: int) -> subprocess.Popen[bytes]:
    settings = [f"-c{setting}" for setting in (*SETTINGS, f"unix_socket_directories={place}")]
    with (Path(os.devnull)).open("wb") as nowhere:
        return subprocess.Popen(
            [str(program), "-D", f"{place}/data", *settings], user=user, cwd="/",
            stdout=nowhere, stderr=nowhere,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip


def _await(socket: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise Missing(f"the server does not start ({process.returncode})")
        time.sleep(0.05)
