"""Google's operators: which are fields of ours, which are left out, which cannot be had."""

from __future__ import annotations

from monitor.rules.importing.building import literal, word
from monitor.rules.tree import Field, Node, Or, Phrase

IN_FIELD = {"intitle": "title", "inurl": "url", "intext": "body", "inbody": "body"}
# To the end of the query.
ALL_IN_FIELD = {"allintitle": "title", "allinurl": "url", "allintext": "body"}
DROPPED = frozenset({"after", "before", "daterange", "when"})

_NO_COUNTERPART = {
    "a kind of document": "filetype ext",
    "a text of links": "inanchor allinanchor link",
    "a place of the reader or publisher": "location loc near",
    "a page about a page": "related cache info define",
    "an answer of Google's own": "stocks weather map movie book imagesize",
}
_REFUSED = {name: what for what, names in _NO_COUNTERPART.items() for name in names.split()}


def refusal(name: str) -> str | None:
    """Why an operator has no counterpart; None where it is none that we know."""
    if name == "source":
        return "`source:` names an id of sources.yaml here: write that, or site: with the host"
    what = _REFUSED.get(name)
    return None if what is None else f"`{name}:` asks for {what}, which a rule cannot do"


def site(value: str, position: int) -> Node:
    """A host with all below it; with a path, words of the address."""
    bare = value.removeprefix("https://").removeprefix("http://")
    host, _, path = bare.rstrip("/").partition("/")
    if path:
        return Field("url", Phrase(literal(f"{host}/{path}"), position), position)
    host = host.lower().removeprefix("*").removeprefix("www.")
    if host.startswith("."):
        return Field("site", word(f"*{literal(host)}", position), position)
    hosts = (literal(host), f"*.{literal(host)}")
    return Field("site", Or(tuple(word(one, position) for one in hosts)), position)
