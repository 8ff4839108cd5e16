"""Signing secrets that are made for webhooks: derived, never stored, the same where the key is."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks import Webhook

from heliograph.notices.channels.webhook.own_secret import new_mark, own_secret
from heliograph.notices.errors import BadChannel
from heliograph.notices.models import Channel
from tests.cli.conftest import heliograph, refused

__all__ = ["heliograph"]
AT = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_secret_is_that_of_hkdf(settings):
    settings.SECRET_KEY = "the key of the installation"
    salt = "00112233445566778899aabbccddeeff"

    def derive(info):
        return HKDF(SHA256(), 32, salt.encode(), info).derive(b"the key of the installation")

    mark = f"{salt}-{derive(b'heliograph webhook check')[:4].hex()}"
    assert own_secret(mark) == f"whsec_{b64encode(derive(b'heliograph webhook secret')).decode()}"


def test_another_key_is_noticed_instead_of_signing_wrongly(settings):
    mark = new_mark()
    assert own_secret(mark) == own_secret(mark) != own_secret(new_mark())
    settings.SECRET_KEY = "another key"
    with pytest.raises(BadChannel, match="made with another HELIOGRAPH_SECRET_KEY"):
        own_secret(mark)


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_the_secret_that_signs(heliograph, receiver):
    words = ("webhook", "--url", receiver.url(), "--allow-private", "127.0.0.1")
    answer = heliograph("channel", "add", "desk", *words)
    assert answer.code == 0
    secret = next(line.split()[1] for line in answer.out.splitlines() if line.startswith("secret"))
    assert secret not in json.dumps(Channel.objects.get().options)
    assert heliograph("channel", "test", "desk").code == 0
    request = receiver.requests[0]
    Webhook(secret).verify(request.body, dict(request.headers))
    assert heliograph("channel", "secret", "desk").out == f"{secret}\n"

    new, old = json.loads(heliograph("channel", "secret", "desk", "--renew", "--json").out)["secrets"]
    assert old == secret != new
    assert heliograph("channel", "secret", "desk", "--end-old").out == f"{new}\n"


@pytest.mark.django_db(transaction=True)
def test_a_mark_cannot_be_given_so_that_nobody_signs_as_another_channel(heliograph, receiver):
    from heliograph.notices.channel import add_channel

    options = {"url": receiver.url(), "allow_private": ["127.0.0.1"]}
    with pytest.raises(BadChannel, match="does not take own_secret"):
        add_channel("x", kind="webhook", options=options | {"own_secret": new_mark()}, at=AT)
    assert "has no secret that was made for it" in refused(_renewed(heliograph))


def _renewed(heliograph):
    assert heliograph("channel", "add", "log", "--kind", "log").code == 0
    return heliograph("channel", "secret", "log", "--renew")
