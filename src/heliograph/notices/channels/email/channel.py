"""Hands a notice to a mail server: all who receive it get it by one handing in, or nobody does."""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from heliograph.notices.attachments import attachment_of
from heliograph.notices.channels.addresses import MAIL_PORTS, judged
from heliograph.notices.channels.email.letter import letter
from heliograph.notices.channels.email.mailbox import Mailbox
from heliograph.notices.channels.exchange import (
    CONNECT_SECONDS,
    MOST_ADDRESSES,
    TALK_SECONDS,
    deadline,
    short_reason,
)
from heliograph.notices.channels.kind import Kind, Options, refuse_strange
from heliograph.notices.errors import BadChannel, NoticeRefused, NotSent
from heliograph.notices.message import Message
from heliograph.notices.pictures import picture_of

TAKES = frozenset({"host", "port", "tls", "user", "password_env", "sender", "to", "allow_private", "picture"})
PER_MINUTE = 2


def check(options: Options) -> None:
    """Server, people and password must be fit for use, here and now."""
    refuse_strange("email", options, TAKES)
    Mailbox.of(options).password()


def where(options: Options) -> str:
    """The people that it goes to."""
    to = options.get("to", [])
    people = list(map(str, to)) if isinstance(to, list) else [str(to)]
    return ", ".join(people[:3]) + (f" and {len(people) - 3} more" if len(people) > 3 else "")


def send(message: Message, options: Options, *, at: datetime) -> None:
    """One letter to all."""
    try:
        box = Mailbox.of(options)
        password = box.password()
    except BadChannel as fault:
        raise NotSent(str(fault)) from fault
    picture = picture_of(message) if options.get("picture") else None
    content = letter(
        message, sender=box.sender, to=box.to, picture=picture, attachment=attachment_of(message)
    )
    with _connected(box) as line:
        if box.user:
            line.login(box.user, password)
        _hand_in(line, box, content)


class Line(smtplib.SMTP):
    """SMTP over a connection to the judged address, while certificates must be the host's."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        super().__init__(box.host, box.port, timeout=TALK_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        is_tls = self._box.tls != "none"
        found = judged(host, port, allowed=self._box.allowed, is_tls=is_tls, ports=MAIL_PORTS)
        *others, last = found[:MOST_ADDRESSES]
        for address in (*others, last):
            try:
                plain = socket.create_connection((str(address), port), CONNECT_SECONDS)
                break
            except OSError:
                if address is last:
                    raise
        plain.settimeout(timeout)
        if self._box.tls != "tls":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


@contextmanager
def _connected(box: Mailbox) -> Iterator[Line]:
    """A line that is ready for mail; it is cut when the time is over."""
    name, began = f"{box.host}:{box.port}", time.monotonic()
    try:
        line = Line(box)
        with deadline(line, name, seconds=began + TALK_SECONDS - time.monotonic()):
            try:
                line.ehlo_or_helo_if_needed()
                if box.tls == "starttls":
                    line.starttls(context=ssl.create_default_context())
                yield line
                line.quit()
            finally:
                line.close()
    except smtplib.SMTPAuthenticationError as fault:
        raise NotSent(f"{name} does not let {box.user} sign in ({_said(fault)}).") from fault
    except smtplib.SMTPResponseException as fault:
        raise NotSent(f"{name} refused ({_said(fault)}).") from fault
    except (smtplib.SMTPException, OSError) as fault:
        raise NotSent(f"{name} did not take it ({short_reason(fault)}).") from fault


def _hand_in(line: Line, box: Mailbox, content: bytes) -> None:
    """MAIL, RCPT and DATA; who is refused lets it be handed in for nobody, as a repeat would reach the others
    twice."""
    _expect(line.mail(box.sender), of=f"mail from {box.sender}")
    for person in box.to:
        _expect(line.rcpt(person), of=f"mail to {person}")
    _expect(line.data(content), of="the letter")


def _expect(answer: tuple[int, bytes], *, of: str) -> None:
    code, said = answer
    if 200 <= code < 300:
        return
    told = f"The mail server refused {of}: {code} {said[:200].decode(errors='replace')}"
    # Refused for good is refused for this letter; what is busy will take it later.
    raise NoticeRefused(told) if code >= 500 else NotSent(told)


def _said(fault: smtplib.SMTPResponseException) -> str:
    error = fault.smtp_error
    text = error.decode(errors="replace") if isinstance(error, bytes) else str(error)
    return f"{fault.smtp_code} {text[:200]}"


EMAIL = Kind(check=check, where=where, send=send, per_minute=PER_MINUTE)
