"""Reading the journals that the site and the sinks write while the daemon is being killed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Entry = Mapping[str, Any]


class Reader:
    """Follows one journal; a line is read once, and only when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0

    def new(self) -> list[Entry]:
        """What has been written since the last look."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [json.loads(line) for line in whole.splitlines()]

    def wait(
        self, wanted: Callable[[Entry], bool], seconds: float, alive: Callable[[], bool]
    ) -> Entry | None:
        """The first new entry that is wanted; None after `seconds` or once `alive` says no."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for entry in self.new():
                if wanted(entry):
                    return entry
            if not alive():
                return None
            time.sleep(0.002)
        return None


def entries(path: Path) -> list[Entry]:
    """A whole journal."""
    return Reader(path).new()
