"""Other tools' queries in our language: a line of `data/rules/import-*.yaml` is a query of theirs,
and what it is here with the notes that go with it, or why it is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.errors import QueryError
from monitor.rules import check, show
from monitor.rules.importing import TOOLS, translate

FILES = {tool: Path(__file__).parent / f"data/rules/import-{tool}.yaml" for tool in TOOLS}
CASES = [
    pytest.param(tool, case, id=f"{tool}: {case[tool]}")
    for tool, file in FILES.items()
    for case in YAML(typ="safe").load(file)
]
PIECES = [
    "iraq", "al-Qaeda", "C++", "IS", "or", " ", " AND ", " OR ", " NOT ", "(", ")", '"', '"a b"',
    "-", "+", "!", "*", "?", "~", "~2", "^2", "title:", "site:", "foo:", "[a TO b]", "/", "/a.b/",
    "\\", ":", "|", "||", "&&", " AROUND(3) ", "intitle:", "allintitle:", "after:2020", "1..2",
    "@x", "“", "forms:", "cs:", "\x00", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize(("tool", "case"), CASES)
def test_a_query_of_another_tool(tool, case):
    if "refused" in case:
        with pytest.raises(QueryError) as refused:
            translate(case[tool], tool)
        assert [[one.code, one.position] for one in refused.value.problems] == case["refused"]
        assert all(one.message for one in refused.value.problems)
        return
    node, notes = translate(case[tool], tool)
    assert show(node) == case["ours"]
    assert [[one.code, one.position] for one in notes] == case.get("told", [])
    assert all(one.message for one in notes)


@pytest.mark.parametrize(
    ("tool", "query", "position"),
    [("lucene", 'iraq OR "car bomb"~%s', 8), ("google", "car AROUND(%s) bomb", 4)],
)
def test_a_distance_of_any_length_is_refused(tool, query, position):
    with pytest.raises(QueryError) as refused:
        translate(query % ("9" * 5_000), tool)
    told = [[one.code, one.position] for one in refused.value.problems]
    assert told == [["E-IMPORT", position]]


@given(st.sampled_from(sorted(TOOLS)), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_translation_is_a_rule_or_is_refused_with_its_places(tool, query):
    """Whatever is given; and what is printed is what was meant."""
    try:
        node, notes = translate(query, tool)
    except QueryError as error:
        told = error.problems
    else:
        again, _ = check(show(node))
        assert again == node
        told = notes
    assert all(0 <= one.position <= len(query) for one in told)


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_translation_takes_no_time(tool):
    for query in ("(" * 9_000, "a " * 4_000, '"' * 8_001, "\\" * 9_000, "a:" * 4_000, "[" * 9_000):
        with suppress(QueryError):
            translate(query, tool)
    with pytest.raises(QueryError):
        translate("a" * 10_001, tool)
