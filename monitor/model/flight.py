"""What one canary came to: a synthetic item sent all the way, to see that the way is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Flight:
    """`at` is when it was over.  `stage` is where it fell, None when it came through; `refused`
    are the channels that did not let us in, each with why."""

    at: int
    stage: str | None = None
    detail: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.stage is None and not self.refused
