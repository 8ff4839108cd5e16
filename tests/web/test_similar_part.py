"""The page of a signal shows how similar ones before it ended."""

import re

import pytest

from heliograph.signals.models import Signal
from heliograph.signals.similar import similar_signals

pytestmark = pytest.mark.django_db


def section(client, row):
    page = client.get(f"/signals/{row.pk}/").content.decode()
    return page[page.index('id="similar-title"') : page.index("</section>", page.index('id="similar-title"'))]


def test_the_nearest_stand_first_with_their_ends(world, client):
    row = Signal.objects.filter(state="published").order_by("bar_time").last()
    found = similar_signals(row)

    shown = section(client, row)

    assert re.findall(r'data-signal="(\d+)"', shown) == [str(item.id) for item in found.items[:8]]
    assert f"{found.nearest.mean_r.value:+.2f}".replace("-", "−") in shown
    assert "nearest by confidence, distance to the stop" in shown


def test_of_few_no_average_is_shown(world, client):
    row = next(
        row
        for row in Signal.objects.filter(state="published").order_by("bar_time")
        if 2 < similar_signals(row).nearest.n < 10
    )

    assert "10 needed" in section(client, row)


def test_the_first_says_that_it_is_the_first(world, client):
    row = Signal.objects.filter(state="published").order_by("bar_time").first()

    assert "It was the first of its kind." in section(client, row)
