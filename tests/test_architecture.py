"""The source tree keeps the rules of `architecture`, and each rule can be broken."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

import architecture as rules
from sourcetree import Tree

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(REPOSITORY, "monitor", "spiders")


def complaints(check: rules.Check, tree: Tree) -> str:
    return "\n".join(check(tree))


# --- the tree as it is ---------------------------------------------------------------------------


def test_the_tree_is_read(tree: Tree) -> None:
    """A check over nothing would pass for ever."""
    assert {"monitor", "monitor.model", "monitor.errors"} <= tree.names


def test_layers(tree: Tree) -> None:
    """Decide and touch don't import each other, and nothing imports what stands above it."""
    assert complaints(rules.layers, tree) == ""


def test_nobody_imports_spiders(tree: Tree) -> None:
    """Scrapy alone finds the spiders."""
    assert complaints(rules.spiders_are_leaves, tree) == ""


def test_libraries(tree: Tree) -> None:
    """Twisted, Scrapy and SQLite are imported only where they belong."""
    assert complaints(rules.libraries, tree) == ""


def test_no_import_cycles(tree: Tree) -> None:
    """Every module can be imported first."""
    assert complaints(rules.cycles, tree) == ""


def test_file_length(tree: Tree) -> None:
    """A file is at most 300 lines."""
    assert complaints(rules.file_length, tree) == ""


def test_function_length(tree: Tree) -> None:
    """A function is at most 50 lines."""
    assert complaints(rules.function_length, tree) == ""


def test_median_function(tree: Tree) -> None:
    """Half of all functions are at most 10 lines."""
    assert complaints(rules.median_function, tree) == ""


def test_parameters(tree: Tree) -> None:
    """A function takes at most 5 parameters."""
    assert complaints(rules.parameters, tree) == ""


def test_typed(tree: Tree) -> None:
    """Every function says what it takes and gives."""
    assert complaints(rules.typed, tree) == ""


def test_no_local_imports(tree: Tree) -> None:
    """Imports stand at the top, but for the command line's heavy ones."""
    assert complaints(rules.local_imports, tree) == ""


def test_broad_excepts(tree: Tree) -> None:
    """Only the named edges catch everything."""
    assert complaints(rules.broad_excepts, tree) == ""


def test_names(tree: Tree) -> None:
    """No name that would fit anything."""
    assert complaints(rules.names, tree) == ""


def test_no_sleep_in_tests() -> None:
    """Tests wait for events, never for a while."""
    assert complaints(rules.sleeps, Tree(REPOSITORY, "tests")) == ""


def test_decisions_are_told_the_time(tree: Tree) -> None:
    """The clock is read by those who act."""
    assert complaints(rules.clocks, tree) == ""


def test_statements(tree: Tree) -> None:
    """SQL stands in the store."""
    assert complaints(rules.statements, tree) == ""


# --- each rule can be broken, and what is allowed is allowed -------------------------------------

LONG = "def long() -> None:\n" + "    pass\n" * 50
MIDDLING = "def middling() -> None:\n" + "    pass\n" * 10

BAD = [
    (rules.layers, "monitor/urls.py", "import json\nfrom monitor.log import event", 2),
    (rules.layers, "monitor/rules/matcher.py", "from monitor import store", 1),
    (rules.layers, "monitor/store/items.py", "from monitor.dedupe import compare", 1),
    (rules.layers, "monitor/store/items.py", "from ..urls import canonical", 1),
    (rules.layers, "monitor/store/items.py", "from monitor.net import gate", 1),
    (rules.layers, "monitor/net/gate.py", "from monitor.store.items import save", 1),
    (rules.layers, "monitor/model.py", "import monitor.urls", 1),
    (rules.layers, "monitor/ingest.py", "def f():\n    from monitor.cli import main", 2),
    (rules.layers, "monitor/novelty.py", "", 1),
    (rules.spiders_are_leaves, "monitor/crawl/pipeline.py", "from spiders.feed import Feed", 1),
    (rules.spiders_are_leaves, "monitor/daemon.py", "import spiders", 1),
    (rules.libraries, "monitor/engine.py", "from twisted.internet import asyncioreactor", 1),
    (rules.libraries, "monitor/poll.py", "import scrapy", 1),
    (rules.libraries, "monitor/search.py", "import sqlite3", 1),
    (rules.libraries, "monitor/channels/slack.py", "from aiohttp import ClientSession", 1),
    (rules.file_length, "monitor/urls.py", "\n" * 301, 301),
    (rules.function_length, "monitor/urls.py", LONG, 1),
    (rules.median_function, "monitor/urls.py", MIDDLING, 1),
    (rules.parameters, "monitor/urls.py", "def f(a, b, c, *, d, e, f): ...", 1),
    (rules.parameters, "monitor/urls.py", "class A:\n    def f(self, a, b, c, d, *e, **f): ...", 2),
    (rules.typed, "monitor/urls.py", "def f(a) -> None: ...", 1),
    (rules.typed, "monitor/urls.py", "def f(a: int): ...", 1),
    (rules.local_imports, "monitor/urls.py", "def f() -> None:\n    import json", 2),
    (rules.broad_excepts, "monitor/poll.py", "try: f()\nexcept Exception: pass", 2),
    (rules.broad_excepts, "monitor/poll.py", "try: f()\nexcept (OSError, BaseException): pass", 2),
    (rules.broad_excepts, "monitor/poll.py", "try: f()\nexcept: pass", 2),
    (rules.broad_excepts, "monitor/poll.py", "with contextlib.suppress(Exception): f()", 1),
    (rules.names, "monitor/urls.py", "class UrlManager: ...", 1),
    (rules.names, "monitor/urls.py", "def f(url_data): ...", 1),
    (rules.names, "monitor/urls.py", "for obj in []: ...", 1),
    (rules.names, "monitor/store/utils.py", "", 1),
    (rules.sleeps, "tests/test_urls.py", "import time\ntime.sleep(0.1)", 2),
    (rules.sleeps, "tests/test_urls.py", "async def f():\n    await asyncio.sleep(1)", 2),
    (rules.clocks, "monitor/alerts.py", "at = datetime.datetime.now(UTC)", 1),
    (rules.clocks, "monitor/rules/index.py", "import time\nat = time.time()", 2),
    (rules.clocks, "monitor/alerts.py", "from time import time", 1),
    (rules.statements, "monitor/search.py", "q = '''\n  SELECT id\n FROM items'''", 1),
    (rules.statements, "monitor/search.py", "q = f'delete from {table}'", 1),
]


