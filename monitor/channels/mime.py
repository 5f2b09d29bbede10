"""The bytes of an e-mail, and the addresses on it.

Every header is written here, one line each, and read back by the standard library before anything
goes out: what it finds must be exactly what was meant (an encoded word with CR/LF in a title once
became a real `Bcc:`).  Knows no server.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import quote

import idna

from monitor.errors import MessageRefused
from monitor.model import Message

# RFC 5321 section 4.5.3.1, and RFC 2047 section 2: a line with an encoded word has 76 characters at
# most, less its frame and "Subject: ".
_LONGEST_ADDRESS = 254
_LONGEST_LOCAL = 64
_LONGEST_WORD_BYTES = 39

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\ud7ff\ue000-\U0010ffff]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])*"')
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Ours; whatever else is in `Message.headers` does not go out.
_ALLOWED = ("Date", "List-Id", "Auto-Submitted")


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

    An address must have a domain with a dot; there are no groups, comments, routes and literals.
    """
    name, bracket, rest = text.rpartition("<")
    address = rest.removesuffix(">") if bracket else text
    if _CONTROL.search(text) or (bracket and not rest.endswith(">")):
        raise ValueError(f"{text[:100]!r} is no e-mail address")
    local, _, host = address.rpartition("@")
    domain = _ascii_domain(host)
    too_long = len(local.encode()) > _LONGEST_LOCAL or len(address) > _LONGEST_ADDRESS
    if domain is None or too_long or not _LOCAL.fullmatch(local):
        raise ValueError(f"{address[:100]!r} is no e-mail address")
    return Mailbox(local, domain, name.strip().strip('"') if bracket else "")


def write(message: Message, sender: Mailbox, recipient: Mailbox) -> bytes:
    """The whole mail with CRLF line ends, ASCII but for addresses that cannot be.

    Raises MessageRefused when it does not read back as what was meant.
    """
    headers = _headers(message, sender, recipient)
    body = _body(message)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    raw = lines.encode("utf-8", "replace") + body
    _verify(raw, headers, message)
    return raw


def _headers(message: Message, sender: Mailbox, recipient: Mailbox) -> dict[str, str]:
    chosen = {
        "From": _phrase(sender),
        "To": recipient.address,
        "Subject": encoded(message.subject or ""),
        "Message-ID": message.message_id,
        "In-Reply-To": message.in_reply_to,
        "References": message.in_reply_to,
        **{name: message.headers.get(name) for name in _ALLOWED},
    }
    headers = {name: value for name, value in chosen.items() if value is not None}
    for name, value in headers.items():
        if _CONTROL.search(value.replace("\r\n ", "")):
            raise MessageRefused(f"a control character in the mail's {name} header")
    return headers


def encoded(text: str) -> str:
    """`text` as a header's value: itself, or encoded words (RFC 2047), folded between them."""
    text = _CONTROL.sub(" ", text)
    if text.isascii() and "=?" not in text and text == text.strip():
        return text
    words = (base64.b64encode(part).decode() for part in _parts(text))
    return "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words)


def _parts(text: str) -> Iterator[bytes]:
    """UTF-8 in parts of whole characters, each short enough for one encoded word."""
    part = b""
    for character in text:
        more = character.encode("utf-8", "replace")
        if len(part) + len(more) > _LONGEST_WORD_BYTES:
            yield part
            part = b""
        part += more
    yield part


def _phrase(sender: Mailbox) -> str:
    if not sender.name:
        return sender.address
    if sender.name.isascii() and "=?" not in sender.name:
        return f'"{quote(sender.name)}" <{sender.address}>'
    return f"{encoded(sender.name)}\r\n <{sender.address}>"


def _body(message: Message) -> bytes:
    """The MIME headers, a blank line, and the parts: text, and HTML where there is some."""
    mail = EmailMessage(policy.SMTP)
    mail.set_content(_text(message.text), cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(_text(message.html), subtype="html", cte="quoted-printable")
        # Not by chance, so that one message has the same bytes each time; in quoted-printable no
        # line begins like this.
        mark = f"{message.message_id} {message.text}".encode("utf-8", "replace")
        mail.set_boundary(f"=_{hashlib.sha256(mark).hexdigest()[:32]}")
    return mail.as_bytes()


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _verify(raw: bytes, headers: dict[str, str], message: Message) -> None:
    read = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    mime = {"MIME-Version", "Content-Type"}
    mime |= set() if message.html is not None else {"Content-Transfer-Encoding"}
    subject = _CONTROL.sub(" ", message.subject or "")
    if sorted(read.keys()) != sorted([*headers, *mime]) or str(read["Subject"]) != subject:
        raise MessageRefused("the mail does not read back as it was meant")


def _ascii_domain(host: str) -> str | None:
    try:
        domain = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None
    labels = domain.split(".")
    fine = len(labels) > 1 and all(len(x) < 64 and _LABEL.fullmatch(x) for x in labels)
    return domain.lower() if fine else None
