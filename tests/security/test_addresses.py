"""Nothing that a person can name lets a server of ours reach what only it can reach (server-side forgery)."""

import socket
from datetime import UTC, datetime

import pytest

from benchmarks.drills.parts.receiver import Reply, receiving
from heliograph.notices.channels import KINDS
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message
from tests.security import corpora

AT = datetime(2026, 1, 2, tzinfo=UTC)
MESSAGE = Message("test", "channel:x", {"text": "hello"}, AT)
ADDRESSES = corpora.read("addresses")
PUBLIC = "93.184.215.14"
ARROW = " -> "


@pytest.fixture
def connected(monkeypatch):
    """The addresses that anybody tried to connect to; nobody gets through. Names are those of the list."""
    tried, real = [], socket.getaddrinfo
    names = dict(one.split(ARROW) for one in ADDRESSES if ARROW in one)

    def answer(host, port, *rest, **named):
        if host in names:
            return [
                (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in names[host].split(",")
            ]
        # The worst that a name server may say of all others; numbers are read by the system.
        try:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return real("127.0.0.1", port, type=socket.SOCK_STREAM)

    def refuse(self, address):
        tried.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    monkeypatch.setenv("TOKEN", "Aabcdefghijklmn")
    return tried


WAYS = {
    "webhook": lambda host: {"url": f"https://{host}/x", "secret_env": "HOOK_SECRET"},
    "apprise": lambda host: {"service": "gotify", "server": f"https://{host}", "token_env": "TOKEN"},
    "email": lambda host: {"host": host.strip("[]"), "sender": "a@b.example", "to": ["c@d.example"]},
}


def use(kind, options):
    KINDS[kind].check(options)
    KINDS[kind].send(MESSAGE, options, at=AT)


def test_the_list_is_long_enough():
    assert len(ADDRESSES) >= 200


@pytest.mark.parametrize("kind", WAYS)
def test_no_form_of_an_address_inside_is_connected_to(connected, kind):
    through = []
    for form in ADDRESSES:
        options = WAYS[kind](form.split(ARROW)[0])
        try:
            use(kind, options)
        except (BadChannel, NotSent) as fault:
            if connected or not str(fault).endswith("."):
                through.append((form, str(fault), list(connected)))
        else:
            through.append((form, "was sent"))
        connected.clear()
    assert through == []


SCHEMES = ("http", "ftp", "file", "gopher", "dict", "ldap", "jar", "data", "javascript", "HTTPS\t", "https:/")


@pytest.mark.parametrize("kind", ["webhook", "apprise"])
def test_nothing_but_https_is_spoken_to_the_world(connected, kind):
    field = {"webhook": "url", "apprise": "server"}[kind]
    for scheme in SCHEMES:
        options = WAYS[kind]("x") | {field: f"{scheme}://{PUBLIC}/x"}
        with pytest.raises((BadChannel, NotSent)):
            use(kind, options)
    assert connected == []


def test_no_redirect_is_followed(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    with receiving() as receiver:
        for status in (301, 302, 303, 307, 308):
            reply = Reply(status, {"Location": receiver.url("/secret")})
            receiver.reply = lambda _, reply=reply: reply
            with pytest.raises(NotSent):
                KINDS["webhook"].send(MESSAGE, receiver.options("/hook"), at=AT)
        assert [one.path for one in receiver.requests] == ["/hook"] * 5
