"""rules match: rules from a file over articles from a file, without configuration or database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli_world import REPOSITORY
from monitor.cli import main

RULES = """\
lists: {blast: [explosion, bombing]}
rules:
  - id: blast
    query: "@blast NOT film"
  - id: jane
    query: |
      author:jane OR site:example.org
"""
Write = Callable[[str, object], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file by its name: text as it is, else a JSON value a line."""

    def put(name: str, given: object) -> str:
        path = tmp_path / name
        if isinstance(given, str):
            path.write_text(given, "utf-8")
        else:
            assert isinstance(given, Iterable)
            path.write_text("".join(f"{json.dumps(one)}\n" for one in given), "utf-8")
        return str(path)

    return put


def match(rules: str, items: str, *more: str, typed: str | bytes | None = None) -> Result:
    words = ["rules", "match", "--rules", rules, "--items", items, *more]
    return CliRunner().invoke(main, words, input=typed, env={"WIREWATCH_CONFIG": "/nowhere"})


def answers(told: Result) -> list[list[Any]]:
    found = [json.loads(line) for line in told.stdout.splitlines()]
    assert all(list(one) == ["item", "rule", "answer", "spans"] for one in found)
    return [list(one.values()) for one in found]


def test_a_line_for_each_yes_and_unknown(write: Write) -> None:
    """In the order of the articles, then of the rules."""
    items = [
        {"id": 1, "title": "A bombing", "body": "", "author": "Jane Doe", "url": ""},
        {
            "id": "b",
            "title": "A film of a bombing",
            "body": "",
            "author": [],
            "site": "example.com",
        },
        {"id": "c", "title": "Rain", "body": "", "site": "example.org", "author": None},
        {"id": "d", "title": "Rain", "body": "So far", "partial": True, "author": [], "url": "x"},
    ]
    told = match(write("rules.yaml", RULES), write("items.jsonl", items))
    assert told.exit_code == 0
    assert answers(told) == [
        [1, "blast", "yes", [["title", 2, 9]]],
        [1, "jane", "yes", [["author", 0, 4]]],
        ["c", "jane", "yes", [["site", 0, 11]]],
        ["d", "blast", "unknown", []],
        ["d", "jane", "unknown", []],
    ]
    only = match(write("rules.yaml", RULES), write("items.jsonl", items), "--yes-only")
    assert answers(only) == [one for one in answers(told) if one[2] == "yes"]


@pytest.mark.parametrize(
    ("query", "field"),
    [(f"{name}:zebra", name) for name in
     ("title", "body", "lead", "url", "site", "source", "section", "author", "lang", "wire",
      "place", "tag")],
)  # fmt: skip
def test_absent_and_null_are_unknown_and_empty_is_empty(
    write: Write, query: str, field: str
) -> None:
    rules = write("r.jsonl", [{"id": "r", "query": query}])
    key = {"lead": "body", "tag": "tags"}.get(field, field)
    empty: object = [] if key == "tags" else ""
    known = {"title": "", "body": ""}
    items = [
        {"id": 1, **known, key: None},
        {"id": 2, **{name: text for name, text in known.items() if name != key}},
        {"id": 3, **known, key: empty},
    ]
    told = answers(match(rules, write("i.jsonl", items)))
    assert told == [[1, "r", "unknown", []], [2, "r", "unknown", []]]


def test_an_authors_name_is_text_or_a_list(write: Write) -> None:
    rules = write("r.jsonl", [{"id": "r", "query": "author:jane"}])
    items = [
        {"id": 1, "author": "Jane"}, {"id": 2, "author": ["Joe", "Jane"]}, {"id": 3, "author": []},
    ]  # fmt: skip
    told = answers(match(rules, write("i.jsonl", items)))
    assert told == [[1, "r", "yes", [["author", 0, 4]]], [2, "r", "yes", [["author", 4, 8]]]]


