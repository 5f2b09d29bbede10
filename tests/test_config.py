"""The configuration files: read as meant, or refused with every mistake and its mend.

A case is a folder of `data/config`: the files it needs, `environ`, and `expected.txt` beside them.
"""

from __future__ import annotations

import pickle
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config_files import EMPTY, write
from monitor import config
from monitor.config import load, schema
from monitor.config.queries import compose
from monitor.errors import ConfigError
from monitor.rules.syntax import parse
from monitor.rules.tree import leaf_text, leaves
from monitor.settings import Config, Route, Secret

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).parent / "data" / "config"
CASES = sorted(path for path in DATA.iterdir() if path.is_dir())
# What is said of a query, and why it matches, is the rule language's own, and tested there.
_QUERY_PROBLEM = re.compile(r"(: E-[A-Z]+): .*")
_REASON = re.compile(r"(must(?: not)? match, but ).*(, mend the query)")


def answer(case: Path) -> str:
    """What the case comes to: its mistakes, or what differs from the defaults, a line each."""
    environ = {}
    if (case / "environ").exists():
        lines = (case / "environ").read_text().splitlines()
        environ = dict(line.split("=", 1) for line in lines)
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        for name, content in EMPTY.items():
            (directory / name).write_text(content)
        shutil.copytree(case, directory, dirs_exist_ok=True)
        try:
            found = load(directory, environ)
        except ConfigError as e:
            told = str(e).replace(f"{directory}/", "")
            return _REASON.sub(r"\1...\2", _QUERY_PROBLEM.sub(r"\1", told)) + "\n"
        return "\n".join(_lines(found)).replace(f"{directory}/", "") + "\n"


def _lines(found: Config) -> list[str]:
    channels = found.channels.values()
    parts = [found.settings, *found.sources, *found.rules, *channels, found.route]
    return [*map(_shown, parts), f"ops: {found.ops}"]


def _shown(value: object) -> str:
    """A value's type and the fields that differ from their defaults."""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_shown, value)) + ")"
    if not is_dataclass(value):
        return str(value) if isinstance(value, Path | Secret) else repr(value)
    pairs = []
    for field in fields(value):
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        held = getattr(value, field.name)
        if held != default and field.name != "version":
            pairs.append(f"{field.name}={_shown(held)}")
    return f"{type(value).__name__}({', '.join(pairs)})"


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_case_comes_to_what_is_expected(case):
    """Every trap and mistake is read as meant or told with its place and its mend."""
    expected = (case / "expected.txt").read_text()
    assert answer(case) == expected
    assert "hunter2" not in expected  # the secret of every case that has one


def test_all_mistakes_of_all_files_come_in_one_run(tmp_path):
    """A file that is no YAML at all does not hide what is wrong in the others."""
    write(tmp_path, monitor="delay: 2", sources="sources: [", rules="rule: []", routes="opps: x")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    assert [Path(m.file).stem for m in caught.value.mistakes] == [
        "monitor",
        "sources",
        "rules",
        "routes",
    ]


def test_what_refers_to_an_unreadable_file_is_not_judged(tmp_path):
    """A broken routes.yaml does not make every rule's channel unknown."""
    rules = "rules: [{id: a, any: [b], to: [me]}]"
    write(tmp_path, rules=rules, routes="channels:\n  me: [\n")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    assert len(caught.value.mistakes) == 1


def test_missing_files_name_the_command_that_writes_them(tmp_path):
    """monitor.yaml may be missing, the others may not."""
    with pytest.raises(ConfigError, match="there is no such directory, `wirewatch init"):
        load(tmp_path / "nowhere", {})
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {})
    assert [Path(m.file).name for m in caught.value.mistakes] == [
        "sources.yaml",
        "rules.yaml",
        "routes.yaml",
    ]
    assert all("wirewatch init" in str(m) for m in caught.value.mistakes)


def test_the_directory_is_the_option_then_the_environment_then_config():
    """--config wins over WIREWATCH_CONFIG, which wins over ./config."""
    environ = {"WIREWATCH_CONFIG": "/etc/wirewatch"}
    assert config.directory(Path("x"), environ) == Path("x")
    assert config.directory(None, environ) == Path("/etc/wirewatch")
    assert config.directory(None, {}) == Path("config")


