"""The find box, and the panel beside the list of signals."""

import pytest

from heliograph.signals.models import Signal


def body(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_what_holds_the_text_is_listed_by_kind(client, world):
    page = body(client, "/find/?q=s")

    assert [page.count(f"<h2>{kind}</h2>") for kind in ("Instruments", "Strategies", "Pages", "Signals")] == [
        1,
        1,
        1,
        0,
    ]
    assert all(name in page for name in ("BTC/USDT", "ETH/USDT", "Busy", "Replays"))


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("btc", "/instruments/{instrument}/"),
        ("bus", "/strategies/Busy/"),
        ("why", "/why-not/"),
        ("{signal}", "/signals/{signal}/"),
    ],
)
def test_one_thing_alone_is_gone_to(client, world, asked, address):
    signal = Signal.objects.latest("pk").pk
    names = {"signal": signal, "instrument": world.instruments[0].pk}

    answer = client.get("/find/", {"q": asked.format(**names)})

    assert (answer.status_code, answer["Location"]) == (302, address.format(**names))


@pytest.mark.parametrize("asked", ["NOPE", "%", "\\", "999999999999999999", "q\x00q", "<script>"])
def test_what_is_not_there_has_a_way_on(client, world, asked):
    page = client.get("/find/", {"q": asked}).content.decode()

    assert "Show all instruments" in page
    assert "<script>”" not in page


@pytest.mark.django_db
def test_asking_for_nothing_says_what_can_be_asked(client):
    assert "Nothing is asked for yet." in body(client, "/find/?q=+")


def test_the_panel_explains_the_signal_that_the_address_names(client, world):
    signal = Signal.objects.filter(reason="min_confidence").latest("pk")

    page = body(client, f"/signals/?state=rejected&open={signal.pk}")

    assert page.count("panel-title") == 1
    assert 'href="?state=rejected" data-close-panel' in page
    assert "Why not" in page.split('id="panel"')[1]
    alone = body(client, f"/signals/{signal.pk}/panel").strip()
    assert alone.replace('href="?"', 'href="?state=rejected"') in page


def test_without_a_choice_the_panel_is_empty(client, world):
    assert 'tabindex="-1"></aside>' in body(client, "/signals/")


def test_a_panel_of_nothing_is_not_there(client, world):
    assert client.get("/signals/999999/panel").status_code == 404
    assert client.get("/signals/?open=999999").status_code == 404
