"""The four YAML files people write: read whole, refused whole, shown with every mistake's place.

`load` gives `settings.Config` or raises ConfigError; `init` writes the first files, `append_source`
adds one source.  Decides nothing about polling, matching or telling.

    yaml      bytes -> nodes with places      traps     what is said where YAML breaks off
    schema    the keys                        fields, either, matchers, secrets    what one may be
    problems  nodes against the schema        checks              what holds between values
    entries   lists of phrases                queries, examples   what a rule asks, and if it holds
    build     models -> settings              load, write         the files
"""

from monitor.config.load import (
    directory,
    load,
    load_lists,
    load_settings,
    may_be,
    read_lists,
    read_rules,
    try_examples,
)
from monitor.config.write import append_source, check_id, init

__all__ = [
    "append_source",
    "check_id",
    "directory",
    "init",
    "load",
    "load_lists",
    "load_settings",
    "may_be",
    "read_lists",
    "read_rules",
    "try_examples",
]
