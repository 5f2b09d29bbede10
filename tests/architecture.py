"""The rules that hold for the whole source tree, and a check for each.

Each check takes a `Tree` and gives its complaints as "file:line: sentence", none when all is well.
A module that does not exist is never missed; one that the tables do not know is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from statistics import median

from sourcetree import Module, Tree, called, length, names_in, part_of, taken_by

Check = Callable[[Tree], Iterator[str]]

# --- the rules, as tables ----------------------------------------------------------------------

# A package stands for all of its modules.  `monitor` is monitor/__init__.py itself.
LAYERS = {
    "vocabulary": """
        errors
        garbage
        mailboxes
        model
        monitor
        settings
    """,
    "decide": """
        alerts
        asjson
        bodies
        calendar_words
        changes
        clean
        dateline
        dates
        declared
        dedupe
        digests
        extract
        feeds
        figures
        health
        jsonld
        listing
        markup
        missed
        occasions
        pacing
        printed_zones
        publishers
        render
        routing
        rules
        schedule
        silencing
        sitemaps
        storable
        stories
        text
        urls
        watchdog
        worth
    """,
    "touch": """
        channels
        clock
        config
        confined
        lock
        log
        net
        store
        worker
        workers
        zones
    """,
    "do": """
        assurance
        before
        briefings
        buttons
        canary
        closing
        deliver
        gathering
        grouping
        hours
        hushing
        ingest
        intake
        judge
        landing
        owing
        plan
        poll
        prepared
        proof
        reopening
        replay
        rereading
        search
        sitemap_poll
        troubles
        wordcounts
    """,
    "run": """
        __main__
        byhand
        cli
        crawl
        daemon
        demo
        engine
        spiders
        vigil
        web
    """,
}
MAY_USE = {
    "vocabulary": {"vocabulary"},
    "decide": {"vocabulary", "decide"},
    "touch": {"vocabulary"},
    "do": {"vocabulary", "decide", "touch", "do"},
    "run": {"vocabulary", "decide", "touch", "do", "run"},
}
# Seams between parts that the layers alone would forbid: importer -> what it may import.
ALSO = {
    "config": ("monitor.rules",),  # a rule's examples must hold when it is loaded
    "net": ("monitor.store.hosts",),  # the gate hands out slots for all processes
    "channels": ("monitor.net",),  # the one way out
    "worker": ("monitor.confined",),  # the other end
    "workers": ("monitor.confined", "monitor.worker"),
}
# Packages that only these parts may import.
ONLY_IN = {
    "twisted": {"daemon", "crawl"},
    "scrapy": {"spiders", "crawl", "daemon"},
    "aiohttp": {"net", "web", "demo"},  # one way out; the other two serve
    "sqlite3": {"store"},
    "sqlite_utils": {"store"},
}
# Where a broad `except` is right, because what runs inside is not ours to trust.
EDGES = {
    "monitor/daemon.py": "scheduler tick",
    "spiders/base.py": "spider errback",
    "monitor/rules/matcher.py": "per-rule match",
    "monitor/deliver.py": "channel send",
    "monitor/confined.py": "a parser and its hostile document",
    "monitor/canary/__init__.py": "whatever breaks on its way is what the canary looks for",
    "monitor/store/db.py": "the writer thread hands what a job raised to its caller",
}
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50
MOST_LINES_OF_THE_MEDIAN_FUNCTION = 10
MOST_PARAMETERS = 5

EMPTY_WORDS = {"manager", "handler", "processor", "helper", "util"}  # nowhere in a name
EMPTY_NAMES = {"data", "info", "obj"}  # neither a name nor its last word
DICTATED_NAMES = {"exc_info", "handle_DATA", "handle_data", "data_received", "DOWNLOAD_HANDLERS"}
DICTATED_WORDS = {"crawl": {"handler"}}  # Scrapy's word for what it calls there

CLOCKS = {
    ("time", name) for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter")
} | {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
SLEEPS = {("time", "sleep"), ("asyncio", "sleep"), ("", "sleep")}
STATEMENT = re.compile(
    r"\s*(?:select\b.+\bfrom\b|insert\s+(?:or\s+\w+\s+)?into\b|replace\s+into\b|delete\s+from\b"
    r"|update\s+\w+\s+set\b|with\s+\w+\s+as\s*\(|create\s+(?:\w+\s+){0,2}(?:table|index|trigger|view)\b"
    r"|drop\s+(?:table|index)\b|alter\s+table\b|pragma\s+\w+|begin\s+immediate\b)",
    re.IGNORECASE | re.DOTALL,
)


def layer_of(dotted: str) -> str | None:
    part = part_of(dotted)
    return next((layer for layer, parts in LAYERS.items() if part in parts.split()), None)


def is_ours(dotted: str) -> bool:
    return dotted.split(".")[0] in {"monitor", "spiders"}


# --- how the modules hang together -------------------------------------------------------------


def layers(tree: Tree) -> Iterator[str]:
    """Each module has a layer and imports only what that layer, or a named seam, may use."""
    for module in tree.modules:
        layer = layer_of(module.name)
        if layer is None:
            yield module.at(module.tree, f"{module.name} has no layer: give it one in LAYERS")
            continue
        for node, target in tree.imports(module):
            if is_ours(target) and not _may_use(module.part, layer, target):
                yield module.at(node, f"{module.part} ({layer}) must not import {target}")


def _may_use(part: str, layer: str, target: str) -> bool:
    if part == part_of(target) or layer_of(target) in MAY_USE[layer]:
        return True
    log_for_all = layer == "touch" and part_of(target) == "log"
    seams = ALSO.get(part, ())
    return log_for_all or any(target == seam or target.startswith(seam + ".") for seam in seams)


def spiders_are_leaves(tree: Tree) -> Iterator[str]:
    """Scrapy finds the spiders by name; nobody imports them."""
    for module in tree.modules:
        for node, target in tree.imports(module):
            if part_of(target) == "spiders" and module.part != "spiders":
                yield module.at(node, f"{module.name} imports {target}")


def libraries(tree: Tree) -> Iterator[str]:
    """A library named in ONLY_IN is imported only there."""
    for module in tree.modules:
        for node, target in tree.imports(module):
            library = target.split(".")[0]
            if module.part not in ONLY_IN.get(library, {module.part}):
                where = ", ".join(sorted(ONLY_IN[library]))
                yield module.at(node, f"{library} is for {where} alone")


def cycles(tree: Tree) -> Iterator[str]:
    """No module imports itself by way of others.  A package's own imports count as its members'."""
    edges = {module.name: _runs_first(tree, module) for module in tree.modules}
    paths = {module.name: module.path for module in tree.modules}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> Iterator[str]:
        if name in trail:
            ring = [*trail[trail.index(name) :], name]
            yield f"{paths[name]}:1: import cycle {' -> '.join(ring)}"
        elif name not in done:
            for target in sorted(edges[name]):
                yield from walk(target, (*trail, name))
            done.add(name)

    for name in sorted(edges):
        yield from walk(name, ())


def _runs_first(tree: Tree, module: Module) -> set[str]:
    """Our modules that Python runs before it can give this one what it imports."""
    parts = [target.split(".") for _, target in tree.imports(module)]
    wanted = {".".join(target[:n]) for target in parts for n in range(1, len(target) + 1)}
    parents = {n for n in wanted if module.name.startswith(n + ".")}
    direct = {target for _, target in tree.imports(module)}
    return (wanted & tree.names) - (parents - direct) - {module.name}


# --- how much of it there is -------------------------------------------------------------------


def file_length(tree: Tree) -> Iterator[str]:
    for module in tree.modules:
        if module.lines > MOST_LINES_OF_A_FILE:
            yield f"{module.path}:{module.lines}: {module.lines} lines"


def function_length(tree: Tree) -> Iterator[str]:
    for module in tree.modules:
        for node in module.functions:
            if length(node) > MOST_LINES_OF_A_FUNCTION:
                yield module.at(node, f"{node.name} has {length(node)} lines")


def median_function(tree: Tree) -> Iterator[str]:
    lengths = sorted(
        (length(node), module.at(node, node.name))
        for module in tree.modules
        for node in module.functions
    )
    middle = median(length for length, _ in lengths) if lengths else 0
    if middle > MOST_LINES_OF_THE_MEDIAN_FUNCTION:
        yield f"{lengths[len(lengths) // 2][1]} is the median, with {middle:g} lines"


def parameters(tree: Tree) -> Iterator[str]:
    for module in tree.modules:
        for node in module.functions:
            if len(taken_by(node)) > MOST_PARAMETERS:
                yield module.at(node, f"{node.name} takes {len(taken_by(node))} parameters")


def typed(tree: Tree) -> Iterator[str]:
    for module in tree.modules:
        for node in module.functions:
            bare = [arg.arg for arg in taken_by(node) if arg.annotation is None]
            bare += [] if node.returns else ["its result"]
            if bare:
                yield module.at(node, f"{node.name} does not type {', '.join(bare)}")


# --- what must not be written ------------------------------------------------------------------


def local_imports(tree: Tree) -> Iterator[str]:
    """Only the command line puts off a heavy import."""
    for module in tree.modules:
        inside = {inner for outer in module.functions for inner in ast.walk(outer)}
        for node in inside if module.part != "cli" else ():
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield module.at(node, "import inside a function")


def broad_excepts(tree: Tree) -> Iterator[str]:
    """What catches everything stands at an edge, or raises it again."""
    for module in tree.modules:
        for node in ast.walk(module.tree) if module.path not in EDGES else ():
            if isinstance(node, ast.ExceptHandler):
                broad = _is_broad(node.type) and not _raises_again(node)
            else:
                broad = isinstance(node, ast.Call) and _is_broad_suppress(node)
            if broad:
                yield module.at(node, "catches everything, and is not in EDGES")


def _is_broad_suppress(node: ast.Call) -> bool:
    return called(node)[1:] == ("suppress",) and any(_is_broad(arg) for arg in node.args)


def _is_broad(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(n is None or getattr(n, "id", "") in {"Exception", "BaseException"} for n in names)


def _raises_again(node: ast.ExceptHandler) -> bool:
    last = node.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def names(tree: Tree) -> Iterator[str]:
    """No name that fits anything (the last paragraph of the glossary)."""
    for module in tree.modules:
        for node, name in names_in(module):
            words = [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
            allowed = DICTATED_WORDS.get(module.part, set())
            empty = {w for w in words if w.removesuffix("s") in EMPTY_WORDS} - allowed
            if name not in DICTATED_NAMES and (empty or EMPTY_NAMES & set(words[-1:])):
                yield module.at(node, f"the name {name} says nothing")


def sleeps(tree: Tree) -> Iterator[str]:
    """A test waits for what it waits for.  `asyncio.sleep(0)` only lets others run.

    The rig may: it watches whole processes from outside, and plays slow servers.
    """
    for module in tree.modules:
        for node in ast.walk(module.tree) if not module.path.startswith("tests/rig/") else ():
            if isinstance(node, ast.Call) and called(node) in SLEEPS and not _is_zero(node.args):
                yield module.at(node, "sleeps: wait for the event, or inject the clock")


def _is_zero(args: list[ast.expr]) -> bool:
    return [ast.unparse(arg) for arg in args] == ["0"]


def clocks(tree: Tree) -> Iterator[str]:
    """What decides is told the time."""
    for module in tree.modules:
        for node in ast.walk(module.tree) if layer_of(module.name) == "decide" else ():
            reads = isinstance(node, ast.Call) and called(node) in CLOCKS
            if reads or (isinstance(node, ast.ImportFrom) and node.module == "time"):
                yield module.at(node, "reads the clock: take `now` as an argument")


def statements(tree: Tree) -> Iterator[str]:
    """SQL stands in the store, next to the function that runs it."""
    for module in tree.modules:
        docstrings = {
            id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)
        }
        for node in ast.walk(module.tree) if module.part != "store" else ():
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in docstrings and _is_statement(text):
                yield module.at(node, "an SQL statement outside the store")


def _is_statement(text: str) -> bool:
    verb = text.split(maxsplit=1)[:1]
    return bool(verb) and (verb[0].isupper() or verb[0].islower()) and bool(STATEMENT.match(text))
