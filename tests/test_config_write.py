"""What we write of the configuration: the first files, and one more source at the end."""

from __future__ import annotations

import re
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config_files import EMPTY, write
from monitor.config import append_source, build, init, load
from monitor.config.load import read_sources
from monitor.errors import ConfigError
from monitor.settings import ConsoleChannel, Selectors, Source

ROOT = Path(__file__).resolve().parent.parent

# --- the shipped files -----------------------------------------------------------------------


def test_the_shipped_files_are_those_that_init_writes(tmp_path):
    """The files at the top of the project and the package's own are the same bytes."""
    written = init(tmp_path / "deep" / "config")
    assert [path.name for path in written] == [
        "monitor.yaml",
        "sources.yaml",
        "rules.yaml",
        "routes.yaml",
    ]
    for path in written:
        assert path.read_bytes() == (ROOT / "config" / path.name).read_bytes()


def test_the_shipped_files_are_ready_to_run():
    """Four sources, two rules, and the terminal; the routes in twelve lines."""
    found = load(ROOT / "config", {})
    assert [s.id for s in found.sources] == [
        "smn-iraq-wars",
        "spacewar",
        "al-jazeera",
        "bbc-world",
    ]
    assert found.sources[0].section == "IRAQ WARS"
    assert [r.id for r in found.rules] == ["car-bombing", "liberated"]
    assert found.channels == {"console": ConsoleChannel("console")}
    assert len((ROOT / "config" / "routes.yaml").read_text().splitlines()) == 12


@pytest.mark.parametrize("way", ["email", "slack"])
def test_the_shipped_channels_work_once_their_comment_signs_are_gone(tmp_path, way):
    """Who deletes the `# ` before the e-mail or the Slack lines has a channel named `me`."""
    init(tmp_path)
    path = tmp_path / "routes.yaml"
    lines = path.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if f"  {way}:" in line)
    for i in (first - 1, first, first + 1):
        if lines[i].startswith("  #"):
            lines[i] = lines[i].replace("# ", "", 1)
        if "slack" in lines[i]:
            break
    path.write_text("\n".join(lines).replace("to: [console]", "to: [me]"))
    environ = {"SMTP_PASSWORD": "x", "SLACK_WEBHOOK": "https://hooks.example.test/x"}
    found = load(tmp_path, environ)
    assert found.channels["me"].kind == way
    assert found.route.to == ("me",)


def test_the_examples_of_monitor_yaml_are_the_defaults(tmp_path):
    """Without their `#` they change nothing but what has no default."""
    init(tmp_path)
    path = tmp_path / "monitor.yaml"
    before = load(tmp_path, {}).settings
    path.write_text(re.sub(r"^# (?=[a-z_]+: )", "", path.read_text(), flags=re.MULTILINE))
    after = load(tmp_path, {}).settings
    assert (after.contact, str(after.display_timezone)) == ("desk@example.org", "Europe/Berlin")
    none = {"contact": before.contact, "display_timezone": before.display_timezone}
    assert replace(after, **none) == before