def test_a_site_is_taken_as_it_is_said(write: Write) -> None:
    """Else from the address."""
    rules = write("r.jsonl", [{"id": "r", "query": "site:example.org"}])
    items = [
        {"id": 1, "url": "https://www.example.org/x"},
        {"id": 2, "url": "https://www.example.com/x", "site": "example.org"},
        {"id": 3, "url": "https://www.example.org/x", "site": "example.com"},
    ]
    told = answers(match(rules, write("i.jsonl", items)))
    assert [one[0] for one in told] == [1, 2]


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("r.jsonl", [{"id": "a", "query": "car", "by": "x"}, {"id": "b", "query": "rain"}]),
        ("r.json", [[{"id": "a", "query": "car"}, {"id": "b", "query": "rain"}]]),
        ("r", '{"rules": [{"id": "a", "query": "car"},\n {"id": "b", "query": "rain"}]}'),
        ("r.yml", "rules: [{id: a, any: [car]}, {id: b, query: rain}]"),
    ],
)
def test_rules_are_yaml_or_json(write: Write, name: str, rules: object) -> None:
    told = match(write(name, rules), write("i.jsonl", [{"id": 1, "title": "Car", "body": ""}]))
    assert answers(told) == [[1, "a", "yes", [["title", 0, 3]]]]


@pytest.mark.parametrize("name", ["r.jsonl", "r.json", "r", "r.yaml"])
def test_files_may_begin_with_a_byte_order_mark(write: Write, name: str) -> None:
    """So may each of some that were put together, and one that holds nothing else."""
    rules = "\ufeff" + ("rules: [{id: a, any: [car]}]" if name == "r.yaml" else
                        '{"id": "a", "query": "car"}')  # fmt: skip
    article = '\ufeff{"id": 1, "title": "Car", "body": ""}\n'
    told = match(write(name, rules), write("i.jsonl", f"{article}{article}\ufeff"))
    assert (told.exit_code, told.stderr) == (0, "")
    assert answers(told) == [[1, "a", "yes", [["title", 0, 3]]]] * 2


def test_rules_of_json_may_name_lists_of_a_file(write: Write) -> None:
    rules = write("r.jsonl", [{"id": "a", "query": "@blast"}])
    items = write("i.jsonl", [{"id": 1, "title": "Explosion", "body": ""}])
    assert match(rules, items).exit_code == 2
    lists = write("lists.yaml", "lists: {blast: [explosion]}\n")
    assert answers(match(rules, items, "--lists", lists)) == [[1, "a", "yes", [["title", 0, 9]]]]


def test_lists_beside_rules_of_yaml_are_not_passed_over(write: Write) -> None:
    rules = write("r.yaml", "lists: {blast: [bang]}\nrules: [{id: a, query: '@blast'}]\n")
    items = write("i.jsonl", [{"id": 1, "title": "Explosion", "body": ""}])
    told = match(rules, items, "--lists", write("lists.yaml", "lists: {blast: [explosion]}\n"))
    assert (told.exit_code, told.stdout) == (2, "")
    assert "leave --lists out, and write them there below `lists:`" in told.stderr


def test_every_mistake_of_the_rules_is_told_with_its_line(write: Write) -> None:
    rules = write("r.jsonl", '{"id": "a", "query": "car bomb"}\n{"id": "a", "query": "b*"}\nx\n'
                             '{"query": "car"}\n[1]\n{"id": "e", "query": 5}\n')  # fmt: skip
    told = match(rules, write("i.jsonl", []))
    assert (told.exit_code, told.stdout) == (2, "")
    lines = [line.removeprefix(f"{rules}:") for line in told.stderr.splitlines()]
    assert [line.split(":", 1)[0] for line in lines] == ["1", "2", "2", "3", "4", "5", "6"]
    assert "E-ADJ at 0" in lines[0]
    yaml = write("r.yaml", "rules:\n  - {id: a, query: car bomb}\n  - {id: b, query: 'b*'}\n")
    told = match(yaml, write("i.jsonl", []))
    assert (told.exit_code, len(told.stderr.splitlines())) == (2, 2)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[1]", "one JSON object"),
        ("{", "one JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"title": "car"}', '"id"'),
        ('{"id": true}', '"id"'),
        ('{"id": 1, "title": 5}', '"title"'),
        ('{"id": 1, "partial": "no"}', '"partial"'),
        ('{"id": 1, "tags": "a"}', '"tags"'),
        ('{"id": 1, "author": [1]}', 'texts in the list of "author", one is a number'),
        ('{"id": 1, "tags": ["x", null]}', 'texts in the list of "tags", one is null'),
    ],
)
def test_a_bad_line_is_told_and_the_others_go_on(write: Write, line: str, expected: str) -> None:
    good = json.dumps({"id": 2, "title": "Car", "body": ""})
    items = write("i.jsonl", f"{line}\n\n{good}\n")
    told = match(write("r.jsonl", [{"id": "a", "query": "car"}]), items)
    assert (told.exit_code, len(answers(told))) == (1, 1)
    first, last = told.stderr.splitlines()
    assert first.startswith(f"{items}:1: expected")
    assert expected in first
    assert last == "1 line could not be judged"


