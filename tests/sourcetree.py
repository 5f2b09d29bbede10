"""Read Python source files into what the architecture's checks ask about.  Imports none of them.

Knows no rule: those are in `architecture`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file; `path` is relative to the root, `name` dotted ("monitor.net.gate")."""

    path: str
    name: str
    lines: int
    tree: ast.Module

    @property
    def part(self) -> str:
        """The word in LAYERS that this module belongs to: "net" for monitor.net.gate."""
        return part_of(self.name)

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def at(self, node: ast.AST, sentence: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {sentence}"


class Tree:
    """The Python files under the named directories of a root; those that are absent hold none."""

    def __init__(self, root: Path, *directories: str) -> None:
        paths = sorted(path for name in directories for path in (root / name).rglob("*.py"))
        self.modules = tuple(_read(path, root) for path in paths)
        self.names = {module.name for module in self.modules}

    def imports(self, module: Module) -> Iterator[tuple[ast.stmt, str]]:
        """Every module that `module` names in an import, wherever the import stands."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = _absolute(node, module)
                for alias in node.names:
                    dotted = f"{base}.{alias.name}"
                    # A part that is still to be written is a module too; `__version__` is none.
                    is_part = base == "monitor" and not alias.name.startswith("_")
                    yield node, dotted if is_part or dotted in self.names else base


def _read(path: Path, root: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    relative = path.relative_to(root)
    dotted = [*relative.parent.parts, *([] if path.stem == "__init__" else [path.stem])]
    lines = len(source.splitlines())
    return Module(relative.as_posix(), ".".join(dotted), lines, ast.parse(source, str(path)))


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    is_package = module.path.endswith("/__init__.py")
    parts = module.name.split(".")
    parents = parts[: len(parts) - node.level + is_package]
    return ".".join([*parents, *([node.module] if node.module else [])])


def part_of(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "monitor" and len(parts) > 1 else parts[0]


def called(node: ast.Call) -> tuple[str, str]:
    """The last two words of what is called: ("time", "sleep"), or ("", "sleep") for `sleep(1)`."""
    if isinstance(node.func, ast.Name):
        return ("", node.func.id)
    if not isinstance(node.func, ast.Attribute):
        return ("", "")
    owner = node.func.value
    return (str(getattr(owner, "attr", getattr(owner, "id", ""))), node.func.attr)


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def taken_by(node: Function) -> list[ast.arg]:
    """All but `self` and `cls`."""
    taken = node.args
    rest = [arg for arg in (taken.vararg, taken.kwarg) if arg is not None]
    named = [*taken.posonlyargs, *taken.args]
    return [*named[bool(named) and named[0].arg in {"self", "cls"} :], *taken.kwonlyargs, *rest]


def names_in(module: Module) -> Iterator[tuple[ast.AST, str]]:
    yield module.tree, module.name.rpartition(".")[2]
    for node in ast.walk(module.tree):
        if isinstance(node, Function | ast.ClassDef):
            yield node, node.name
        elif isinstance(node, ast.arg):
            yield node, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node, node.id
