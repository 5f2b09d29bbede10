"""The bytes of an e-mail.

Every header is written here, one line each, and read back by the standard library before anything
goes out: what it finds must be exactly what was meant (an encoded word with CR/LF in a title once
became a real `Bcc:`).  Knows no server.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import quote

from monitor.errors import MessageRefused
from monitor.mailboxes import CONTROL, Mailbox
from monitor.model import Message

# RFC 2047 section 2: a line with an encoded word has 76 characters at most, less its frame and
# "Subject: ".
_LONGEST_WORD_BYTES = 39

# Ours; whatever else is in `Message.headers` does not go out.
_ALLOWED = ("Date", "List-Id", "Auto-Submitted")


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
        if CONTROL.search(value.replace("\r\n ", "")):
            raise MessageRefused(f"a control character in the mail's {name} header")
    return headers


def encoded(text: str) -> str:
    """`text` as a header's value: itself, or encoded words (RFC 2047), folded between them."""
    text = CONTROL.sub(" ", text)
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
    subject = CONTROL.sub(" ", message.subject or "")
    if sorted(read.keys()) != sorted([*headers, *mime]) or str(read["Subject"]) != subject:
        raise MessageRefused("the mail does not read back as it was meant")
