"""All commands under one name, and the edge where our errors become sentences and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import click

from monitor import __version__
from monitor.cli.base import CODES, Call, Exit, config_option, print_no_more, say
from monitor.cli.commands import (
    adding,
    alerting,
    archive,
    checking,
    proving,
    reading,
    rules,
    running,
    setup,
    stories,
)
from monitor.errors import ConfigError, LeaseHeld, QueryError, WirewatchError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Edge(click.Group):
    """No error of ours leaves with a traceback, and no reader who has had enough is an error."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's own signature
        _open_standard_streams()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except WirewatchError as error:
            say(str(error))
            ctx.exit(_code(error))
        except BrokenPipeError:
            print_no_more()
            ctx.exit(Exit.OK)
        except OSError as error:
            if error.errno not in _FULL or error.filename is not None:
                raise
            print_no_more()
            say(f"cannot print: {error.strerror}")
            ctx.exit(Exit.FAILED)
        return result


def _open_standard_streams() -> None:
    """Those that were closed lead nowhere.  Each gets the least number that is free, its own: else
    the next file would have it, and what is printed would go there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8", errors="replace")  # noqa: SIM115
            setattr(sys, name, nowhere)


def _code(error: WirewatchError) -> Exit:
    if isinstance(error, ConfigError | QueryError):
        return Exit.WRONG
    return Exit.HELD if isinstance(error, LeaseHeld) else Exit.FAILED


@click.group(cls=_Edge, epilog=CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wirewatch")
@config_option
@click.pass_context
def main(context: click.Context) -> None:
    """Watch news sections and feeds, and tell people when a new article matches."""
    context.ensure_object(Call)


for _module in (
    setup, running, adding, archive, alerting, stories, proving, rules, checking, reading,
):  # fmt: skip
    for _command in _module.COMMANDS:
        main.add_command(_command)