def test_the_database_is_beside_the_files_unless_told_otherwise(tmp_path):
    """A relative path counts from the directory of the files, the environment's from here."""
    write(tmp_path, monitor="database: data/x.db")
    assert load(tmp_path, {}).settings.database == tmp_path / "data/x.db"
    write(tmp_path, monitor="database: /var/x.db")
    assert load(tmp_path, {}).settings.database == Path("/var/x.db")
    assert load(tmp_path, {"WIREWATCH_DATABASE": "y.db"}).settings.database == Path("y.db")


def test_secrets_come_from_the_environment_and_from_files(tmp_path):
    """The last line break of a file is no part of the secret; nothing shows it."""
    (tmp_path / "token").write_text("xoxb-1\n")
    write(
        tmp_path,
        monitor='heartbeat_url: "${BEAT}"',
        routes="channels: {me: {slack: {token_file: token, channel: C1}}}",
    )
    found = load(tmp_path, {"BEAT": "https://ping.example.test/1"})
    assert found.channels["me"].token == Secret("xoxb-1")
    assert found.settings.heartbeat_url == Secret("https://ping.example.test/1")
    assert "xoxb" not in repr(found)
    assert "ping.example" not in repr(found)


def test_the_versions_change_with_what_they_stand_for(tmp_path):
    """A rule's with its query, the lists it names and on_update; the configuration's with any
    byte."""

    def versions(rule: str, lists: str = "{c: [d], e: [f]}") -> tuple[str, str]:
        rules = f"lists: {lists}\nrules: [{{id: a, {rule}}}]"
        found = load(write(tmp_path, rules=rules), {})
        return found.version, found.rules[0].version

    plain, listed = versions("any: [b]"), versions("query: '@c'")
    assert versions("any: [b]") == plain
    for same in ("labels: {desk: x}", "severity: high", "demote: [x]", "must_match: [b]"):
        assert versions(f"any: [b], {same}")[1] == plain[1]
    assert versions("any: [b]", "{c: [e]}")[1] == plain[1]
    assert versions("query: '@c'", "{c: [d], e: [g]}")[1] == listed[1]
    assert versions("query: '@c'", "{c: [d, d2]}")[1] != listed[1]
    assert versions("any: [b] ")[0] != plain[0]
    for other in ("any: [c]", "any: [b], on_update: false"):
        assert versions(other)[1] != plain[1]


def test_a_rule_has_the_entries_of_the_lists_it_names(tmp_path):
    """And no others, so that a rule can be read without its file, in another process too."""
    rules = "lists: {c: [d, e f], g: [h]}\nrules: [{id: a, query: '@c OR \"@g\"'}]"
    rule = load(write(tmp_path, rules=rules), {}).rules[0]
    assert rule.lists == {"c": ("d", "e f")}
    assert pickle.loads(pickle.dumps(rule)) == rule
    parse(rule.query, lists=rule.lists)


def test_lists_become_a_query_that_says_the_same(tmp_path):
    """any/all/none are one query in the rule language's own spelling."""
    rules = r'rules: [{id: a, any: [x, "y \"\"z"], all: [v\w], none: [u, t\]}]'
    query = load(write(tmp_path, rules=rules), {}).rules[0].query
    assert query == r'("x" OR "y \"\"z") AND "v\w" NOT "u" NOT "t\\"'
    parse(query)


WORDS = st.lists(st.sampled_from(["car bomb", "mosul", 'a "b"', "film", "x\\"]), max_size=3)


@given(any_of=WORDS, all_of=WORDS.filter(bool), none_of=WORDS)
def test_whatever_the_lists_are_they_become_one_query(any_of, all_of, none_of):
    """Which asks for each entry once, as a phrase that says what the entry says."""
    node = parse(compose(any_of, all_of, none_of))
    asked = [leaf_text(leaf) for _, leaf in leaves(node)]
    assert asked == [*any_of, *all_of, *none_of]