def test_bytes_that_are_no_text_are_told(write: Write) -> None:
    rules = write("r.jsonl", [{"id": "a", "query": "/c.r/ OR car"}])
    told = match(rules, "-", typed=b'{"id": 1, "title": "\xff"}\n{"id": 2, "title": "\\ud83d car"}')
    assert "-:1: expected UTF-8, byte 21 is not" in told.stderr
    assert answers(told) == [[2, "a", "yes", [["title", 2, 5]]]]


def test_an_answer_comes_before_the_next_article_is_given(write: Write) -> None:
    """What drives this by a pipe may wait for each answer."""
    rules = write("r.jsonl", [{"id": "a", "query": "car"}])
    words = [
        sys.executable,
        "-m",
        "monitor.cli",
        "rules",
        "match",
        "--rules",
        rules,
        "--items",
        "-",
    ]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as process:
        assert process.stdin
        assert process.stdout
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "title": "car", "body": ""}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["item"] == number
        process.stdin.close()
        assert process.wait(20) == 0


def test_called_wrongly(write: Write) -> None:
    assert match("-", "-").exit_code == 2
    assert match(write("r.jsonl", []), "nothing-here.jsonl").exit_code == 2


@pytest.mark.parametrize(("end", "code"), [("| true", 0), ("> /dev/full", 1)])
def test_where_nothing_can_be_printed_the_articles_are_not_blamed(
    write: Write, end: str, code: int
) -> None:
    """A reader who has had enough is no error, a full disk is one."""
    rules = write("rules.yaml", RULES)
    items = write("items.jsonl", [{"id": n, "title": "A bombing", "body": ""} for n in range(9999)])
    words = f"-m monitor.cli rules match --rules {rules} --items {items}"
    told = subprocess.run(
        ["bash", "-c", f"{sys.executable} {words} {end}; exit $PIPESTATUS"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == code, told.stderr
    assert told.stderr == ("" if code == 0 else "cannot print: No space left on device\n")


@pytest.mark.parametrize(
    ("name", "given"), [("r.jsonl", ""), ("r.json", "[]"), ("r.yaml", "rules: []")]
)
def test_a_file_without_rules_is_told(write: Write, name: str, given: str) -> None:
    """Else one would wait for what cannot come."""
    rules = write(name, given)
    told = match(rules, write("i.jsonl", [{"id": 1, "title": "A bombing"}]))
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr == f"{rules}: there are no rules in it, so nothing is found\n"


def test_mistakes_of_a_query_stand_in_its_order(write: Write) -> None:
    rules = write("r.jsonl", [{"id": "r", "query": "bombing OR bo* OR US"}])
    told = match(rules, write("i.jsonl", []))
    assert told.exit_code == 2
    assert [line.split(":")[4] for line in told.stderr.splitlines()] == [
        " E-WILD at 11",
        " E-ACRO at 18",
    ]


def test_rules_that_are_no_text_are_told(write: Write, tmp_path: Path) -> None:
    """Else a word with an accent would be sought as another."""
    rules = tmp_path / "r.jsonl"
    rules.write_bytes(b'{"id": "a", "query": "car"}\n{"id": "b", "query": "caf\xe9"}\n')
    told = match(str(rules), write("i.jsonl", []))
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith(f"{rules}:2:26: this is not UTF-8")


def test_a_slip_in_a_key_is_named(write: Write) -> None:
    """Once for all lines, so that it does not pass for silence; keys that are nothing like those of
    an article are others' business."""
    items: list[dict[str, object]] = [{"id": n, "titel": "A bombing", "guid": n} for n in range(3)]
    items.append({"id": 9, "Body": "A bombing", **{f"more {n}": n for n in range(99)}})
    told = match(write("rules.yaml", RULES), write("items.jsonl", items), "--yes-only")
    assert told.exit_code == 0
    assert told.stderr == (
        "`titel` in 3 lines was passed over: did you mean `title`?\n"
        "`Body` in 1 line was passed over: did you mean `body`?\n"
    )


def test_keys_of_an_article_are_not_named(write: Write) -> None:
    items = [{"id": 1, "title": "Rain", "body": None, "url": "", "source": "", "section": "",
              "lang": "en", "wire": "", "place": "", "site": "", "author": [], "tags": [],
              "partial": False, "published": "today"}]  # fmt: skip
    told = match(write("rules.yaml", RULES), write("items.jsonl", items))
    assert told.stderr == ""
