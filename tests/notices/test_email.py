"""A letter reaches all who receive it, or nobody, and is the same one however often it is sent."""

import ssl
import subprocess

import pytest

from heliograph.notices.attachments import Attachment, _attaches, attach_with
from heliograph.notices.channels.email.channel import EMAIL
from heliograph.notices.errors import BadChannel, NoticeRefused, NotSent
from heliograph.notices.message import Message
from heliograph.notices.pictures import _draws, draw_with
from tests.notices.mail_server import mail_server
from tests.notices.test_webhook import AT

TO = ["ann@example.com", "bob@example.org"]
MESSAGE = Message("test", "channel:post", {"text": "This is a test."}, AT)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "correct horse")


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate of localhost that is trusted, as a server's context."""
    key, path = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*words, "-days", "2", "-keyout", key, "-out", path, *named], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


@pytest.fixture
def server():
    with mail_server() as one:
        yield one


def options(server, **more):
    own = {"host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "helio@desk.example", "to": TO}
    return own | {"allow_private": ["127.0.0.1", "localhost"]} | more


def send(given, message=MESSAGE):
    EMAIL.send(message, given, at=AT)


def refusal(given, kind=NotSent):
    with pytest.raises(kind) as caught:
        send(given)
    assert type(caught.value) is kind
    return str(caught.value)


def test_all_who_receive_it_get_the_same_letter(server):
    send(options(server))
    ((people, letter),) = server.letters
    assert people == TO
    assert (letter["From"], letter["To"], letter["Subject"]) == (
        "helio@desk.example",
        "ann@example.com, bob@example.org",
        MESSAGE.title,
    )
    assert letter.get_content().splitlines()[0] == MESSAGE.title
    assert "This is a test." in letter.get_content()
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_repeat_has_the_same_message_id_and_date(server):
    send(options(server))
    send(options(server))
    first, second = (letter for _, letter in server.letters)
    assert first["Message-ID"] == second["Message-ID"] == f"<{MESSAGE.id}@desk.example>"
    assert first["Date"] == second["Date"] == "Fri, 02 Jan 2026 00:00:00 +0000"


def test_a_title_cannot_write_headers_of_its_own(server):
    message = Message("test", "x", {"text": "hello\r\nBcc: eve@example.com\r\n\r\nbody"}, AT)
    send(options(server), message)
    ((people, letter),) = server.letters
    assert people == TO
    assert letter["Bcc"] is None


def test_the_picture_of_a_signal_is_attached(server):
    draw = lambda message: PICTURE  # noqa: E731
    draw_with(draw)
    try:
        send(options(server, picture=True))
    finally:
        _draws.remove(draw)
    (attached,) = server.letters[0][1].iter_attachments()
    assert (attached.get_content_type(), attached.get_content()) == ("image/png", PICTURE)


def test_the_file_of_a_message_is_attached(server):
    attach = lambda message: Attachment("week.csv", "text/csv; charset=utf-8", b"a,b\r\n")  # noqa: E731
    attach_with(attach)
    try:
        send(options(server))
    finally:
        _attaches.remove(attach)
    (attached,) = server.letters[0][1].iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("week.csv", "text/csv")
    assert attached.get_payload(decode=True) == b"a,b\r\n"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_who_signs_in_does_so_over_an_encrypted_line(certificate, tls):
    with mail_server(certificate, from_the_start=tls == "tls") as server:
        given = {
            "host": "localhost",
            "tls": tls,
            "user": "helio@desk.example",
            "password_env": "MAIL_PASSWORD",
        }
        send(options(server, **given))
        assert server.signed_in == ["\0helio@desk.example\0correct horse"]
        assert len(server.letters) == 1
        assert ("STARTTLS" in server.commands) == (tls == "starttls")


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_certificate_must_be_that_of_the_host(certificate, tls):
    with mail_server(certificate, from_the_start=tls == "tls") as server:
        said = refusal(options(server, host="127.0.0.1", tls=tls))
        assert "certificate" in said
        assert server.letters == []


def test_a_server_without_starttls_gets_nothing(server):
    assert "STARTTLS extension not supported" in refusal(options(server, tls="starttls"))
    assert not any(command.startswith("MAIL") for command in server.commands)


def test_one_who_is_refused_lets_nobody_have_it(server):
    """Else each repeat would reach the others once more."""
    server.refuses = {"rcpt TO:<bob": "550 no such user"}
    assert refusal(options(server), NoticeRefused) == (
        "The mail server refused mail to bob@example.org: 550 no such user"
    )
    assert server.letters == []


@pytest.mark.parametrize(
    ("refuses", "sentence"),
    [
        ({"rcpt TO:<bob": "451 try later"}, "refused mail to bob@example.org: 451 try later"),
        ({"mail": "421 closing"}, "refused mail from helio@desk.example: 421 closing"),
        ({"data": "452 full"}, "127.0.0.1:"),
    ],
)
def test_a_server_that_is_busy_is_tried_again(server, refuses, sentence):
    server.refuses = refuses
    assert sentence in refusal(options(server))
    assert server.letters == []


def test_a_wrong_password_is_said_so_without_it(certificate):
    with mail_server(certificate) as server:
        server.refuses = {"AUTH": "535 no"}
        given = {
            "host": "localhost",
            "tls": "starttls",
            "user": "a@b.example",
            "password_env": "MAIL_PASSWORD",
        }
        said = refusal(options(server, **given))
        assert said == f"localhost:{server.port} does not let a@b.example sign in (535 no)."


def test_a_server_inside_is_not_reached_unless_the_channel_names_it(server):
    said = refusal(options(server, tls="starttls", allow_private=[]))
    assert said == "127.0.0.1 is at 127.0.0.1, which is not public; --allow-private would name it."
    assert server.commands == []


def test_nobody_listening_is_said_in_a_sentence(server):
    assert "did not take it (" in refusal(options(server, port=1))


BAD = [
    ({"host": ""}, "E-mail needs the server that takes it"),
    ({"host": "a b"}, "`a b` is no name of a host."),
    ({"to": []}, "E-mail needs somebody who receives it"),
    ({"to": ["Ann <ann@example.com>"]}, "'Ann <ann@example.com>' is no e-mail address"),
    ({"to": ["a@b.example\nBcc: eve@example.com"]}, "is no e-mail address"),
    ({"to": ["a@b.example"] * 51}, "at most 50 people"),
    ({"sender": ""}, "'' is no e-mail address; --from"),
    ({"tls": "ssl3"}, "'ssl3' is no way to encrypt; there are tls, starttls, none."),
    ({"port": 0}, "--port is a number from 1 to 65535, not 0."),
    ({"user": "x@y.example"}, "needs --password-env"),
    ({"user": "x@y.example", "password_env": "MAIL_PASSWORD"}, "A password is never sent over a line"),
    ({"tls": "tls", "user": "x@y.example", "password_env": "UNSET"}, "UNSET is not set in the environment"),
    ({"password": "secret"}, "does not take password"),
]


@pytest.mark.parametrize(("more", "sentence"), BAD)
def test_what_cannot_be_used_is_refused_in_a_sentence(server, more, sentence):
    with pytest.raises(BadChannel) as caught:
        EMAIL.check(options(server, **more))
    assert sentence in str(caught.value)
