"""Whatever the rule language has, its page shows: each part in an example that runs, each number.

The examples themselves are run by `test_docs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from monitor.rules import lexer, parse, parser, phrases, syntax, tree
from monitor.rules.hits import MOST_STRETCHES
from test_docs import REPOSITORY, queries

RULES = REPOSITORY / "monitor/rules"
PAGE = (REPOSITORY / "docs/rules.md").read_text()
SAID = list(queries())


def nodes(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for part in tree.parts_of(node):
        yield from nodes(part)


def section(heading: str) -> str:
    return re.search(rf"^## {heading}\n.+?^## ", PAGE, re.MULTILINE | re.DOTALL)[0]


READ = {query: lists for _, query, lists, verdict, _ in SAID if verdict != "wrong"}
ASKED = [node for query, lists in READ.items() for node in nodes(parse(query, lists=lists))]


@pytest.mark.parametrize("kind", tree.Node.__args__, ids=lambda kind: kind.__name__)
def test_every_part_of_a_query_has_an_example(kind: type) -> None:
    """Words, phrases, `cs:`, lists, regular expressions, and what joins them."""
    assert any(isinstance(node, kind) for node in ASKED)


@pytest.mark.parametrize("free", [False, True], ids=["", "NOT"])
@pytest.mark.parametrize("reach", tree.Reach)
def test_every_reach_has_an_example(reach: tree.Reach, free: bool) -> None:
    """NEAR and its kin, and each NOT of them that there is."""
    asked = {(node.reach, node.free) for node in ASKED if isinstance(node, tree.Near)}
    assert (reach, free) in asked or (reach, free) == (tree.Reach.ONEAR, True)


@pytest.mark.parametrize("name", sorted(tree.FIELDS))
def test_every_field_has_an_example(name: str) -> None:
    """In the table it is said how it is compared, as the code compares it."""
    how = "whole" if name in tree.WHOLE_FIELDS else "by word"
    assert re.search(rf"^\| `{name}:` \|.+\| {how} \|$", section("Fields"), re.MULTILINE)
    assert name in {node.name for node in ASKED if isinstance(node, tree.Field)}


# Those of the commands are said of archives and of other tools' queries, not of a query itself.
OF_A_QUERY = [path for path in RULES.glob("*.py") if path.stem != "advice"]


def codes(*sources: object) -> set[str]:
    return set(re.findall(r'"([EN]-[A-Z]+)"', "".join(path.read_text() for path in sources)))


@pytest.mark.parametrize("code", sorted(codes(*OF_A_QUERY)))
def test_every_code_of_a_query_has_an_example(code: str) -> None:
    """The table says what causes it and what mends it."""
    assert re.search(rf"^\| `{code}` \|.+\|.+\|$", section("Codes"), re.MULTILINE)
    assert code in {said for *_, verdict, said in SAID if verdict in ("wrong", "note")}


def test_every_code_of_the_commands_is_documented() -> None:
    """What `rules lint` and `rules import` say besides."""
    found = codes(*RULES.glob("**/*.py"))
    assert {code for code in found if f"`{code}`" not in PAGE} == set()


THEIRS = ['"~', '++"', "repeat3:", "-", "!", "AND NOT", "“"]


@pytest.mark.parametrize("spelling", [*THEIRS, *(f"{name}:" for name in lexer.ALIASES), "near"])
def test_every_spelling_of_other_tools_is_printed_in_ours(spelling: str) -> None:
    """An example shows what becomes of it."""
    assert any(spelling in query for _, query, _, verdict, _ in SAID if verdict == "normal")


LIMITS = {
    "a query": syntax.LONGEST_QUERY,
    "inside one another": parser.DEEPEST_NESTING,
    "NEARs in a chain": parser.LONGEST_CHAIN,
    "number of a NEAR": lexer.MOST_WORDS,
    "a NEAR without a note": parser.WIDE_NEAR,
    "number of an ATLEAST": lexer.MOST_TIMES,
    "letters before a wildcard": phrases.FEWEST_LITERAL,
    "places shown": MOST_STRETCHES,
}


@pytest.mark.parametrize(("words", "number"), LIMITS.items(), ids=LIMITS)
def test_every_limit_is_documented(words: str, number: int) -> None:
    """As the code has it."""
    assert re.search(rf"^\| .*{words}.*\| .*\b{number:,}\b.* \|$", section("Limits"), re.MULTILINE)
