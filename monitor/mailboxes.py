"""E-mail addresses: which there are, for whoever accepts one and for whoever sends to it.

Knows no server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import idna

# RFC 5321 section 4.5.3.1.
_LONGEST_ADDRESS = 254
_LONGEST_LOCAL = 64

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\ud7ff\ue000-\U0010ffff]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])*"')
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
# In no address, and in no header of a message.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address; `domain` is ASCII, `local` need not be."""

    local: str
    domain: str
    name: str = ""

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Only a server with SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()


def mailbox(text: str) -> Mailbox:
    """Read `a@b.example` or `Name <a@b.example>`.  Raises ValueError for anything else.

    The domain has a dot or is `localhost`; there are no groups, comments, routes and literals.
    """
    name, bracket, rest = text.rpartition("<")
    address = rest.removesuffix(">") if bracket else text
    if CONTROL.search(text) or (bracket and not rest.endswith(">")):
        raise ValueError(f"{text[:100]!r} is no e-mail address")
    local, _, host = address.rpartition("@")
    domain = _ascii_domain(host)
    too_long = len(local.encode()) > _LONGEST_LOCAL or len(address) > _LONGEST_ADDRESS
    if domain is None or too_long or not _LOCAL.fullmatch(local):
        raise ValueError(f"{address[:100]!r} is no e-mail address")
    return Mailbox(local, domain, name.strip().strip('"') if bracket else "")


def _ascii_domain(host: str) -> str | None:
    try:
        domain = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None
    domain = domain.lower()
    labels = domain.split(".")
    fine = all(len(x) < 64 and _LABEL.fullmatch(x) for x in labels)
    # RFC 6761: this machine alone, whose mail server may well take it.
    return domain if fine and (len(labels) > 1 or domain == "localhost") else None
