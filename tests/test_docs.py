"""What the documentation tells people to type exists, and what there is is documented.

Runs every example: commands and their options, YAML as configuration, queries over texts, links.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from config_files import write
from monitor.cli import main
from monitor.config import load
from monitor.errors import ConfigError, QueryError
from monitor.model import Answer, Item
from monitor.rules import ask, check, parse, show
from monitor.rules.fields import Fields
from monitor.rules.tree import FIELDS

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((REPOSITORY / "docs").glob("**/*.md")),
]
OWN_WORDS = {"demo", "watch", "test", "check", "bench"}  # run.sh's; any other is wirewatch's
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Each fenced block of a language: its place, its text."""
    for page in PAGES:
        text = page.read_text()
        for found in FENCE.finditer(text):
            if found[1] == language:
                yield f"{page.name}:{text.count(chr(10), 0, found.start()) + 1}", found[2]


# --- commands --------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each `wirewatch ...` and `./run.sh ...`, in a fenced block or inline: its place, its words.

    Inline, a command may run over the end of a line.
    """
    typed = re.compile(r"^\s*(?:\$ )?((?:wirewatch|\./run\.sh)\b.*)$", re.MULTILINE)
    inline = re.compile(r"`((?:wirewatch|\./run\.sh)\b[^`]*)`")
    for page in PAGES:
        text = page.read_text()
        prose = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text)
        fenced = [(at.start() + one.start(), one[1]) for at in FENCE.finditer(text)
                  for one in typed.finditer(at[0])]  # fmt: skip
        lines = [(text[:at].count("\n") + 1, said) for at, said in fenced]
        lines += [(prose[: at.start()].count("\n") + 1, at[1]) for at in inline.finditer(prose)]
        for line, said in lines:
            yield f"{page.name}:{line}", shlex.split(said, comments=True)


@pytest.mark.parametrize(("place", "words"), [pytest.param(*c, id=c[0]) for c in commands()])
def test_a_documented_command_exists(place: str, words: list[str]) -> None:
    """Command, subcommand and every option."""
    program, *rest = words
    if program == "./run.sh" and (not rest or rest[0] in OWN_WORDS - {"demo", "watch"}):
        return
    missing = unknown(main, [word for word in rest if word not in {"|", "&"}])
    assert not missing, f"{place}: {shlex.join(words)}: there is no {missing}"


def unknown(command: click.Command, words: list[str]) -> str | None:
    """The first word that `command` does not know: a subcommand or an option; None when all are."""
    options: dict[str, click.Parameter | None] = {"--help": None}
    rest = iter(words)
    for word in rest:
        options |= {flag: p for p in command.params for flag in [*p.opts, *p.secondary_opts]}
        flag, has_value, _ = word.partition("=")
        if flag.startswith("-"):
            if flag not in options:
                return flag
            if not has_value and not getattr(options[flag], "is_flag", True):
                next(rest, None)
        elif isinstance(command, click.Group):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return None


def test_an_unknown_word_is_found() -> None:
    """A renamed subcommand or option does not stay in the documentation."""
    add = click.Command("add", params=[click.Option(["--story"])])
    silence = click.Group("silence", commands={"add": add})
    group = click.Group("main", {"silence": silence}, params=[click.Option(["--config"])])
    assert unknown(group, ["silence", "add", "--story", "4F2A"]) is None
    assert unknown(group, ["--config", "here", "silence", "--help"]) is None
    assert unknown(group, ["silence", "drop"]) == "drop"
    assert unknown(group, ["silence", "add", "--rule=x"]) == "--rule"


def every(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command that can be typed whole."""
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from every(inner, (*path, name))


@pytest.mark.parametrize("path", list(every(main)), ids=" ".join)
def test_every_command_is_documented(path: tuple[str, ...]) -> None:
    """What exists can be found by reading."""
    typed = [tuple(words[1:]) for place, words in commands() if place.startswith("README.md")]
    assert any(words[: len(path)] == path for words in typed)


def test_run_sh_explains_itself() -> None:
    """Four lines that name all of its own words, without installing anything."""
    told = subprocess.run(
        [REPOSITORY / "run.sh"], capture_output=True, text=True, check=True, timeout=20
    )
    assert len(told.stdout.splitlines()) == 4
    assert set(re.findall(r"\w+", told.stdout)) >= OWN_WORDS


@pytest.mark.parametrize("named", ["/etc/wirewatch", ""])
def test_run_sh_watches_what_the_environment_names_else_what_is_beside_it(
    tmp_path: Path, named: str
) -> None:
    """As every other command finds its configuration."""
    bin_ = tmp_path / ".venv" / "bin"
    bin_.mkdir(parents=True)
    shutil.copy(REPOSITORY / "run.sh", tmp_path)
    for program, does in (("python", "echo Python 3.11.0"), ("wirewatch", 'echo "$@"')):
        (bin_ / program).write_text(f"#!/bin/sh\n{does}\n")
        (bin_ / program).chmod(0o755)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("")
    empty = hashlib.sha256(b"").hexdigest()
    (tmp_path / ".venv" / "made-from").write_text(f"{empty} Python 3.11.0 {tmp_path}\n")
    (tmp_path / ".venv" / "project").write_text(f"{empty}\n")
    told = subprocess.run(
        [tmp_path / "run.sh", "watch", "--json"], capture_output=True, text=True, check=True,
        timeout=20, env={"PATH": os.environ["PATH"], "WIREWATCH_CONFIG": named},
    )  # fmt: skip
    assert told.stdout == f"watch --config {named or tmp_path / 'config'} --json\n"


