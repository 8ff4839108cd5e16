"""A signal as a picture, on its page and with the message that tells of it."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from heliograph.notices.message import Message
from heliograph.signals.models import Signal
from heliograph.web.signal_picture import picture_of_message
from tests.signals.world import NOW

pytestmark = pytest.mark.django_db
GOOD, BAD, SURFACE = (10, 111, 94), (180, 47, 29), (255, 255, 255)


def settled():
    return Signal.objects.filter(outcome__state="settled", outcome__exit_reason="stop").first()


def pixels(png):
    return (imread(io.BytesIO(png), format="png")[:, :, :3] * 255).round().astype(int)


def share_of(picture, colour):
    return np.mean(np.all(picture == colour, axis=2))


def test_the_picture_shows_stop_and_targets_in_their_colours(world, client):
    answer = client.get(f"/signals/{settled().pk}/chart.png")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    picture = pixels(answer.content)
    assert picture.shape == (600, 960, 3)
    assert share_of(picture, GOOD) > 0.001
    assert share_of(picture, BAD) > 0.001
    assert share_of(picture, SURFACE) > 0.5


def test_there_is_a_dark_one(world, client):
    picture = pixels(client.get(f"/signals/{settled().pk}/chart.png?theme=dark").content)

    assert share_of(picture, SURFACE) == 0
    assert share_of(picture, (19, 22, 27)) > 0.5


def test_what_is_not_there_is_not_drawn(world, client):
    assert client.get("/signals/999999/chart.png").status_code == 404
    assert client.get(f"/signals/{settled().pk}/chart.png?theme=loud").status_code == 404


def test_a_message_of_a_signal_has_its_picture_and_others_have_none(world):
    row = settled()
    told = {
        "strategy": "Busy",
        "version": 1,
        "venue": "replay-made-up",
        "symbol": row.instrument.symbol,
        "bar_time": row.bar_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "side": row.side,
    }

    assert pixels(picture_of_message(Message("signal.settled", "signal", told, NOW))).shape == (600, 960, 3)
    assert picture_of_message(Message("signal.settled", "signal", told | {"symbol": "NO/NE"}, NOW)) is None
    assert picture_of_message(Message("work.parked", "shard:1", {"error": "it raised"}, NOW)) is None
