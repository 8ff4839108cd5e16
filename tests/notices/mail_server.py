"""A mail server on this machine that speaks as much SMTP as senders need, and keeps the letters."""

import ssl
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


@dataclass
class MailServer:
    """`refuses` maps the start of a command to what it is answered instead."""

    context: ssl.SSLContext | None = None
    refuses: Mapping[str, str] = field(default_factory=dict)
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    port: int = 0


class Handler(StreamRequestHandler):
    """One caller; `server.mail` is what it talks to."""

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.people: list[str] = []
        self.say("220 ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            self.server.mail.commands.append(line)
            refusals = self.server.mail.refuses.items()
            refusal = next((said for start, said in refusals if line.startswith(start)), None)
            if refusal:
                self.say(refusal)
            else:
                getattr(self, f"on_{line.split()[0].lower()}", self.on_any)(line)

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def on_any(self, line: str) -> None:
        self.say("250 fine")

    def on_ehlo(self, line: str) -> None:
        offers = ["250-here", "250-AUTH PLAIN"] + (["250-STARTTLS"] if self.server.mail.context else [])
        for offer in [*offers, "250 SIZE"]:
            self.say(offer)

    def on_starttls(self, line: str) -> None:
        self.say("220 go")
        self.connection = self.server.mail.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def on_auth(self, line: str) -> None:
        self.server.mail.signed_in.append(b64decode(line.split()[2]).decode())
        self.say("235 welcome")

    def on_rcpt(self, line: str) -> None:
        self.people.append(line.partition("<")[2].partition(">")[0])
        self.say("250 fine")

    def on_data(self, line: str) -> None:
        self.say("354 go")
        content = b""
        while (piece := self.rfile.readline()) != b".\r\n":
            content += piece.removeprefix(b".") if piece.startswith(b"..") else piece
        letter = message_from_bytes(content, policy=policy.default)
        self.server.mail.letters.append((self.people, letter))
        self.say("250 taken")

    def on_quit(self, line: str) -> None:
        self.say("221 bye")


class Server(ThreadingTCPServer):
    daemon_threads = True
    from_the_start = False

    def get_request(self):
        plain, address = super().get_request()
        if self.from_the_start:
            plain = self.mail.context.wrap_socket(plain, server_side=True)
        return plain, address

    def handle_error(self, *_):
        """A caller that hangs up is what tests are about."""


@contextmanager
def mail_server(
    context: ssl.SSLContext | None = None, *, from_the_start: bool = False
) -> Iterator[MailServer]:
    """For a block; with a context it offers STARTTLS, or speaks TLS from the start."""
    with Server(("127.0.0.1", 0), Handler) as listening:
        listening.from_the_start = from_the_start
        listening.mail = MailServer(context, port=listening.server_address[1])
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield listening.mail
        finally:
            listening.shutdown()
            thread.join()
