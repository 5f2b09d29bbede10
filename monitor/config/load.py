"""Find and read the four files, and give them as one valid whole or with all their mistakes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from monitor.config import build, yaml
from monitor.config.checks import Files, check, check_rules, check_sources
from monitor.config.entries import check_lists
from monitor.config.examples import Held, hold_examples
from monitor.config.nodes import Document
from monitor.config.problems import fit
from monitor.config.schema import Keys, MonitorFile, RoutesFile, RulesFile, SourcesFile
from monitor.config.secrets import Surroundings
from monitor.errors import ConfigError, Mistake
from monitor.settings import Config, Rule, Settings

NAMES = ("monitor.yaml", "sources.yaml", "rules.yaml", "routes.yaml")
# What the files that must be there hold where nothing is wanted.
_NOTHING = {"sources.yaml": "sources: []", "rules.yaml": "rules: []", "routes.yaml": "channels: {}"}
K = TypeVar("K", bound=Keys)


def directory(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Where the files are: the option, else WIREWATCH_CONFIG, else `config` where we stand."""
    return option or Path(environ.get("WIREWATCH_CONFIG") or "config")


def may_be(there: Callable[[], bool]) -> bool:
    """What `path.exists` or the like says; True where we may not look: who opens it is told why."""
    try:
        return there()
    except OSError:
        return True


def load(directory: Path, environ: Mapping[str, str]) -> Config:
    """The four files as one configuration.

    `environ` gives WIREWATCH_DATABASE and what `${NAME}` stands for.  Raises ConfigError with
    every mistake of every file, in the order of the files and of their lines.
    """
    raw = {name: _read(directory / name) for name in NAMES}
    if not may_be(directory.is_dir):
        mend = f"`wirewatch init {directory}` writes one to begin with"
        raise ConfigError((Mistake(str(directory), 1, 1, "there is no such directory", mend),))
    documents = {n: _document(directory / n, content) for n, content in raw.items()}
    files = Files(*(documents[name] for name in NAMES))
    judge = _Judge(Surroundings(directory, environ))
    settings = judge.fit(files.monitor, MonitorFile)
    sources = judge.fit(files.sources, SourcesFile)
    rules = judge.fit(files.rules, RulesFile)
    routes = judge.fit(files.routes, RoutesFile)
    judge.mistakes.extend(check(files))
    if judge.mistakes or not (settings and sources and rules and routes):
        raise ConfigError(_in_order(judge.mistakes, [d.file for d in documents.values()]))
    channels = build.channels(routes)
    return Config(
        directory=directory,
        version=_version(raw),
        settings=build.settings(settings, directory, environ.get("WIREWATCH_DATABASE")),
        sources=build.sources(sources),
        rules=build.rules(rules),
        channels=channels,
        route=build.route(routes, channels, rules.lists),
        ops=build.ops(routes, channels),
    )


def load_settings(directory: Path, environ: Mapping[str, str]) -> Settings:
    """monitor.yaml alone, for who only has to find the database.  Raises ConfigError."""
    path = directory / "monitor.yaml"
    judge = _Judge(Surroundings(directory, environ))
    found = judge.fit(_document(path, _read(path)), MonitorFile)
    if judge.mistakes or found is None:
        raise ConfigError(_in_order(judge.mistakes, [str(path)]))
    return build.settings(found, directory, environ.get("WIREWATCH_DATABASE"))


def load_lists(directory: Path) -> dict[str, tuple[str, ...]]:
    """Of the named lists of rules.yaml those that are sound, for a query that is in no file."""
    path = directory / "rules.yaml"
    lists, _ = check_lists(_document(path, _read(path)))
    return {name: texts for name, texts in lists.entries.items() if name not in lists.faulty}


def read_lists(file: str, raw: bytes) -> dict[str, tuple[str, ...]]:
    """The named lists of the bytes of a rules.yaml alone.  Raises ConfigError."""
    document = yaml.read(file, raw)
    lists, mistakes = check_lists(document)
    if document.mistakes or mistakes:
        raise ConfigError(_in_order([*document.mistakes, *mistakes], [file]))
    return lists.entries


