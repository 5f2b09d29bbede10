"""The rig's own processes: the site and the sinks, each with its port and its journal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """A server, `python -m module --port 0 --journal FILE`; its first line ends in its port."""

    def __init__(self, module: str, directory: Path, *words: str) -> None:
        name = module.rpartition(".")[2]
        self.journal = directory / f"{name}.jsonl"
        command = [sys.executable, "-m", module, "--port", "0", "--journal", str(self.journal)]
        with (directory / f"{name}.log").open("ab") as log:
            self._process = start([*command, *words], log)
        self.port = self._port(name)

    def tell(self, verb: str, **words: Any) -> None:
        """A command for the child's control address.  Raises urllib.error.URLError on refusal."""
        request = Request(
            f"http://127.0.0.1:{self.port}/-/{verb}", json.dumps(words).encode(), method="POST"
        )
        urlopen(request, timeout=10).close()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _port(self, name: str) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        found = re.search(r"(\d+)\s*$", line)
        if found is None:
            raise RuntimeError(f"{name} did not start: {line!r}")
        return int(found[1])


def start(command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
    )
