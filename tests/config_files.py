"""Configuration directories for tests."""

from __future__ import annotations

from pathlib import Path

EMPTY = {"sources.yaml": "sources: []\n", "rules.yaml": "rules: []\n", "routes.yaml": "{}\n"}


def write(directory: Path, **files: str) -> Path:
    """A configuration directory, empty but for the files given by their name without `.yaml`."""
    directory.mkdir(exist_ok=True)
    for name, content in {**EMPTY, **{f"{k}.yaml": v for k, v in files.items()}}.items():
        (directory / name).write_text(content)
    return directory
