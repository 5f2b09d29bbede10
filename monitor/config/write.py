"""The two ways in which we write configuration: the first files, and one more source.

What people wrote is never rewritten: a file that is there stays, a source is added after the last
byte.  Where that cannot be done, the block is shown for pasting by hand.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.resources import files as package_files
from pathlib import Path

from monitor.config import build
from monitor.config.load import NAMES, read_sources
from monitor.config.nodes import NULLS, Document, Scalar, Sequence
from monitor.config.schema import SourceDefaults, SourcesFile
from monitor.errors import ConfigError, Mistake
from monitor.settings import Source

# What needs no quotes, neither in a line of its own nor between brackets.
_PLAIN = re.compile(r"(?:https?://)?[A-Za-z0-9][\w./?&=%+~-]*", re.ASCII)
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def init(directory: Path) -> list[Path]:
    """Write the shipped files that are not there yet; gives the paths written.

    Raises ConfigError when all are there, or when one cannot be written.
    """
    written = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            content = (package_files("monitor.config") / "defaults" / name).read_bytes()
            with suppress(FileExistsError), (directory / name).open("xb") as file:
                file.write(content)
                written.append(directory / name)
    except OSError as e:
        raise _refused(directory, f"cannot be written ({e.strerror})", "check its rights") from e
    if not written:
        mend = "choose another directory"
        raise _refused(directory, "all four files are there already", mend)
    return written


def append_source(directory: Path, source: Source) -> str:
    """Add a source at the end of sources.yaml; gives the block added.

    The result is judged before it takes the file's place in one step, with the same rights.
    Raises ConfigError when the file has mistakes, when the source has, and where the file cannot
    take one more at its end; then the block for pasting by hand is in the mend.
    """
    path = directory / "sources.yaml"
    raw = _read(path)
    document, before = read_sources(str(path), raw)
    _check_taken(path, source.id, before)
    _check_alone(source)
    shape = _shape(document)
    block = _block(source, before.defaults, shape or _Shape())
    newline = "\r\n" if b"\r\n" in raw else "\n"
    added = block.replace("\n", newline).encode()
    after = raw + (b"" if not raw or raw.endswith(b"\n") else newline.encode()) + added
    if shape is None or _sources(after) != (*build.sources(before), source):
        mend = f"paste this under `sources:` by hand\n{block}"
        raise _refused(path, "one more source at the end would not be read", mend)
    _replace(path, after)
    return block


def check_id(directory: Path, source_id: str) -> None:
    """Raise ConfigError, as `append_source` would, where no new source can have this id."""
    path = directory / "sources.yaml"
    _check_taken(path, source_id, read_sources(str(path), _read(path))[1])
    _check_alone(Source(source_id, "feed", "https://news.example/feed"))


def _check_taken(path: Path, source_id: str, before: SourcesFile) -> None:
    if any(given.id == source_id for given in before.sources):
        raise _refused(path, f"there is a source `{source_id}` already", "choose another id")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        mend = f"`wirewatch init {path.parent}` writes one"
        raise _refused(path, f"cannot be read ({e.strerror})", mend) from e


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the list of sources is written: what stands before it, its indentation, an entry's."""

    header: str = ""
    dash: int = 2
    keys: int = 2  # columns from the dash to the keys


def _shape(document: Document) -> _Shape | None:
    """How one more entry is to be written at the end, None when the list is not there."""
    root = document.root
    if root is None or root.flow:
        return None
    node = root.get("sources")
    if node is None:
        return _Shape(header="sources:\n")
    if root.entries[-1][1] is not node:
        return None
    if isinstance(node, Scalar):
        return _Shape()
    if not isinstance(node, Sequence) or node.flow:
        return None
    dash = node.place.column - 1
    first = node.items[0].place.column - 1 if node.items else dash + 2
    return _Shape(dash=dash, keys=first - dash)


def _block(source: Source, usual: SourceDefaults, shape: _Shape) -> str:
    margin = " " * (shape.dash + shape.keys)
    lines = "".join(f"{margin}{line}\n" for line in _lines(source, usual))
    return shape.header + " " * shape.dash + "-" + lines[shape.dash + 1 :]


def _lines(source: Source, usual: SourceDefaults) -> Iterator[str]:
    """The keys of a source that say more than silence would."""
    yield f"id: {_text(source.id)}"
    if source.kind != "feed":
        yield f"kind: {_text(source.kind)}"
    yield f"url: {_text(source.url)}"
    if source.section is not None:
        yield f"section: {_text(source.section)}"
    if not source.every_is_learned and source.every_seconds != usual.every:
        yield f"every: {_duration(source.every_seconds)}"
    if source.article != usual.article:
        yield f"article: {str(source.article).lower()}"
    if source.reread != (usual.reread == "budget"):
        yield f"reread: {'budget' if source.reread else 'off'}"
    if source.timezone != usual.timezone:
        yield f"timezone: {_text(source.timezone)}"
    for key, texts in (("hosts", source.hosts), ("allow", source.allow)):
        if texts:
            yield f"{key}: [{', '.join(map(_text, texts))}]"
    if source.selectors is not None:
        yield "selectors:"
        for key, text in asdict(source.selectors).items():
            if text is not None:
                yield f"  {key}: {_text(text)}"
    if source.paused:
        yield "paused: true"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in NULLS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _duration(seconds: int) -> str:
    unit, letter = next((u, c) for u, c in _UNITS if seconds % u == 0)
    return f"{seconds // unit}{letter}"


def _check_alone(source: Source) -> None:
    """Raise what is wrong with the source itself, wherever it is to stand."""
    block = _block(source, SourceDefaults(), _Shape(header="sources:\n"))
    name = "the new source"
    _, alone = read_sources(name, block.encode("utf-8", "surrogatepass"))
    if build.sources(alone) != (source,):
        raise _refused(Path(name), "it cannot be kept in a file", "write it by hand")


def _sources(raw: bytes) -> tuple[Source, ...] | None:
    try:
        return build.sources(read_sources("sources.yaml", raw)[1])
    except ConfigError:
        return None


def _replace(path: Path, content: bytes) -> None:
    """Put the content into the file's place in one step, through a link, with the same rights."""
    try:
        path = path.resolve(strict=True)
        mode = path.stat().st_mode
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".sources-", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as e:
        mend = "check the directory's rights"
        raise _refused(path, f"cannot be written ({e.strerror})", mend) from e


def _refused(path: Path, problem: str, mend: str) -> ConfigError:
    return ConfigError((Mistake(str(path), 1, 1, problem, mend),))