@pytest.mark.parametrize(("check", "path", "source", "line"), BAD)
def test_a_breach_is_named(
    tmp_path: Path, check: rules.Check, path: str, source: str, line: int
) -> None:
    """A complaint begins with the file and line of the breach."""
    assert complaints(check, write(tmp_path, {path: source})).startswith(f"{path}:{line}: ")


GOOD = [
    (rules.layers, "monitor/net/gate.py", "from monitor.store.hosts import claim_slot"),
    (rules.layers, "monitor/config/rules.py", "from monitor.rules import lint"),
    (rules.layers, "monitor/render/slack.py", "from monitor.render.words import ago"),
    (rules.layers, "monitor/urls.py", "from monitor import __version__, model"),
    (rules.layers, "monitor/channels/slack.py", "from monitor import log, net"),
    (rules.libraries, "monitor/store/hosts.py", "import sqlite3"),
    (rules.libraries, "spiders/base.py", "import scrapy"),
    (rules.parameters, "monitor/urls.py", "class A:\n    def f(self, a, b, c, *, d, e): ..."),
    (rules.local_imports, "monitor/cli/show.py", "def f() -> None:\n    import rich"),
    (rules.broad_excepts, "monitor/deliver.py", "try: f()\nexcept Exception: pass"),
    (rules.broad_excepts, "monitor/poll.py", "try: f()\nexcept BaseException:\n    raise"),
    (rules.names, "monitor/urls.py", "metadata = information = database = 1"),
    (rules.names, "monitor/crawl/handler.py", "class DownloadHandler: ..."),
    (rules.sleeps, "tests/test_urls.py", "async def f():\n    await asyncio.sleep(0)"),
    (rules.sleeps, "tests/rig/site.py", "import time\ntime.sleep(1)"),
    (rules.clocks, "monitor/daemon.py", "at = time.time()"),
    (rules.statements, "monitor/store/items.py", "q = 'SELECT id FROM items'"),
    (
        rules.statements,
        "monitor/search.py",
        "'''Select rows from items.'''\nx = 'Select from these'",
    ),
]


@pytest.mark.parametrize(("check", "path", "source"), GOOD)
def test_what_is_allowed_is_not_named(
    tmp_path: Path, check: rules.Check, path: str, source: str
) -> None:
    """No complaint about what the rules allow."""
    assert complaints(check, write(tmp_path, {path: source})) == ""


def test_a_module_taken_from_its_package_is_that_module(tmp_path: Path) -> None:
    """`from monitor.store import hosts` is as good as `from monitor.store.hosts import ...`."""
    gate = {"monitor/net/gate.py": "from monitor.store import hosts"}
    assert "must not import" in complaints(rules.layers, write(tmp_path, gate))
    hosts = {"monitor/store/hosts.py": ""}
    assert complaints(rules.layers, write(tmp_path, hosts)) == ""


def test_a_cycle_is_named(tmp_path: Path) -> None:
    """A cycle through a package's own imports is one too."""
    sources = {
        "monitor/urls.py": "from monitor.store.items import save",
        "monitor/store/__init__.py": "from monitor.text import fold",
        "monitor/store/items.py": "",
        "monitor/text.py": "from monitor import urls",
    }
    ring = "monitor.store -> monitor.text -> monitor.urls -> monitor.store"
    assert ring in complaints(rules.cycles, write(tmp_path, sources))


def test_a_package_may_gather_its_modules(tmp_path: Path) -> None:
    """A package that imports its modules, which import each other, has no cycle."""
    sources = {
        "monitor/store/__init__.py": "from monitor.store.items import save",
        "monitor/store/items.py": "from monitor.store.db import transaction",
        "monitor/store/db.py": "from monitor import __version__",
        "monitor/__init__.py": "",
    }
    assert complaints(rules.cycles, write(tmp_path, sources)) == ""


def write(root: Path, sources: dict[str, str]) -> Tree:
    for path, source in sources.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source), encoding="utf-8")
    return Tree(root, "monitor", "spiders", "tests")