def test_init_never_overwrites(tmp_path):
    """It writes what is missing, and refuses when nothing is."""
    init(tmp_path)
    (tmp_path / "rules.yaml").write_text("rules: []\n")
    (tmp_path / "routes.yaml").unlink()
    assert init(tmp_path) == [tmp_path / "routes.yaml"]
    assert (tmp_path / "rules.yaml").read_text() == "rules: []\n"
    with pytest.raises(ConfigError, match="there already"):
        init(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        init(tmp_path / "file")


# --- one more source -------------------------------------------------------------------------

NEW = Source("new", "feed", "https://example.test/feed?a=b#c", every_seconds=90)
FULL = Source(
    id="full",
    kind="page",
    url="https://example.test:8080/ü",
    every_seconds=86400,
    article=False,
    timezone="Asia/Baghdad",
    hosts=("a.example.test", "b.example.test"),
    allow=("127.0.0.1/32", "fe80::/10"),
    selectors=Selectors("div > a[href='x: y']", "null", "a:not(.b)", None, "[x='a # b']"),
    paused=True,
)

comments = st.sampled_from(["", "# a comment\n", "\n", "  # deep\n\n"])
heads = st.sampled_from(["", "defaults: {every: 1h, article: false}\n", "defaults:\n  every: 1d\n"])
dashes = st.sampled_from([("", "- "), ("  ", "- "), ("    ", "-   "), (" ", "-  ")])


@st.composite
def source_files(draw):
    """sources.yaml as people write it: comments, indentation, perhaps no last line break."""
    parts = [draw(comments), draw(heads), draw(comments)]
    count = draw(st.integers(0, 3))
    margin, dash = draw(dashes)
    if count or draw(st.booleans()):
        parts.append("sources:\n")
    for i in range(count):
        keys = " " * len(margin + dash)
        parts += [draw(comments), f"{margin}{dash}id: s{i}\n", f"{keys}url: https://a.test/{i}\n"]
    text = "".join([*parts, draw(comments)])
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(text=source_files(), source=st.sampled_from([NEW, FULL, replace(NEW, kind="spacemedia")]))
def test_a_source_is_added_and_nothing_else_changes(text, source):
    """Every byte before the block stays; the file then holds the old sources and the new one."""
    with tempfile.TemporaryDirectory() as made:
        directory = write(Path(made))
        path = directory / "sources.yaml"
        path.write_bytes(text.encode())
        before = build.sources(read_sources(str(path), text.encode())[1])
        block = append_source(directory, source)
        after = path.read_bytes()
        assert after.startswith(text.encode())
        assert after.decode().replace("\r\n", "\n").endswith(block)
        assert load(directory, {}).sources == (*before, source)


@pytest.mark.parametrize(
    ("every", "head", "written"),
    [
        (None, "", ""),  # learned
        (600, "", "    every: 10m\n"),
        (600, "defaults: {every: 10m}\n", ""),
    ],
)
def test_an_interval_is_written_where_silence_would_say_another(tmp_path, every, head, written):
    """That of a source whose interval is learned never is."""
    path = write(tmp_path) / "sources.yaml"
    path.write_text(f"{head}sources:\n  - id: a\n    url: https://a.test/\n")
    learned = every is None
    source = Source("b", "feed", "https://b.test/", every or 600, every_is_learned=learned)
    assert append_source(tmp_path, source) == f"  - id: b\n    url: https://b.test/\n{written}"
    assert load(tmp_path, {}).sources[-1] == source


@pytest.mark.parametrize(
    "text",
    [
        "sources: []\n",
        "sources: [{id: a, url: 'https://a.test/'}]\n",
        "sources:\n- id: a\n  url: https://a.test/\ndefaults: {every: 1h}\n",
        "{sources: []}\n",
        "{}\n",
        "sources: null\n",
        "sources:\n- id: a\n  url: https://a.test/\n...\n",
    ],
)
def test_a_file_that_cannot_take_a_source_is_left_alone(tmp_path, text):
    """The block to paste by hand is in the mend."""
    write(tmp_path, sources=text)
    with pytest.raises(ConfigError, match=r"by hand\n *- id: new\n *url: "):
        append_source(tmp_path, NEW)
    assert (tmp_path / "sources.yaml").read_text() == text


@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        ("sources:\n- id: new\n  url: https://a.test/\n", NEW, "there is a source `new` already"),
        ("sources:\n- id: a\n", NEW, "`url` is missing"),
        ("sources:\n", replace(NEW, url="ftp://a.test/"), "new source:3:10: this is no web"),
        ("sources:\n", replace(NEW, section="x\ud800", kind="spacemedia"), "not UTF-8"),
        ("sources:\n", replace(NEW, adhoc=True), "cannot be kept"),
    ],
)
def test_what_is_wrong_with_the_file_or_the_source_is_told(tmp_path, text, source, said):
    """And nothing is written."""
    write(tmp_path, sources=text)
    with pytest.raises(ConfigError, match=said):
        append_source(tmp_path, source)
    assert (tmp_path / "sources.yaml").read_text() == text
    assert len(list(tmp_path.iterdir())) == len(EMPTY)


def test_the_file_keeps_its_rights_and_its_link(tmp_path):
    """A link stays a link, and the file behind it as readable as it was."""
    write(tmp_path / "real", sources="sources:\n").joinpath("sources.yaml").chmod(0o640)
    write(tmp_path / "config").joinpath("sources.yaml").unlink()
    link = tmp_path / "config" / "sources.yaml"
    link.symlink_to(tmp_path / "real" / "sources.yaml")
    append_source(tmp_path / "config", NEW)
    assert link.is_symlink()
    assert stat.S_IMODE(link.stat().st_mode) == 0o640
    with pytest.raises(ConfigError, match="wirewatch init"):
        append_source(tmp_path / "nowhere", NEW)
