"""SMTP: one connection, one message, one recipient; accepted is a 250 after DATA, nothing else.

Connects to addresses that the guard has checked, verifies TLS, and sends no password in the clear
to another machine.  Tries nothing again but one sign-in with a fresh token.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

from monitor.channels import mime
from monitor.channels.answers import not_fetched, shown
from monitor.channels.smtp_answers import Step, refusal
from monitor.channels.tokens import TokenCommand
from monitor.errors import ChannelRefused, FetchError, Later, MessageRefused, SendError
from monitor.mailboxes import Mailbox, mailbox
from monitor.model import Message, Receipt
from monitor.net.guard import checked_addresses
from monitor.settings import EmailChannel, Settings

# Below the lease, and below what whoever sends waits for a channel.
TOTAL_SECONDS = 100.0
_CONNECT_SECONDS = 15.0
_QUIT_SECONDS = 3.0
# Each is tried once: a wrong password said three times locks an account.
_SIGN_INS = ("plain", "login", "cram-md5")
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class Email:
    """One channel.  `tls` replaces the system's certificates, `total_seconds` the deadline."""

    def __init__(
        self,
        channel: EmailChannel,
        settings: Settings,
        *,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._channel = channel
        self._settings = settings
        self._tls = tls
        self._total_seconds = total_seconds
        self._tokens = TokenCommand(channel.token_command)

    async def send(self, message: Message, recipient: str) -> Receipt:
        """The receipt holds the server's words and the message's own Message-ID.

        Raises SendError: one of its three kinds.
        """
        sender = self._sender()
        try:
            to = mailbox(recipient)
        except ValueError as error:
            raise MessageRefused(str(error)) from error
        raw = mime.write(message, sender, to)
        async with self._session(sender) as session:
            options = self._options(session, to, sender)
            coding = "utf-8" if "SMTPUTF8" in options else "ascii"
            with self._at(Step.SENDER):
                size = [f"SIZE={len(raw)}"] if session.supports_extension("size") else []
                await session.mail(sender.address, options=size + options, encoding=coding)
            with self._at(Step.RECIPIENT):
                await session.rcpt(to.address, encoding=coding)
            with self._at(Step.CONTENT):
                answer = await session.data(raw)
        return Receipt(self._told(f"{answer.code} {answer.message}"), message.message_id)

    async def check(self) -> str:
        """Sign in and say NOOP.  Raises SendError: one of its three kinds."""
        async with self._session(self._sender()) as session:
            with self._at(Step.NOOP):
                answer = await session.noop()
        return self._told(f"{answer.code} {answer.message}")

    def _sender(self) -> Mailbox:
        try:
            return mailbox(self._channel.sender)
        except ValueError as error:
            raise ChannelRefused(f"from: {error}") from error

    @staticmethod
    def _options(session: SMTP, to: Mailbox, sender: Mailbox) -> list[str]:
        if not (to.needs_utf8 or sender.needs_utf8):
            return []
        if session.supports_extension("smtputf8"):
            return ["SMTPUTF8"]
        if sender.needs_utf8:
            raise ChannelRefused("from: the server does not take such an address (no SMTPUTF8)")
        raise MessageRefused(f"the server does not take {to.address} (no SMTPUTF8)")

    @asynccontextmanager
    async def _session(self, sender: Mailbox) -> AsyncIterator[SMTP]:
        """A connection, greeted, in TLS, signed in; all that is done with it has one deadline."""
        session: SMTP | None = None
        try:
            async with asyncio.timeout(self._total_seconds):
                session = await self._connect(sender)
                await self._sign_in(session)
                yield session
        except TimeoutError as error:
            host = f"{self._channel.host}:{self._channel.port}"
            raise Later(f"{host} did not answer within {self._total_seconds:.0f} s") from error
        finally:
            await _leave(session)

    async def _connect(self, sender: Mailbox) -> SMTP:
        channel = self._channel
        connection, address = await self._reach()
        session = SMTP(
            hostname=channel.host,
            local_hostname=sender.domain,
            timeout=self._total_seconds,
            use_tls=channel.security == "tls",
            start_tls=False,
            tls_context=self._trust(),
            sock=connection,
        )
        try:
            with self._at(Step.CONNECT):
                await session.connect()
            with self._at(Step.HELLO):
                await session.ehlo()
            await self._start_tls(session)
            self._refuse_to_tell(session, address)
        except BaseException:
            session.close()
            connection.close()
            raise
        return session

    def _trust(self) -> ssl.SSLContext:
        """Read once: the system's certificates take as long to read as a message to send."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    async def _reach(self) -> tuple[socket.socket, str]:
        """A connection to the first address that answers, and the address."""
        channel = self._channel
        try:
            addresses = await checked_addresses(channel.host, channel.port, self._settings)
        except FetchError as error:
            raise not_fetched(error) from error
        loop = asyncio.get_running_loop()
        why: OSError | None = None
        for family, address, port in addresses:
            connection = socket.socket(family, socket.SOCK_STREAM)
            connection.setblocking(False)
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await loop.sock_connect(connection, (address, port))
            except OSError as error:  # TimeoutError is one
                connection.close()
                why = error
            except BaseException:
                connection.close()
                raise
            else:
                return connection, address
        said = str(why) or "no answer"
        raise Later(f"{channel.host}:{channel.port} cannot be reached: {said}") from why

    async def _start_tls(self, session: SMTP) -> None:
        if self._channel.security != "starttls":
            return
        if not session.supports_extension("starttls"):
            raise ChannelRefused(
                f"{self._channel.host} offers no STARTTLS; set security: tls (port 465), or none "
                "if it is this machine"
            )
        with self._at(Step.STARTTLS):
            await session.starttls()
            await session.ehlo()

    def _refuse_to_tell(self, session: SMTP, address: str) -> None:
        """No password goes to another machine in the clear."""
        clear = session.get_transport_info("sslcontext") is None
        if self._channel.username and clear and not ip_address(address).is_loopback:
            raise ChannelRefused("no sign-in without TLS: set security: starttls or tls")

    async def _sign_in(self, session: SMTP) -> None:
        channel = self._channel
        if not channel.username:
            return
        offered = session.server_auth_methods
        if channel.token_command:
            await self._show_token(session, channel.username)
            return
        password = channel.password.reveal() if channel.password else ""
        method = next((name for name in _SIGN_INS if name in offered), None)
        if method is None:
            said = ", ".join(offered).upper() or "none"
            raise ChannelRefused(f"{channel.host} offers no sign-in by password, but {shown(said)}")
        with self._at(Step.SIGN_IN):
            if method == "plain":
                await session.auth_plain(channel.username, password)
            elif method == "login":
                await session.auth_login(channel.username, password)
            else:
                await session.auth_crammd5(channel.username, password)

    async def _show_token(self, session: SMTP, user: str) -> None:
        """XOAUTH2.  A token that was kept and is refused may only have grown old."""
        token, fresh = await self._tokens.token()
        with self._at(Step.SIGN_IN, token):
            try:
                await session.auth_xoauth2(user, token)
                return
            except SMTPAuthenticationError:
                self._tokens.forget()
                if fresh:
                    raise
        token, _ = await self._tokens.token()
        with self._at(Step.SIGN_IN, token):
            await session.auth_xoauth2(user, token)

    @contextmanager
    def _at(self, step: Step, *secrets: str) -> Iterator[None]:
        """Whatever goes wrong inside is one of our three errors."""
        try:
            yield
        except SMTPResponseException as error:
            raise refusal(step, error.code, self._told(error.message, *secrets)) from None
        except (SMTPException, OSError) as error:
            raise self._broken(step, error) from error
        except ValueError as error:
            raise MessageRefused(f"cannot be said in SMTP: {error}") from error

    def _broken(self, step: Step, error: Exception) -> SendError:
        """Disconnected, timed out, no trust in its TLS, or it speaks something else than SMTP."""
        host = f"{self._channel.host}:{self._channel.port}"
        cause = error if isinstance(error, ssl.SSLError) else error.__cause__
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _BROKEN_OFF):
            return ChannelRefused(f"no TLS that can be trusted with {host}: {cause}")
        return Later(f"{host} broke off at {step}: {self._told(str(error))}")

    def _told(self, words: str, *secrets: str) -> str:
        """A server's words; what it echoes of a sign-in is not shown."""
        user, password = self._channel.username, self._channel.password
        words = words[:4000]
        for secret in (*secrets, *([password.reveal()] if password else [])):
            bearer = f"user={user}\x01auth=Bearer {secret}\x01\x01"
            # The longest first: a shorter one may be part of it.
            forms = [*map(_base64, (bearer, f"\0{user}\0{secret}", secret)), secret]
            for form in forms if secret else ():
                words = words.replace(form, "***")
        return shown(words)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def _leave(session: SMTP | None) -> None:
    """Say goodbye; what was accepted stays accepted whatever comes of it."""
    if session is None:
        return
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(_QUIT_SECONDS):
            if session.is_connected:
                await session.quit()
    session.close()
