"""One daemon per database.  Knows nothing of what the daemon does."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO

from monitor.errors import StoreError


class AlreadyRunning(StoreError):
    """Another daemon works on this database."""


class Lock:
    """Held by the kernel: a killed holder leaves nothing behind."""

    def __init__(self, database: Path) -> None:
        """Makes the database's folder.  Raises StoreError, AlreadyRunning where it is held."""
        self.path = database.with_name(database.name + ".lock")
        self._file = self._open()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            pid = self._file.read().strip()
            self._file.close()
            raise AlreadyRunning(
                f"a daemon (pid {pid}) already works on {database}; stop it first, "
                "or see: wirewatch status"
            ) from error
        if not self._file.writable():
            self._file.close()
            raise self._refused("it is another account's")
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def _open(self) -> TextIO:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self.path.open("a+")
        except OSError as error:
            failed = error
        try:
            # Another account's daemon may hold it: that can be asked without a right to write.
            return self.path.open()
        except OSError:
            raise self._refused(str(failed.strerror)) from failed

    def _refused(self, why: str) -> StoreError:
        return StoreError(
            f"cannot write {self.path}: {why}; run this as the account that the database belongs "
            "to, or name another place: `database:` in monitor.yaml"
        )

    def release(self) -> None:
        self._file.close()
