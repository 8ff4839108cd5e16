"""A receiver, and channels that lead to it."""

from datetime import timedelta

import pytest

from benchmarks.drills.parts.receiver import receiving
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.raise_notice import Told, raise_notices

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def secret(monkeypatch):
    """The secret of Standard Webhooks' own example, in the environment."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    return SECRET


@pytest.fixture
def receiver(secret):
    with receiving() as one:
        yield one


@pytest.fixture
def hook(receiver):
    """Adds a webhook channel to the receiver."""

    def add(name="hook", path="/hook", topics=(), **more):
        options = receiver.options(path, **more)
        return add_channel(name, kind="webhook", options=options, topics=topics, at=EARLIER)

    return add


EARLIER = utc_now() - timedelta(hours=1)


@pytest.fixture
def tell():
    """Raises notices, one for each subject."""

    def raise_them(*subjects, topic="signal.published", at=None):
        told = [Told(topic, str(subject), {"close": 1.5}) for subject in subjects]
        return raise_notices(told, at=at or utc_now())

    return raise_them
