"""Frozen things made at a fifth of the cost, where a hundred thousand are made in a row.

A frozen dataclass sets each field through a function: the 17 of an `Item` take as long as to read
the entry that it is made of.  Its twin is the same thing unfrozen: made first, then called by the
right name.  `made = twin(...)`, `made.__class__ = Item`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, fields, make_dataclass
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def twin_of(kind: type[T]) -> Callable[..., T]:
    """`kind` is a frozen dataclass with slots.  What this makes is one but for its `__class__`."""
    twin = make_dataclass(
        f"_{kind.__name__}",
        [(f.name, f.type, field(default=f.default)) for f in fields(kind)],
        slots=True,
    )
    return cast(Callable[..., T], twin)
