"""Everything round the daemon: the site, the two sinks behind their gates, and its four files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.demo.newswire import HOSTS
from tests.rig.children import Child
from tests.rig.gate import Gate

RECIPIENT = "desk@rig.test"
CHANNELS = (("smtp", RECIPIENT), ("slack", "webhook"))

_MONITOR = """\
database: {database}
delay: 0s
group_wait: {{high: 0s, normal: 0s}}
caps: {{rule: 100000, channel: 100000}}
display_timezone: UTC
allow: [127.0.0.0/8]
resolve:
{resolve}
"""
_SOURCES = """\
sources:
  - id: saren-wars
    kind: spacemedia
    url: http://www.example-wire.test/
    section: SAREN WARS
    hosts: [example-wire.test, sister-wire.test]
    every: 1s
  - id: example-wire
    kind: feed
    url: http://www.example-wire.test/example-wire.xml
    hosts: [example-wire.test, sister-wire.test]
    every: 1s
  - id: coastal-press
    kind: feed
    url: http://coastal-press.test/feed.atom
    every: 1s
"""
_RULES = """\
rules:
  - id: car-bombing
    any: [car bombing near]
    severity: critical
"""
_ROUTES = """\
channels:
  desk:
    email:
      to: [{recipient}]
      from: wirewatch@rig.test
      server: 127.0.0.1:{smtp}
      security: none
  war-room:
    slack: {{webhook: "${{SLACK_WEBHOOK}}"}}
route:
  to: [desk, war-room]
"""


class World:
    """Started whole; `config` is the directory for the daemon, `env` what it needs besides."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.config = directory / "config"
        self.database = directory / "rig.db"
        self.site = Child("tests.rig.site", directory, "--rebuild-seconds", "2")
        self.smtp = Child("monitor.demo.smtp_sink", directory)
        self.slack = Child("monitor.demo.slack_sink", directory)
        self.smtp_gate = Gate(self.smtp.port, smtp=True)
        self.slack_gate = Gate(self.slack.port, smtp=False)
        self._write_files()

    @property
    def env(self) -> Mapping[str, str]:
        return {"SLACK_WEBHOOK": f"http://127.0.0.1:{self.slack_gate.port}/services/T0/B0/rig"}

    def close(self) -> None:
        for gate in (self.smtp_gate, self.slack_gate):
            gate.close()
        for child in (self.site, self.smtp, self.slack):
            child.stop()

    def _write_files(self) -> None:
        self.config.mkdir()
        resolve = "\n".join(f'  {host}: "127.0.0.1:{self.site.port}"' for host in HOSTS)
        texts = {
            "monitor.yaml": _MONITOR.format(database=self.database, resolve=resolve),
            "sources.yaml": _SOURCES,
            "rules.yaml": _RULES,
            "routes.yaml": _ROUTES.format(recipient=RECIPIENT, smtp=self.smtp_gate.port),
        }
        for name, text in texts.items():
            (self.config / name).write_text(text, "utf-8")
