"""What all tests share: where real pages and feeds lie, and how hypothesis searches here.

Holds no fixture of a single module; those stand in its own test file.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("WIREWATCH_REAL_DATA") or REPOSITORY.parent / "shared" / "data")

# A loaded machine is slow, not wrong.
settings.register_profile(
    "wirewatch",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("wirewatch")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The directory of real pages and feeds; the test is skipped where there is none."""
    if not REAL_DATA.is_dir():
        pytest.skip("no real data: set WIREWATCH_REAL_DATA")
    return REAL_DATA


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever takes `real_data` is a `real` test, so that none goes uncounted.  Kills come first:
    they wait most of their minutes, and nothing then waits for them at the end."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real)
    items.sort(key=lambda item: item.get_closest_marker("kill") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests on real data ran, or that they did not."""
    reports = terminalreporter.stats
    ran, skipped = (
        sum(
            "real" in getattr(report, "keywords", ())
            for outcome in outcomes
            for report in reports.get(outcome, ())
        )
        for outcomes in (("passed", "failed"), ("skipped",))
    )
    if ran or skipped:
        why = "" if REAL_DATA.is_dir() else ": set WIREWATCH_REAL_DATA"
        terminalreporter.write_line(f"real data: {ran} tests ran, {skipped} skipped{why}")