# --- configuration ---------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "text"), [pytest.param(*b, id=b[0]) for b in blocks("yaml")])
def test_a_documented_configuration_loads(tmp_path: Path, place: str, text: str) -> None:
    """An example names its file in its first line and is valid as it stands, but for the lines at
    which it says that they are refused."""
    name = text.split("\n", 1)[0].removeprefix("# ")
    write(tmp_path)
    (tmp_path / name).write_text(text)
    for secret in re.findall(r"_file: ([\w./-]+)", text):
        (tmp_path / secret).write_text("https://example.test/\n")
    environ = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "https://example.test/")
    told = set()
    try:
        load(tmp_path, environ)
    except ConfigError as error:
        told = {(mistake.file, mistake.line) for mistake in error.mistakes}
    lines = enumerate(text.splitlines(), 1)
    file = str(tmp_path / name)
    assert told == {(file, number) for number, line in lines if line.endswith("# refused")}


# --- queries ---------------------------------------------------------------------------------


Lists = dict[str, list[str]]


def queries() -> Iterator[tuple[str, str, Lists, str, str]]:
    """Each line of a `rules` block with the query above it: place, query, lists, verdict, text."""
    for place, text in blocks("rules"):
        query, lists = "", Lists()
        for number, line in enumerate(text.splitlines()):
            verdict, said = line.split(maxsplit=1)
            if verdict == "query":
                query = said
            elif verdict == "list":
                name, entries = said.split(" = ")
                lists[name] = entries.split(", ")
            else:
                yield f"{place}+{number}", query, lists, verdict, said


@pytest.mark.parametrize(
    ("place", "query", "lists", "verdict", "said"), [pytest.param(*q, id=q[0]) for q in queries()]
)
def test_a_documented_query(place: str, query: str, lists: Lists, verdict: str, said: str) -> None:
    """`wrong CODE`, `note CODE`, `normal` and how it is printed, or a text that answers `yes` with
    what «is found» marked, `no` or `unknown`."""
    if verdict == "wrong":
        with pytest.raises(QueryError) as refused:
            parse(query, lists=lists)
        assert said in {problem.code for problem in refused.value.problems}
        return
    node, notes = check(query, lists=lists)
    if verdict == "note":
        assert said in {note.code for note in notes}
        return
    if verdict == "normal":
        assert show(node) == said
        return
    item, source_id = item_of(said.replace("«", "").replace("»", ""))
    answer, spans = ask(node, item, source_id)
    assert answer is Answer(verdict)
    marked = set(re.findall("«(.*?)»", said))
    fields = Fields(item, source_id)
    assert {fields.stored(one.field)[one.start : one.end] for one in spans} == marked


def item_of(said: str) -> tuple[Item, str]:
    """`field = text | field = text`, or the text alone, as an item and its source.

    `¶` parts paragraphs, a comma tags and authors.
    """
    said = said.replace(" ¶ ", "\n\n")
    parts = [part.partition(" = ") for part in said.split(" | ")]
    given = {name.strip(): text for name, equals, text in parts if equals} or {"body": said}
    item = Item(
        given.get("url", "https://www.example.org/a"),
        title=given.get("title", ""),
        body=given.get("teaser", given.get("body", "")),
        partial="teaser" in given,
        authors=tuple(given["author"].split(", ")) if "author" in given else (),
        tags=tuple(given["tag"].split(", ")) if "tag" in given else (),
        place=given.get("place"),
        section=given.get("section"),
        wire=given.get("wire"),
        lang=given.get("lang"),
    )
    return item, given.get("source", "example")


def test_the_rule_language_is_documented_whole() -> None:
    """Every field, and every code that a query can be refused or noted with."""
    page = (REPOSITORY / "docs" / "rules.md").read_text()
    source = "".join(file.read_text() for file in (REPOSITORY / "monitor/rules").glob("*.py"))
    codes = set(re.findall(r"\b[EN]-[A-Z]+\b", source))
    assert codes
    wanted = {f"| `{field}:` |" for field in FIELDS} | {f"`{code}`" for code in codes}
    assert {one for one in wanted if one not in page} == set()


# --- links and names -------------------------------------------------------------------------


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", page.read_text())):
            yield page, target


@pytest.mark.parametrize(
    ("page", "target"), [pytest.param(*one, id=f"{one[0].name}:{one[1]}") for one in links()]
)
def test_a_link_leads_somewhere(page: Path, target: str) -> None:
    """To a file that is there, and to a heading of it."""
    if target.startswith("https://"):
        return
    name, _, anchor = target.partition("#")
    there = page.parent / name if name else page
    assert there.exists()
    assert not anchor or anchor in anchors(there.read_text())


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", re.findall(r"\b[a-z]+(?:\.\w+)+", next(blocks("text"))[1]))
def test_a_function_of_the_path_exists(name: str) -> None:
    """The path as it is drawn names real functions."""
    *module, last = f"monitor.{name}".split(".")
    if module[-1][0].isupper():
        *module, owner = module
        assert hasattr(getattr(importlib.import_module(".".join(module)), owner), last)
    else:
        assert hasattr(importlib.import_module(".".join(module)), last)


def test_examples_use_reserved_names() -> None:
    """No example sends anybody to a host that may be somebody's."""
    watched = {"feeds.bbci.co.uk", "www.spacewar.com", "www.aljazeera.com"}  # the shipped config's
    for page in PAGES:
        for _, text in ((f[1], f[2]) for f in FENCE.finditer(page.read_text())):
            hosts = re.findall(r"(?:https?://|@)((?:[\w-]+\.)+[a-z]+)\b", text)
            reserved = re.compile(r"(?:.+\.)?(?:example\.(?:org|com|net)|example|test|localhost)")
            assert {h for h in hosts if not reserved.fullmatch(h)} <= watched
