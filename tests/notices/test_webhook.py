"""A webhook goes where its channel says, and nowhere else."""

import ipaddress
import socket
import ssl
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.drills.parts.receiver import Reply, receiving
from heliograph.notices.channels import exchange
from heliograph.notices.channels.addresses import is_named, is_public
from heliograph.notices.channels.webhook.channel import WEBHOOK
from heliograph.notices.channels.webhook.target import Target
from heliograph.notices.errors import BadChannel, NotSent
from heliograph.notices.message import Message
from tests.notices.conftest import SECRET

AT = datetime(2026, 1, 2, tzinfo=UTC)
MESSAGE = Message("signal.published", "signal:1", {"close": 1.5}, AT)


def send(options):
    WEBHOOK.send(MESSAGE, options, at=AT)


def bare(port):
    """The options of a webhook to a port of this machine."""
    return {"url": f"http://127.0.0.1:{port}/", "secret_env": "HOOK_SECRET", "allow_private": ["127.0.0.1"]}


def refusal(options):
    with pytest.raises(NotSent) as caught:
        send(options)
    return str(caught.value)


def test_the_id_depends_on_the_notice_alone():
    """A receiver that has kept it for a year must still know it: never to be changed."""
    assert MESSAGE.id == "msg_xfh6rmtb6rzp5fjy72ycajkjxc"
    other = Message("signal.published", "signal:2", {"close": 1.5}, AT)
    assert other.id != MESSAGE.id


