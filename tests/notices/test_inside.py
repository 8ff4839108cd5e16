"""No channel reaches what only this machine can reach, however the address is written or resolved."""

import socket

import pytest

from heliograph.notices.channels import KINDS
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message
from tests.notices.test_webhook import AT

MESSAGE = Message("test", "channel:x", {"text": "hello"}, AT)
PUBLIC, OTHER = "93.184.215.14", "2606:4700::1111"


@pytest.fixture(autouse=True)
def secrets(secret, monkeypatch):
    monkeypatch.setenv("TOKEN", "Aabcdefghijklmn")


@pytest.fixture
def connected(monkeypatch):
    """The addresses that anybody tried to connect to; nobody gets through."""
    tried = []

    def refuse(self, address):
        tried.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


WAYS = {
    "webhook": lambda host, port="": {"url": f"https://{host}{port}/x", "secret_env": "HOOK_SECRET"},
    "apprise": lambda host, port="": {
        "service": "gotify",
        "server": f"https://{host}{port}",
        "token_env": "TOKEN",
    },
    "email": lambda host, port="": (
        {"host": host.strip("[]"), "sender": "a@b.example", "to": ["c@d.example"]}
        | ({"port": int(port[1:])} if port else {})
    ),
}

INSIDE = {
    "loopback": "127.0.0.1",
    "loopback, another": "127.8.8.8",
    "short": "127.1",
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "octal, whole": "017700000001",
    "hex": "0x7f000001",
    "hex, in parts": "0x7f.0x0.0x0.0x1",
    "zero": "0.0.0.0",
    "zero, short": "0",
    "private 10": "10.1.2.3",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "carriers": "100.64.0.1",
    "metadata": "169.254.169.254",
    "metadata, decimal": "2852039166",
    "metadata of others": "100.100.100.200",
    "metadata over IPv6": "[fd00:ec2::254]",
    "link-local": "169.254.1.1",
    "broadcast": "255.255.255.255",
    "loopback over IPv6": "[::1]",
    "any over IPv6": "[::]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped, hex": "[::ffff:7f00:1]",
    "mapped, long": "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "compatible": "[::127.0.0.1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "NAT64 with dots": "[64:ff9b::10.0.0.1]",
    "NAT64 of one's own": "[64:ff9b:1::a9fe:a9fe]",
    "6to4": "[2002:7f00:1::]",
    "6to4 of a public one": "[2002:5db8:d70e::1]",
    "Teredo": "[2001:0:7f00:1::80ff:fffe]",
    "unique local": "[fc00::1]",
    "link-local over IPv6": "[fe80::1]",
    "link-local with a zone": "[fe80::1%25lo]",
    "site-local": "[fec0::1]",
    "multicast": "[ff02::1]",
    "localhost": "localhost",
    "localhost with a dot": "localhost.",
    "localhost in capitals": "LOCALHOST",
    "localhost in circles": "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "other dots": "127。0。0。1",
    "other digits": "①②⑦.0.0.1",
    "full width": "１２７.0.0.1",
    "a soft hyphen": "local\u00adhost",
    "userinfo": "example.com@127.0.0.1",
    "userinfo with a password": "example.com:443@127.0.0.1",
    "a backslash": "example.com\\@127.0.0.1",
    "a fragment": "127.0.0.1#@example.com",
    "a line break": "127.0.0.1\r\nHost: example.com",
    "an encoded dot": "127%2e0%2e0%2e1",
    "a blank": "127.0.0.1 example.com",
}


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("host", INSIDE.values(), ids=INSIDE.keys())
def test_an_address_inside_is_refused_before_anything_is_connected(connected, kind, host):
    with pytest.raises((BadChannel, NotSent)):
        use(kind, WAYS[kind](host))
    assert connected == []


def use(kind, options):
    KINDS[kind].check(options)
    KINDS[kind].send(MESSAGE, options, at=AT)


@pytest.fixture
def resolver(monkeypatch):
    """Answers for names what the test says, in turn; its questions are kept."""
    real = socket.getaddrinfo

    def install(*answers):
        turns, asked = iter(answers), []

        def answer(host, port, *rest, **named):
            if not str(host).endswith(".example"):
                return real(host, port, *rest, **named)
            asked.append(host)
            return [
                (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in next(turns)
            ]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return install


@pytest.mark.parametrize("kind", WAYS)
def test_a_name_that_is_another_when_it_is_asked_again_is_asked_once(connected, resolver, kind):
    """DNS rebinding: the judged address is the one that is connected to."""
    asked = resolver([PUBLIC], ["127.0.0.1"], ["127.0.0.1"])
    with pytest.raises(NotSent, match="refused"):
        KINDS[kind].send(MESSAGE, WAYS[kind]("rebind.example"), at=AT)
    assert (asked, connected) == (["rebind.example"], [PUBLIC])


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize(
    "answers", [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [OTHER, "::1"], [PUBLIC, "::ffff:10.0.0.1"]]
)
def test_one_address_inside_among_others_is_enough_to_refuse_a_name(connected, resolver, kind, answers):
    resolver(answers)
    with pytest.raises(NotSent, match="is not public"):
        KINDS[kind].send(MESSAGE, WAYS[kind]("mixed.example"), at=AT)
    assert connected == []


@pytest.mark.parametrize("kind", WAYS)
def test_the_second_address_is_tried_where_the_first_does_not_answer(connected, resolver, kind):
    resolver([OTHER, PUBLIC, "8.8.8.8"])
    with pytest.raises(NotSent):
        KINDS[kind].send(MESSAGE, WAYS[kind]("two.example"), at=AT)
    assert connected == [OTHER, PUBLIC]


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("port", [":22", ":23", ":53", ":110", ":143", ":389", ":445", ":873"])
def test_ports_of_other_services_are_not_reached(connected, resolver, kind, port):
    resolver([PUBLIC])
    with pytest.raises(NotSent, match="is none that notices go to"):
        KINDS[kind].send(MESSAGE, WAYS[kind]("ports.example", port), at=AT)
    assert connected == []


@pytest.mark.parametrize("kind", ["webhook", "apprise"])
@pytest.mark.parametrize("port", ["", ":443", ":8443"])
def test_ports_of_the_web_and_free_ones_are_reached(connected, resolver, kind, port):
    resolver([PUBLIC])
    with pytest.raises(NotSent, match="refused"):
        KINDS[kind].send(MESSAGE, WAYS[kind]("ports.example", port), at=AT)
    assert connected == [PUBLIC]


@pytest.mark.parametrize("port", [25, 465, 587, 2525])
def test_ports_of_mail_are_reached_by_mail_alone(connected, resolver, port):
    resolver([PUBLIC], [PUBLIC])
    with pytest.raises(NotSent, match="refused"):
        KINDS["email"].send(MESSAGE, WAYS["email"]("ports.example", f":{port}"), at=AT)
    assert connected == [PUBLIC]
    if port < 1024:
        with pytest.raises(NotSent, match="is none that notices go to"):
            KINDS["webhook"].send(MESSAGE, WAYS["webhook"]("ports.example", f":{port}"), at=AT)


@pytest.mark.parametrize("kind", WAYS)
def test_without_encryption_no_public_address_is_reached(connected, resolver, kind):
    resolver([PUBLIC])
    plain = {
        "webhook": {"url": "http://plain.example/x", "secret_env": "HOOK_SECRET"},
        "apprise": {"service": "gotify", "server": "http://plain.example", "token_env": "TOKEN"},
        "email": WAYS["email"]("plain.example") | {"tls": "none"},
    }[kind] | {"allow_private": ["plain.example"]}
    with pytest.raises(NotSent, match="a public address; "):
        KINDS[kind].send(MESSAGE, plain, at=AT)
    assert connected == []


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("kind", ["webhook", "apprise"])
def test_no_proxy_is_asked_to_reach_it(connected, resolver, monkeypatch, kind, name):
    monkeypatch.setenv(name, "http://127.0.0.1:3128")
    resolver([PUBLIC])
    with pytest.raises(NotSent):
        KINDS[kind].send(MESSAGE, WAYS[kind]("proxied.example"), at=AT)
    assert connected == [PUBLIC]
