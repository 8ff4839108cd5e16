"""Each has a watch-list of their own."""

import re

import pytest

pytestmark = pytest.mark.django_db


def listed(client, address="/instruments/?list=watched"):
    return re.findall(r'href="/instruments/(\d+)/\?timeframe=1h"', client.get(address).content.decode())


def test_what_is_watched_stands_on_ones_own_list_alone(world, client, as_role):
    first, second, _ = world.instruments

    assert client.post(f"/instruments/{first.pk}/watchlist")["Location"] == f"/instruments/{first.pk}/"
    client.post(f"/instruments/{second.pk}/watchlist")
    client.post(f"/instruments/{second.pk}/watchlist")

    assert listed(client) == [str(first.pk), str(second.pk)]
    assert len(listed(client, "/instruments/")) == 3
    other = as_role("viewer").get("/instruments/?list=watched").content.decode()
    assert "Your watch-list is empty." in other

    client.post(f"/instruments/{first.pk}/watchlist", {"act": "off"})
    assert listed(client) == [str(second.pk)]
    assert "Add to watch-list" in client.get(f"/instruments/{first.pk}/").content.decode()
    assert "Take off watch-list" in client.get(f"/instruments/{second.pk}/").content.decode()


def test_finding_looks_on_the_list_that_is_open(world, client):
    client.post(f"/instruments/{world.instruments[0].pk}/watchlist")

    assert len(listed(client, "/instruments/?list=watched&find=USDT")) == 1
    assert len(listed(client, "/instruments/?find=USDT")) == 3
    assert client.post("/instruments/999999/watchlist").status_code == 404