def test_an_example_that_fails_says_why(tmp_path):
    """With its place, what it says, and what of it was found or missed."""
    example = "A novel about a car bombing."
    rules = f"rules: [{{id: a, any: [car bombing], must_not_match: [{example}]}}]"
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, rules=rules), {})
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.column) == (1, rules.index(example) + 1)
    assert f'"{example}" must not match, but body holds "car bombing"' in mistake.problem


@pytest.mark.parametrize(
    ("channels", "ops"),
    [
        ("{a: {slack: {webhook: '${H}'}}}", "console"),
        ("{a: {console: {}}, b: {email: {to: [a@b.example], from: a@b.example, server: c}}}", "b"),
        ("{b: {email: {to: [a@b.example], from: a@b.example, server: c}}, a: {console: {}}}", "b"),
        ("{z: {console: {}}, y: {console: {}}}", "z"),
        ("{}", "console"),
    ],
)
def test_trouble_of_our_own_goes_to_the_first_mail_channel_else_the_terminal(
    tmp_path, channels, ops
):
    """Never to a channel for news: where only Slack is configured the terminal is added."""
    found = load(write(tmp_path, routes=f"channels: {channels}"), {"H": "https://h.example.test/"})
    assert found.ops == ops
    assert found.route == Route(to=(next(iter(found.channels)),))


TEXT = st.text(st.sampled_from("ab1 \n\t:-[]{},#&*!|>'\"%@`?~\\.é\r"), max_size=60)


@given(files=st.fixed_dictionaries(dict.fromkeys(EMPTY, TEXT)))
def test_whatever_stands_in_the_files_is_read_or_refused(files):
    """No text makes anything but a configuration or a ConfigError, placed inside the file."""
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        for name, content in files.items():
            (directory / name).write_text(content, newline="")
        try:
            load(directory, {})
        except ConfigError as e:
            for mistake in e.mistakes:
                lines = re.split("\r\n|\r|\n", files[Path(mistake.file).name])
                assert 1 <= mistake.line <= len(lines)
                assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1


@given(raw=st.binary(max_size=80))
def test_bytes_that_are_no_text_are_refused(raw):
    """The same for bytes."""
    with tempfile.TemporaryDirectory() as made:
        directory = write(Path(made))
        (directory / "rules.yaml").write_bytes(raw)
        with suppress(ConfigError):
            load(directory, {})


SHIPPED = {path.name: path.read_text() for path in sorted((ROOT / "config").glob("*.yaml"))}
EDITS = st.lists(
    st.tuples(st.sampled_from(sorted(SHIPPED)), st.floats(0, 1), st.integers(0, 20), TEXT),
    max_size=6,
)


@given(edits=EDITS)
def test_whatever_is_done_to_the_shipped_files_is_read_or_refused(edits):
    """The same where most of the files is right: parts cut out, anything put in."""
    files = dict(SHIPPED)
    for name, where, cut, put in edits:
        at = int(where * len(files[name]))
        files[name] = files[name][:at] + put[:12] + files[name][at + cut :]
    with tempfile.TemporaryDirectory() as made:
        for name, content in files.items():
            (Path(made) / name).write_text(content, newline="")
        with suppress(ConfigError):
            load(Path(made), {})


# --- the documentation -----------------------------------------------------------------------

PAGE = ROOT / "docs" / "configuration.md"
MODELS = [m for m in vars(schema).values() if isinstance(m, type) and issubclass(m, schema.Keys)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_documented(model):
    """Each stands as `key` at the beginning of a table's row."""
    documented = set(re.findall(r"^\| `([a-z_]+)`", PAGE.read_text(), re.MULTILINE))
    # The headings' own.
    documented |= {"sources", "defaults", "lists", "rules", "channels", "route"}
    assert set(schema.fields_of(model)) <= documented


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))
def test_every_example_is_valid(tmp_path, block):
    """An example names its file in its first line and is valid as it stands."""
    name = block.split("\n", 1)[0].removeprefix("# ")
    write(tmp_path)
    (tmp_path / name).write_text(block)
    for secret in re.findall(r"_file: ([\w./-]+)", block):
        (tmp_path / secret).write_text("https://example.test/\n")
    load(tmp_path, dict.fromkeys(re.findall(r"\$\{(\w+)\}", block), "https://example.test/"))
