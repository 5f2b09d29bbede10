"""`rules import`: a query of another tool in our language."""

from __future__ import annotations

from monitor.cli import out, shapes
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.searching import pointed
from monitor.errors import QueryError
from monitor.rules import show
from monitor.rules.importing import translate


def run(call: Call, query: str, tool: str) -> None:
    """The query on standard output, what is different about it beside it.  Ends 2 if refused."""
    asked: shapes.Shape = {"from": tool, "query": query}
    try:
        node, notes = translate(query, tool)
    except QueryError as error:
        if call.as_json:
            errors = [shapes.problem(problem) for problem in error.problems]
            out.emit({"ok": False, **asked, "normal": None, "errors": errors, "notes": []})
        for problem in () if call.as_json else error.problems:
            say("\n".join(pointed(query, problem)))
        end(Exit.WRONG)
    if call.as_json:
        told = [shapes.problem(note) for note in notes]
        out.emit({"ok": True, **asked, "normal": show(node), "errors": [], "notes": told})
        return
    for note in notes:
        say("\n".join(pointed(query, note)))
    out.lines(show(node))
