"""The peers that `poll` measures: reader and rss2email by their Python, newsboat as a program.

They cannot map names, so all their feeds are on one host, 127.0.0.1: they keep its connections
open, which we cannot, and none of them waits between two requests to it.  None asks robots.txt.

newsboat is a package of the system; unpacked it serves as well as installed:
    cd "$(mktemp -d)" && apt-get download newsboat libstfl0 libjson-c5
    for package in *.deb; do dpkg -x "$package" REPOSITORY/benchmarks/.bench/newsboat; done
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import kit
from poll_ours import Broken, Poll
from poll_server import Newsstand
from poll_watch import Watch

SCRIPTS = kit.HERE / "peers"
NEWSBOAT = kit.HERE / ".bench" / "newsboat"
READER = (
    "reader==3.26",
    "sgmllib3k==1.0.0",
)  # its own feedparser imports what it no longer requires
READER_THREADS, NEWSBOAT_THREADS = 4, 1  # what each is fastest with on one core
RUN_SECONDS = 1800.0


class Piped:
    """A peer whose script keeps running and polls once for each line that it gets."""

    def __init__(self, directory: Path, stand: Newsstand, core: int, command: list[str]) -> None:
        directory.mkdir()
        self._stand = stand
        self._log = (directory / "errors.log").open("w")
        self._process = subprocess.Popen(
            [*command[:2], str(directory), str(stand.port), str(stand.feeds), *command[2:]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip
        self.version: str = self._hear()["version"]

    def poll(self, items: int) -> Poll:
        with Watch(self._process.pid) as watch:
            _pipe(self._process.stdin).write("poll\n")
            _pipe(self._process.stdin).flush()
            said = self._hear()
        _judge(self._hear()["items"], items)
        return Poll(
            said["seconds"], watch.cpu_seconds, watch.most, self._stand.asked(),
            said["index_seconds"],
        )  # fmt: skip

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _hear(self) -> dict[str, Any]:
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise Broken(f"it ended: {Path(self._log.name).read_text()[-500:]}")
        said: dict[str, Any] = json.loads(line)
        return said


def reader(directory: Path, stand: Newsstand, core: int) -> Piped:
    python = kit.peer(*READER)
    script = str(SCRIPTS / "poll_reader.py")
    return Piped(directory, stand, core, [str(python), script, str(READER_THREADS)])


def rss2email(directory: Path, stand: Newsstand, core: int) -> Piped:
    python = kit.peer("rss2email==3.14")
    return Piped(directory, stand, core, [str(python), str(SCRIPTS / "poll_rss2email.py")])


class Newsboat:
    """`newsboat -x reload`: a process each time, with its start and the reading of its cache."""

    def __init__(self, directory: Path, stand: Newsstand, core: int, place: Path) -> None:
        directory.mkdir()
        self._stand, self._core, self._cache = stand, core, directory / "cache.db"
        program, self._environment = _find(place)
        urls = (f"http://127.0.0.1:{stand.port}/f{n:05}/feed.xml" for n in range(stand.feeds))
        (directory / "urls").write_text("\n".join(urls) + "\n")
        (directory / "config").write_text(
            f"reload-threads {NEWSBOAT_THREADS}\nerror-log {directory}/errors\n"
        )
        self._environment["HOME"] = str(directory)
        self._command = [
            program, f"--url-file={directory / 'urls'}", f"--cache-file={self._cache}",
            f"--config-file={directory / 'config'}", "-x", "reload",
        ]  # fmt: skip
        said = subprocess.run(
            [program, "-v"], env=self._environment, capture_output=True, text=True, check=True
        )
        self.version = said.stdout.split()[1]

    def poll(self, items: int) -> Poll:
        started = time.perf_counter()
        process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {self._core}),
        )  # fmt: skip
        with Watch(process.pid) as watch:
            _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise Broken(f"newsboat ended {process.returncode}")
        with closing(sqlite3.connect(self._cache)) as db:
            _judge(db.execute("SELECT count(*) FROM rss_item").fetchone()[0], items)
        return Poll(seconds, used.ru_utime + used.ru_stime, watch.most, self._stand.asked())

    def close(self) -> None:
        """Nothing of it runs between two polls."""


def _find(place: Path) -> tuple[str, dict[str, str]]:
    """The program and the environment that it needs.  Raises Broken."""
    environment = dict(os.environ)
    unpacked = place / "usr" / "bin" / "newsboat"
    if unpacked.exists():
        libraries = {str(library.parent) for library in place.rglob("*.so*")}
        environment["LD_LIBRARY_PATH"] = ":".join(sorted(libraries))
        return str(unpacked), environment
    program = shutil.which("newsboat")
    if program is None:
        raise Broken(f"there is no newsboat, neither in {place} nor on PATH")
    return program, environment


def _judge(items: int, expected: int) -> None:
    if items != expected:
        raise Broken(f"{items} items are there instead of {expected}")


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
