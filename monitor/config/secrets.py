"""Where a password, token or webhook comes from: the environment or a file, never the YAML.

No message repeats a secret, nor what was written in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationInfo

from monitor.config.fields import CONTROL, refuse, text, url, url_problem
from monitor.config.traps import shown
from monitor.settings import Secret

_ENV = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a value may point to: the environment, and files relative to the directory."""

    directory: Path
    environ: Mapping[str, str]


def _key(where: ValidationInfo) -> str:
    return where.field_name or "it"


def _around(where: ValidationInfo) -> Surroundings:
    assert isinstance(where.context, Surroundings)
    return where.context


def secret(value: object, where: ValidationInfo) -> Secret:
    """A secret from the environment: `${NAME}` and nothing else."""
    given, key = text(value), _key(where)
    match = _ENV.fullmatch(given)
    if match is None:
        mend = f"write `{key}: ${{NAME}}` and set NAME in the environment, or `{key}_file: PATH`"
        raise refuse(f"`{key}` is written in the clear", mend)
    found = _around(where).environ.get(match[1], "")
    if not found.strip():
        problem = f"the environment variable {shown(match[1])} is not set"
        raise refuse(problem, f"set it, or write `{key}_file: PATH`")
    return Secret(found.strip())


def secret_file(value: object, where: ValidationInfo) -> Secret:
    """A secret from a file, without its last line break; the path is relative to the directory."""
    path = _around(where).directory / Path(text(value)).expanduser()
    try:
        with path.open("rb") as file:
            found = file.read(_SECRET_BYTES).decode().strip()
    except (OSError, RuntimeError, ValueError) as e:
        reason = (e.strerror if isinstance(e, OSError) else None) or "not text"
        problem = f"the file in `{_key(where)}` cannot be read ({reason})"
        raise refuse(problem, "check its path and rights") from None
    if not found or CONTROL.search(found):
        problem = f"the file in `{_key(where)}` does not hold one line"
        raise refuse(problem, "put the secret alone into it")
    return Secret(found)


def secret_url(value: object, where: ValidationInfo) -> Secret:
    return _as_url(secret(value, where), _key(where))


def url_or_secret(value: object, where: ValidationInfo) -> Secret:
    """An address as it is written, or `${NAME}` where it holds a secret itself."""
    if _ENV.fullmatch(text(value)):
        return secret_url(value, where)
    return Secret(url(value))


def secret_url_file(value: object, where: ValidationInfo) -> Secret:
    return _as_url(secret_file(value, where), _key(where))


def _as_url(found: Secret, key: str) -> Secret:
    if url_problem(found.reveal()):
        raise refuse(f"what `{key}` points to is no web address", "expected `https://...` there")
    return found