def read_rules(file: str, raw: bytes, *, examples: bool = True) -> tuple[Rule, ...]:
    """The bytes of a rules.yaml alone, judged; its channels are not, nor without `examples` those.

    Raises ConfigError.
    """
    return build.rules(_rules_file(yaml.read(file, raw), examples=examples))


def try_examples(file: str, raw: bytes) -> dict[str, tuple[Held, ...]]:
    """By the ids of the rules of a rules.yaml, whether each example holds.

    Raises ConfigError for all mistakes but that.
    """
    document = yaml.read(file, raw)
    file_of_rules = _rules_file(document, examples=False)
    lists, _ = check_lists(document)
    mappings = document.entries("rules")
    return {
        rule.id: hold_examples(document, mapping, lists)
        for rule, mapping in zip(file_of_rules.rules, mappings, strict=True)
    }


def _rules_file(document: Document, *, examples: bool) -> RulesFile:
    judge = _Judge(Surroundings(Path(), {}))
    rules = judge.fit(document, RulesFile)
    judge.mistakes.extend(check_rules(document, examples=examples))
    if judge.mistakes or rules is None:
        raise ConfigError(_in_order(judge.mistakes, [document.file]))
    return rules


def read_sources(file: str, raw: bytes) -> tuple[Document, SourcesFile]:
    """The bytes of a sources.yaml alone, judged.  Raises ConfigError."""
    document = yaml.read(file, raw)
    judge = _Judge(Surroundings(Path(), {}))
    sources = judge.fit(document, SourcesFile)
    judge.mistakes.extend(check_sources(document))
    if judge.mistakes or sources is None:
        raise ConfigError(_in_order(judge.mistakes, [file]))
    return document, sources


class _Judge:
    """Holds documents against their models and keeps what it finds."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.mistakes: list[Mistake] = []

    def fit(self, document: Document, model: type[K]) -> K | None:
        self.mistakes.extend(document.mistakes)
        if document.root is None:
            return None
        found = fit(document, model, self.around)
        if isinstance(found, tuple):
            self.mistakes.extend(found)
            return None
        return found


def _read(path: Path) -> bytes | OSError:
    try:
        with path.open("rb") as file:
            return file.read(yaml.MAX_BYTES + 1)
    except OSError as e:
        return e


def _document(path: Path, raw: bytes | OSError) -> Document:
    if isinstance(raw, bytes):
        document = yaml.read(str(path), raw)
        return _empty(document) if path.name in _NOTHING and _is_blank(document) else document
    if isinstance(raw, FileNotFoundError) and path.name == "monitor.yaml":
        return yaml.read(str(path), b"")
    problem, mend = f"cannot be read ({raw.strerror})", "check its rights"
    if isinstance(raw, FileNotFoundError):
        problem = "there is no such file"
        mend = f"`wirewatch init {path.parent}` writes what is missing"
    return Document(str(path), "", None, (Mistake(str(path), 1, 1, problem, mend),))


def _is_blank(document: Document) -> bool:
    lines = (line.strip() for line in document.text.splitlines())
    return document.root is not None and not any(line and line[0] != "#" for line in lines)


def _empty(document: Document) -> Document:
    """Refused: a file whose saving was cut off would end all watching or telling, unseen."""
    mend = f"bring it back, or write `{_NOTHING[Path(document.file).name]}` if nothing is wanted"
    mistake = Mistake(document.file, 1, 1, "the file holds nothing", mend)
    return Document(document.file, document.text, None, (mistake,))


def _in_order(mistakes: list[Mistake], files: list[str]) -> tuple[Mistake, ...]:
    unique = dict.fromkeys(mistakes)
    return tuple(sorted(unique, key=lambda m: (files.index(m.file), m.line, m.column)))


def _version(raw: Mapping[str, bytes | OSError]) -> str:
    digest = hashlib.sha256()
    for name, content in raw.items():
        if isinstance(content, bytes):
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
