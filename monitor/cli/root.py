"""All commands under one name, and the edge where our errors become sentences and exit codes."""

from __future__ import annotations

import errno
import sys

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
