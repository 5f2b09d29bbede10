"""What a mail server's refusal means: for this message, for the whole channel, or only for now.

By the step it came at and its codes (RFC 5321, RFC 3463, RFC 4954), with plain words for what the
big providers say.  Talks to nobody.
"""

from __future__ import annotations

import re
from enum import StrEnum

from monitor.channels.answers import shown
from monitor.errors import ChannelRefused, Later, MessageRefused, SendError


class Step(StrEnum):
    """How far a conversation came."""

    CONNECT = "the greeting"
    HELLO = "EHLO"
    STARTTLS = "STARTTLS"
    SIGN_IN = "the sign-in"
    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    CONTENT = "DATA"
    NOOP = "NOOP"


# Enhanced codes that speak of us and not of a message, whatever step they come at.
# learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online,
# support.google.com/a/answer/3726730
_MEND = {
    "5.7.139": "Microsoft has switched off passwords for this account (basic authentication): "
    "use token_command, which prints an OAuth2 token",
    "5.7.30": "Exchange Online takes no passwords for sending any more (SMTP AUTH with basic "
    "authentication is retired): use token_command, which prints an OAuth2 token",
    "5.7.57": "Microsoft wants a sign-in before it sends: set username, and token_command",
    "5.7.60": "this account may not send as the address in from:; allow it or change from:",
    "5.7.64": "Microsoft does not know this connection as its customer's: see its connectors",
    "5.7.708": "Microsoft takes no mail from this address of ours",
    "5.7.9": "Google wants an app password (or token_command), not the account's own",
    "5.7.14": "Google blocks this sign-in: sign in with a browser once, or use an app password",
    "5.7.8": "user name or password is wrong; Google also says this without an app password",
    "5.7.3": "the server wants another sign-in, or TLS before it",
    "5.7.11": "the server wants TLS before a sign-in: set security: starttls or tls",
    "5.5.1 authentication required": "the server wants a sign-in: set username and password",
}
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
# RFC 4954: 530, 534, 535, 538; RFC 7504: 521 (takes no mail at all).  Its 556 speaks of the
# recipient's domain, which takes none.
_OURS = frozenset({521, 530, 534, 535, 538})
_TOO_LARGE = frozenset({"5.3.4", "5.2.3"})


def refusal(step: Step, code: int, text: str) -> SendError:
    """The error for an answer that is no acceptance; `answer` holds the server's own words."""
    said = shown(f"{code} {text}")
    enhanced = _ENHANCED.findall(text[:200])
    if not 500 <= code < 600:
        return Later(f"not now, at {step}: {said}", answer=said)
    mend = next((_MEND[one] for one in enhanced if one in _MEND), None)
    if code == 530 and mend is None:
        mend = "the server wants a sign-in, or TLS before it"
    if mend is not None:
        return ChannelRefused(f"{mend} ({said})", answer=said)
    detail = f"refused at {step}: {said}"
    if code not in _OURS and _is_about_the_message(step, code, enhanced):
        return MessageRefused(detail, answer=said)
    return ChannelRefused(detail, answer=said)


def _is_about_the_message(step: Step, code: int, enhanced: list[str]) -> bool:
    """A refused sender is the channel's trouble, unless it is the declared size."""
    if step is Step.SENDER:
        return code == 552 or bool(_TOO_LARGE & set(enhanced))
    return step in (Step.RECIPIENT, Step.CONTENT)
