"""The package's own YAML tables: words and blocks that publishers print, as data.

Reads no file of the user's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import resources

from ruamel.yaml import YAML


def read(name: str) -> Mapping[str, object]:
    """A table that is packaged beside this module.  Raises ValueError where it is no mapping."""
    text = resources.files("monitor.publishers").joinpath(name).read_text(encoding="utf-8")
    return mapping(name, YAML(typ="safe", pure=True).load(text))


def mapping(place: str, found: object, keys: Collection[str] | None = None) -> dict[str, object]:
    """`found` as a mapping from texts, with no keys but `keys`; ValueError says what is wrong."""
    if not isinstance(found, dict):
        raise ValueError(f"{place}: keys and values are wanted here")
    for key in found:
        if not isinstance(key, str) or (keys is not None and key not in keys):
            known = f": write one of {', '.join(sorted(keys))}" if keys is not None else ""
            raise ValueError(f"{place}: there is no key {key!r}{known}")
    return found


def texts(place: str, found: object) -> tuple[str, ...]:
    """`found` as a list of texts; ValueError says what is wrong."""
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise ValueError(f"{place}: a list of texts is wanted here")
    return tuple(found)
