"""rules: queries, before and beside what they watch."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.base import CODES, Call, Duration, command

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_lists = click.option(
    "--lists", type=_file, metavar="FILE",
    help="Named lists for @name, in a file like rules.yaml.  [default: the configuration's]",
)  # fmt: skip
_input = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.group("rules", epilog=CODES)
def rules() -> None:
    """Write rules, and see what they find."""


@command("check")
@click.option("--query", metavar="QUERY", help="This query alone, whatever the files say.")
@click.option("--search", is_flag=True, help="With --query: as a search, which may be looser.")
@_lists
def check(call: Call, query: str | None, search: bool, lists: Path | None) -> None:
    """Check rules.yaml, or one query, for mistakes.

    Tells each with its place; of a query without any it prints the normal form.

    Example: wirewatch rules check --query 'a AND b OR c'
    """
    from monitor.cli.rules import checking

    if query is not None:
        checking.query(call, query, lists, rule=not search)
    elif search or lists is not None:
        raise click.UsageError("--search and --lists want a --query")
    else:
        checking.file(call)


@command("match")
@click.option("--rules", "rules_file", type=_input, required=True, metavar="FILE",
              help="A file like rules.yaml, or JSON objects with `id` and `query`.")  # fmt: skip
@click.option("--items", type=_input, required=True, metavar="FILE",
              help="Articles, a JSON object a line; - is standard input.")  # fmt: skip
@click.option("--lists", type=_file, metavar="FILE",
              help="Named lists for @name in JSON rules, in a file like rules.yaml.")  # fmt: skip
@click.option("--yes-only", is_flag=True, help="Leave out what cannot be told yet.")
def match(call: Call, rules_file: Path, items: Path, lists: Path | None, yes_only: bool) -> None:
    """Ask rules of articles from a file.

    Needs no configuration and no database.  Prints a JSON object for each yes and each unknown, as
    soon as it is known.  Ends 1 where a line could not be read, 2 where a rule is refused.

    Example: wirewatch rules match --rules rules.yaml --items articles.jsonl
    """
    from monitor.cli.rules import matching

    files = matching.Files(rules_file, items, lists)
    matching.run(call, files, yes_only=yes_only)


@command("explain")
@click.argument("rule", metavar="RULE")
@click.argument("item", required=False, metavar="[ITEM]")
@click.option("--title", metavar="TEXT", help="Instead of ITEM: an article with this headline,")
@click.option("--text", metavar="TEXT", help="and this text.")
def explain(call: Call, rule: str, item: str | None, title: str | None, text: str | None) -> None:
    """Explain part by part why a rule answers so.  ITEM is an id or an address.

    Example: wirewatch rules explain car-bombing --text 'A car bombing killed nine.'
    """
    from monitor.cli.rules import explaining

    given = title is not None or text is not None
    if (item is None) is not given:
        raise click.UsageError("say which article: ITEM, or --title and --text")
    explaining.run(call, rule, explaining.Subject(item, title, text))


@command("test")
def test(call: Call) -> None:
    """Hold every rule against its own examples.

    These are must_match and must_not_match.  Ends 1 where one fails.

    Example: wirewatch rules test --json
    """
    from monitor.cli.rules import testing

    testing.run(call)


@command("import")
@click.argument("query", metavar="QUERY")
@click.option("--from", "tool", type=click.Choice(["lucene", "google"]), required=True,
              help="Whose language it is in.")  # fmt: skip
def import_(call: Call, query: str, tool: str) -> None:
    """Turn another tool's query into ours.

    Says what is different about it.  Ends 2, with the places, where something has no counterpart
    here.  Options and -- come before a QUERY that begins with a dash.

    Example: wirewatch rules import '+iraq +(mosul baghdad) -film' --from lucene
    """
    from monitor.cli.rules import importing

    importing.run(call, query, tool)


@command("forms")
@click.argument("word", metavar="WORD")
@click.option("--lang", default="en", show_default=True, metavar="CODE",
              help="The language of the articles, such as en or de.")  # fmt: skip
def forms(call: Call, word: str, lang: str) -> None:
    """List the stored forms of a word: what forms:WORD finds.

    Example: wirewatch rules forms liberate
    """
    from monitor.cli.rules import forms as work

    work.run(call, word, lang)


@command("lint")
@click.option("--items", type=click.IntRange(min=1), default=10_000, show_default=True,
              metavar="N", help="Ask of so many articles, the newest.")  # fmt: skip
def lint(call: Call, items: int) -> None:
    """Say what the stored articles show of the rules.

    That is parts without effect, rules inside others, what wildcards stand for, missing examples
    and the alerts a day to expect.  Without a database it says what the rules themselves show.

    Example: wirewatch rules lint --items 2000
    """
    from monitor.cli.rules import linting

    linting.run(call, items)


@command("try")
@click.argument("query", nargs=-1, required=True, metavar="QUERY")
def try_(call: Call, query: tuple[str, ...]) -> None:
    """Count what a query finds in everything stored.

    Shows the newest five.

    Example: wirewatch rules try '(ceasefire OR truce) NOT film'
    """
    from monitor.cli import searching

    searching.try_rule(call, " ".join(query))


@command("missed")
@click.argument("rule", metavar="RULE")
@click.option("--since", "seconds", type=Duration(), default="30d", show_default=True,
              metavar="TIME", help="Stories that it matched within this time.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N",
              help="At most so many phrases.")  # fmt: skip
def missed(call: Call, rule: str, seconds: float, limit: int) -> None:
    """Say what a rule's stories are called where it did not match.

    These are the phrases that stand most often in the unmatched articles of the stories that it
    matched; those with a word of what it found come first.

    Example: wirewatch rules missed car-bombing --since 14d
    """
    from monitor.cli.rules import missing

    missing.run(call, rule, limit, seconds)


@command("report")
@click.option("--since", "seconds", type=Duration(), default="7d", show_default=True,
              metavar="TIME", help="Alerts raised within this time.")  # fmt: skip
def report(call: Call, seconds: float) -> None:
    """Say what each rule brought: alerts, stories, how much from one outlet, what people said.

    Example: wirewatch rules report --since 7d
    """
    from monitor.cli.rules import reporting

    reporting.run(call, seconds)


for _command in (check, match, explain, test, import_, forms, lint, missed, report, try_):
    rules.add_command(_command)
COMMANDS = (rules,)
