"""Where a command works: the configuration, as much of it as it needs, and the database.

Decides nothing; the configuration's rules are `config`'s, the statements the store's.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from monitor import config
from monitor.cli.base import Call
from monitor.errors import ConfigError, Mistake, StoreError
from monitor.settings import Config, Settings
from monitor.store.db import Store, Tx

T = TypeVar("T")

RULES = "rules.yaml"


def directory(call: Call) -> Path:
    return config.directory(call.config, os.environ)


def load(call: Call) -> Config:
    """The configuration, fit to send with.  Raises ConfigError."""
    return config.load(directory(call), os.environ)


def look(call: Call) -> Config:
    """The configuration for a command that sends nothing: it does without this shell's lack of
    secrets, which the daemon may well have.  Raises ConfigError."""
    return config.load(directory(call), _AnySecret(os.environ))


def settings(call: Call) -> Settings:
    """monitor.yaml alone: what is stored can be shown whatever the other files hold."""
    where = directory(call)
    if not config.may_be(where.is_dir):
        return look(call).settings
    return config.load_settings(where, _AnySecret(os.environ))


def lists(call: Call, query: str, file: Path | None = None) -> dict[str, tuple[str, ...]]:
    """The named lists of a file, else of the configuration where the query may name one.

    Raises ConfigError for the mistakes of `file`.
    """
    if file is not None:
        return config.read_lists(str(file), raw(file))
    return config.load_lists(directory(call)) if "@" in query else {}


def raw(path: Path) -> bytes:
    """A file that is named in place of one of ours, `-` for standard input.

    Raises ConfigError.
    """
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise ConfigError((Mistake(str(path), 1, 1, problem),)) from error


class _AnySecret(Mapping[str, str]):
    """An environment that has a value for every name but ours."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        if name in self._environ or name.startswith("WIREWATCH_"):
            return self._environ[name]
        return "https://unset.invalid/"  # fits a password, a token and an address

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


class Archive:
    """The database that is there already, open for one command.  Not for use inside a loop."""

    def __init__(self, database: Path) -> None:
        """Raises StoreError, also when there is none yet."""
        if not config.may_be(database.exists):
            raise StoreError(
                f"nothing is stored yet: {database} does not exist. "
                "Start with: wirewatch watch (or once: wirewatch poll --once)"
            )
        self._store = Store(database)
        self._runner = asyncio.Runner()

    def read(self, query: Callable[[Tx], T]) -> T:
        return self._runner.run(self._store.read(query))

    def write(self, change: Callable[[Tx], T]) -> T:
        return self._runner.run(self._store.write(change))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.run(self._store.close())
        self._runner.close()
