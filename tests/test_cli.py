"""The command line as a whole: quick, explained, and never a traceback for our own errors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli_world import REPOSITORY, Place, fill
from monitor import __version__, config
from monitor.cli import main
from world import World, item

HEAVY = {"scrapy", "trafilatura", "aiohttp", "pydantic", "feedparser", "sqlite_utils", "rich"}
OF_WHO_FETCHES_AND_READS = HEAVY - {"pydantic", "sqlite_utils"}
TOO_LONG = "x" * 300  # whoever looks at such a name is refused, root too


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "config")


def commands(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    yield names
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from commands(inner, *names, name)


def loaded_by(modules: str) -> set[str]:
    code = f"import sys, {modules}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return set(loaded.stdout.split())


def test_help_loads_nothing_heavy() -> None:
    """`wirewatch --help` answers at once."""
    assert HEAVY.isdisjoint(loaded_by("monitor.cli"))


def test_what_only_shows_loads_nothing_that_fetches_or_reads() -> None:
    """It takes half the time so."""
    showing = ("status", "lists", "showing", "silences", "stories", "versions", "dead")
    loaded = loaded_by(", ".join(f"monitor.cli.{name}" for name in showing))
    assert OF_WHO_FETCHES_AND_READS.isdisjoint(loaded)


@pytest.mark.parametrize("names", list(commands(main)), ids=" ".join)
def test_every_command_explains_itself_and_its_exit_codes(
    place: Place, names: tuple[str, ...]
) -> None:
    told = place.call(*names, "--help")
    assert told.exit_code == 0
    assert "3 when another process holds" in " ".join(told.output.split())
    assert len(told.output.splitlines()) > 5


def test_version(place: Place) -> None:
    assert place.call("--version").output.split()[-1] == __version__


@pytest.mark.parametrize("words", [("status",), ("items",), ("alerts",), ("why", "1")])
def test_before_the_first_run_a_sentence_says_how_to_start(
    place: Place, words: tuple[str, ...]
) -> None:
    """Looking makes no database."""
    told = place.call(*words)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "wirewatch watch" in told.stderr
    assert not place.database.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("config", "check"), ("status",), ("rules", "check"), ("doctor",), ("watch",),
        ("extract", "http://127.0.0.1:9/"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_directory_that_cannot_be_looked_at_is_a_sentence(
    place: Place, words: tuple[str, ...]
) -> None:
    """As another account's is: it may well be there."""
    place.environ["WIREWATCH_CONFIG"] = TOO_LONG
    told = place.call(*words)
    assert told.exit_code in (1, 2), told.output
    assert "File name too long" in told.output + told.stderr
    assert "no such directory" not in told.stderr


@pytest.mark.parametrize(
    "words",
    [("items",), ("doctor",), ("reload",), ("watch",), ("add", "http://x.example/", "--yes")],
    ids=" ".join,
)
def test_a_database_that_cannot_be_looked_at_is_a_sentence(
    place: Place, words: tuple[str, ...]
) -> None:
    place.environ["WIREWATCH_DATABASE"] = f"{TOO_LONG}/news.db"
    told = place.call(*words)
    assert (told.exit_code, type(told.exception)) == (1, SystemExit), told.output
    assert TOO_LONG in told.output + told.stderr


def test_option_config_stands_before_or_after_the_command(place: Place, tmp_path: Path) -> None:
    where = str(place.directory)
    for words in (("--config", where, "config", "check"), ("config", "check", "--config", where)):
        assert place.call(*words).output.startswith(f"{where}: good")
    missing = place.call("config", "check", "--config", str(tmp_path / "no"))
    assert missing.exit_code == 2
    assert "wirewatch init" in missing.stderr


@pytest.mark.parametrize(
    "words", [("nonsense",), ("items", "--limit", "0"), ("demo", "--for", "soon"), ("why",)]
)
def test_called_wrongly_ends_2(place: Place, words: tuple[str, ...]) -> None:
    told = place.call(*words)
    assert told.exit_code == 2
    assert "Usage" in told.stderr