def test_the_signature_is_that_of_the_standards_own_example():
    """The vector of the specification's reference libraries."""
    from standardwebhooks import Webhook

    at = datetime.fromtimestamp(1614265330, UTC)
    signature = Webhook(SECRET).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_signed_by_each_secret_while_one_is_replaced(receiver, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", f"{SECRET} whsec_{'A' * 32}")
    send(receiver.options())
    assert len(receiver.requests[0].headers["webhook-signature"].split()) == 2


CLOSED = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::a00:1 64:ff9b::808:808
64:ff9b:1::1 100::1 2001::1 2001:db8::1 2001:2::1 2001:10::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1
fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 ff0e::1 4000::1
"""


@pytest.mark.parametrize("text", CLOSED.split())
def test_addresses_of_a_special_purpose_are_not_public(text):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450::1"])
def test_common_addresses_are_public(text):
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address):
    if not address.is_global or address.is_multicast:
        assert not is_public(address)


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://0x7f.1/x", "https://2130706433/x"])
def test_a_private_address_however_written_is_not_reached(secret, url):
    options = {"url": url, "secret_env": "HOOK_SECRET"}
    assert "is at 127.0.0.1, which is not public" in refusal(options)


def test_a_private_address_is_reached_where_the_channel_names_it(receiver):
    for allowed in (["127.0.0.1"], ["127.0.0.0/8"]):
        send(receiver.options(allow_private=allowed))
    assert len(receiver.requests) == 2
    address = ipaddress.ip_address("10.0.0.7")
    assert is_named("hooks.lan", address, ["hooks.lan"])
    assert not is_named("hooks.lan", address, ["other.lan", "10.1.0.0/16"])


def test_redirects_are_not_followed(receiver):
    receiver.reply = lambda request: Reply(307, {"Location": receiver.url("/elsewhere")})
    assert refusal(receiver.options()) == (
        "It answered 307 Temporary Redirect; redirects are not followed, so name the final address."
    )
    assert [request.path for request in receiver.requests] == ["/hook"]


def test_the_query_is_sent_and_not_shown(receiver):
    send(receiver.options("/hook?token=x"))
    assert receiver.requests[0].path == "/hook?token=x"
    assert WEBHOOK.where(receiver.options("/hook?token=x")) == receiver.url("/hook")


def test_a_huge_answer_is_read_in_part(receiver):
    receiver.reply = lambda request: Reply(400, body=b"x" * 5_000_000)
    assert refusal(receiver.options()) == f"It answered 400 Bad Request: {'x' * 200}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Fri, 02 Jan 2026 00:01:00 GMT", 60.0),
        ("Fri, 02 Jan 2025 00:01:00 GMT", 0.0),
        ("999999999", 86_400.0),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_rest_that_is_asked_for_is_read_in_both_forms(receiver, text, seconds):
    receiver.reply = lambda request: Reply(503, {"Retry-After": text})
    with pytest.raises(NotSent) as caught:
        send(receiver.options())
    assert caught.value.after == seconds


def test_an_answer_that_drips_is_cut(secret, monkeypatch):
    monkeypatch.setattr(exchange, "TALK_SECONDS", 0.3)
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            line, _ = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not over.wait(0.02):
                    try:
                        line.sendall(b"x")
                    except OSError:
                        return

        thread = Thread(target=drip)
        thread.start()
        said = refusal(bare(server.getsockname()[1]))
        over.set()
        thread.join()
    assert "did not answer within 0.3 seconds" in said


def test_a_line_that_is_cut_is_late_though_the_system_calls_it_reset():
    ours, theirs = socket.socketpair()

    class Line:
        sock = ours

    def read():
        with exchange.deadline(Line, "desk", seconds=0.01):
            assert ours.recv(1) == b""
            raise ConnectionResetError

    with ours, theirs, pytest.raises(NotSent, match="desk did not answer within"):
        read()


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000])
def test_an_answer_that_is_none_counts_as_none(secret, answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak():
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                line.sendall(answer)

        thread = Thread(target=speak)
        thread.start()
        said = refusal(bare(server.getsockname()[1]))
        thread.join()
    assert "did not answer" in said


def test_nobody_listening_is_said_in_a_sentence(secret):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    options = {
        "url": f"http://127.0.0.1:{port}/",
        "secret_env": "HOOK_SECRET",
        "allow_private": ["127.0.0.1"],
    }
    assert refusal(options) == f"127.0.0.1:{port} was not reached ([Errno 111] Connection refused)."


@contextmanager
def tls_receiver(folder, *, name):
    """A receiver with a certificate of that name, signed by itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run(
        [*words, "-days", "2", "-keyout", key, "-out", certificate, *named], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with receiving(lambda plain: context.wrap_socket(plain, server_side=True)) as receiver:
        yield receiver, str(certificate)


@pytest.mark.parametrize(("name", "is_taken"), [("localhost", True), ("other.example", False)])
def test_the_certificate_must_be_that_of_the_host(secret, tmp_path, monkeypatch, name, is_taken):
    with tls_receiver(tmp_path, name=name) as (receiver, certificate):
        url = f"https://localhost:{receiver.port}/hook"
        options = {"url": url, "secret_env": "HOOK_SECRET", "allow_private": ["localhost"]}
        assert "certificate" in refusal(options)
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        if is_taken:
            send(options)
        else:
            assert "Hostname mismatch" in refusal(options)
        assert len(receiver.requests) == is_taken
        if is_taken:
            assert receiver.requests[0].headers["host"] == f"localhost:{receiver.port}"


WRONG = [
    ({}, "A webhook needs the address that it goes to: --url https://..."),
    ({"url": "https://a.com"}, "--secret-env names the environment variable"),
    ({"url": "ftp://a.com/x"}, "ftp://a.com/x is no web address; it looks like https://example.com/hook."),
    ({"url": "a.com"}, "a.com is no web address"),
    ({"url": "https://u:p@a.com/"}, "Leave user and password out of the address"),
    ({"url": "https://a.com/#x"}, "leave out what stands behind the #"),
    ({"url": "https://a.com:99999/"}, "is no address (Port out of range 0-65535)"),
    ({"url": "https://[::1/"}, "is no address (Invalid IPv6 URL)"),
    ({"url": "https://a b.com/"}, "plain characters without blanks"),
    ({"url": "https://a.com/\r\nX: y"}, "plain characters without blanks"),
    ({"url": "https://-a.com/"}, "`-a.com` is no name of a host"),
    ({"url": "http://a.com/"}, "http://a.com/ is not encrypted: use https"),
    ({"url": "http://127.0.0.1/"}, "is not encrypted"),
    ({"url": "https://a.com/", "colour": "red"}, "does not take colour"),
    ({"url": "https://a.com/", "secret_env": "NOT_SET"}, "NOT_SET is not set in the environment"),
    ({"url": "https://a.com/", "secret_env": "WEAK"}, "WEAK holds no secret: `whsec_`"),
]


@pytest.mark.parametrize(("options", "sentence"), WRONG)
def test_wrong_options_are_refused_in_a_sentence(secret, monkeypatch, options, sentence):
    monkeypatch.setenv("WEAK", "swordfish")
    given_secret = {} if options == {"url": "https://a.com"} else {"secret_env": "HOOK_SECRET"}
    with pytest.raises(BadChannel) as caught:
        WEBHOOK.check(given_secret | options)
    assert sentence in str(caught.value)


def test_a_secret_that_is_gone_later_is_a_failure_of_the_channel(receiver, monkeypatch):
    monkeypatch.delenv("HOOK_SECRET")
    assert "HOOK_SECRET is not set" in refusal(receiver.options())


def test_hosts_and_ports_stand_in_the_host_header_as_they_should():
    def authority(url):
        return Target.of({"url": url, "secret_env": "X", "allow_private": ["::1"]}).authority

    assert [authority(url) for url in ("https://A.com/", "https://a.com:444", "http://[::1]:80/x")] == [
        "a.com",
        "a.com:444",
        "[::1]",
    ]
