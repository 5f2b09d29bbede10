"""What every command shares: its options, its exit codes, how it ends.  Imports nothing heavy."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 36_525 * 86400  # what lies further ahead is in no calendar
F = TypeVar("F", bound=Callable[..., Any])


class Exit(IntEnum):
    """How a command ends."""

    OK = 0
    FAILED = 1  # what was asked did not succeed
    WRONG = 2  # called wrongly, or bad configuration
    HELD = 3  # somebody else holds the lease or the lock


CODES = (
    "Ends 0 when all is well, 1 when what was asked did not succeed, 2 when called wrongly or with "
    "a bad configuration, 3 when another process holds the lock or a source."
)


@dataclass(slots=True)
class Call:
    """One call of the command line: where the configuration is said to lie, how to answer."""

    config: Path | None = None
    as_json: bool = False


def command(name: str, *, json: bool = True) -> Callable[[F], click.Command]:
    """A command that takes a Call first; `--config` and `--json` may stand behind it too."""

    def wrap(function: F) -> click.Command:
        with_options = config_option(click.pass_obj(function))
        if json:
            with_options = json_option(with_options)
        return click.command(name, epilog=CODES)(with_options)

    return wrap


def config_option(function: Any) -> Any:  # noqa: ANN401 - click's own decorators say so
    return click.option(
        "--config", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
        expose_value=False, callback=_keep_config,
        help="The directory with the four YAML files.  [default: WIREWATCH_CONFIG, else ./config]",
    )(function)  # fmt: skip


def json_option(function: Any) -> Any:  # noqa: ANN401
    return click.option(
        "--json", is_flag=True, expose_value=False, callback=_keep_json,
        help="Print JSON, one object a line.",
    )(function)  # fmt: skip


def _keep_config(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Call).config = value


def _keep_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Call).as_json = True


class Duration(click.ParamType[float]):
    """`60s`, `10m`, `2h`, `1d`, as in the files; a bare number is seconds.  Gives seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)([smhd]?)", str(value))
        if match is None:
            self.fail(f"{value!r} is no duration: write 60s, 10m, 2h or 1d", param, ctx)
        seconds = float(match[1]) * _UNITS[match[2]]
        if seconds > _LONGEST:
            self.fail(f"{value!r} is longer than a hundred years", param, ctx)
        return seconds


class Moment(click.ParamType[float | datetime]):
    """`90d`, `12h` ago, in seconds; or `2025-11-22`, `2025-11-22T14:00`, with or without a zone."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | datetime:
        if isinstance(value, float | datetime):
            return value
        if re.fullmatch(r"[\d.]+[smhd]", str(value)):
            return Duration().convert(value, param, ctx)
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time: write 90d, 12h or 2025-11-22T14:00", param, ctx)


def say(sentence: str) -> None:
    """One for people, beside what was asked for: to standard error."""
    click.echo(sentence, err=True)


def print_no_more() -> None:
    """What is still in the buffer has nowhere to go, and would be complained of at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end(code: Exit) -> NoReturn:
    """Everything has been said."""
    sys.stdout.flush()
    raise click.exceptions.Exit(code)