def test_stored_things_are_shown_with_bad_files_and_without_secrets(place: Place) -> None:
    """A shell that lacks the daemon's passwords, or a rule half written, is no hindrance."""
    asyncio.run(fill(place))
    place.write("routes", 'channels: {room: {slack: {webhook: "${NO_SUCH}"}}}\n')
    assert place.call("why", "1").exit_code == 0
    assert place.call("poll").exit_code == 2
    place.write("rules", "rules: [{id: bad bad}]\n")
    assert place.call("status").exit_code == 0
    assert place.call("items").exit_code == 0


def test_a_damaged_database_is_a_sentence(place: Place) -> None:
    place.database.write_bytes(b"not a database at all, but long enough to look like one" * 100)
    told = place.call("status")
    assert told.exit_code == 1
    assert told.stderr.startswith("cannot open the database")


@pytest.fixture
def hostile(place: Place) -> Place:
    """A title that would ring, clear the screen, recolour, and turn round what follows."""

    async def store() -> None:
        world = await World(config.load(place.directory, {})).open()
        title = "car bombing \x1b[2J\x1b]0;gone\x07\u202egnp.exe\r\x9b31m 爆弾テロ" * 5
        source = world.config.sources[1]
        await world.poll(source, item("one", title, title, place="\x1b[31m"))
        await world.poll(source, item("two", title, title))
        await world.close()

    asyncio.run(store())
    return place


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
@pytest.mark.parametrize(
    "words",
    [
        ("items",), ("alerts",), ("alerts", "--would"), ("show", "1"), ("why", "2"),
        ("search", "car"), ("rules", "try", "car"), ("status",), ("sources",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_nothing_a_publisher_wrote_is_obeyed_by_a_terminal(
    hostile: Place, words: tuple[str, ...], columns: int
) -> None:
    told = hostile.call(*words, columns=columns)
    assert told.exit_code == 0, told.output
    assert not {"\x1b", "\x07", "\u202e", "\r", "\x9b"} & set(told.output)


def test_output_may_be_cut_off_and_in_ascii(place: Place) -> None:
    """`| head` and a terminal that knows no Unicode end without a complaint."""

    async def store() -> None:
        world = await World(config.load(place.directory, {})).open()
        many = [item(str(n), f"Überfall {n}", "é" * 2000) for n in range(300)]
        await world.poll(world.config.sources[1], *many)
        await world.close()

    asyncio.run(store())
    shell = (
        f"{sys.executable} -m monitor.cli items --limit 300 --json | head -1 && exit $PIPESTATUS"
    )
    cut = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell], cwd=REPOSITORY, env=place.env(),
        capture_output=True, check=False,
    )  # fmt: skip
    assert (cut.returncode, cut.stderr, len(cut.stdout.splitlines())) == (0, b"", 1)
    plain = subprocess.run(
        [sys.executable, "-m", "monitor.cli", "items", "--limit", "1"], cwd=REPOSITORY,
        env=place.env() | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True,
    )  # fmt: skip
    assert b"?berfall" in plain.stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("query", "code"), [("bomb*", 0), ("bo*", 2)])
def test_standard_streams_may_be_closed(closed: str, query: str, code: int) -> None:
    """As a scheduler may leave them: what is said there is lost, and nothing else changes."""
    check = f"{sys.executable} -m monitor.cli rules check --query '{query}'"
    usual, told = (
        subprocess.run(["bash", "-c", call], cwd=REPOSITORY, capture_output=True, check=False)
        for call in (check, f"{check} {closed}")
    )
    assert told.returncode == usual.returncode == code
    assert told.stdout == (b"" if ">&-" in closed.split() else usual.stdout)
    assert told.stderr == (b"" if "2>&-" in closed else usual.stderr)
