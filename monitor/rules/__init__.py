"""The rule language: read a query, ask it of an item.

Decides neither who is told nor how: a match is an answer with its places, no more.
"""

from __future__ import annotations

from monitor.rules.matcher import Matcher, ask
from monitor.rules.needs import need
from monitor.rules.printer import show
from monitor.rules.syntax import check, parse
from monitor.rules.tree import And, Field, Node, Not, Or, Phrase, Term

__all__ = [
    "And",
    "Field",
    "Matcher",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Term",
    "ask",
    "check",
    "need",
    "parse",
    "show",
]
