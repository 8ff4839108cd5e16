"""The commands of sources."""

import json
from datetime import timedelta

import pytest

from heliograph.inbound.accept import accept
from heliograph.inbound.errors import NotLetIn
from heliograph.inbound.models import Source
from heliograph.kit.clock import utc_now
from tests.cli.conftest import heliograph, refused
from tests.inbound.test_api import HOUR
from tests.signals.world import feed_one, make_venue, walk

__all__ = ["heliograph"]

pytestmark = pytest.mark.django_db(transaction=True)


def read(answer):
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def test_a_source_is_added_listed_and_removed_and_its_secret_is_shown_once(heliograph):
    answer = heliograph("inbound", "add", "tv", "--timeframe", "4h", "--expires", "12", "--only-tradingview")
    assert answer.out.startswith(
        "tv is stored: its signals are those of tv v1.\naddress  https://YOUR-HOST/api/v1/"
    )
    secret = answer.out.split()[-1]
    assert f'{{"secret": "{secret}", "symbol": "{{{{exchange}}}}:{{{{ticker}}}}"' in answer.err
    (item,) = read(heliograph("inbound", "list", "--json"))
    assert (item["name"], item["timeframe"], item["stage"], len(item["addresses"])) == (
        "tv",
        "4h",
        "shadow",
        4,
    )
    assert secret not in heliograph("inbound", "list").out
    version = Source.objects.get().version
    assert ("expires = 12" in version.text, version.external) == (True, True)
    assert heliograph("inbound", "remove", "tv").out.startswith("tv is removed; tv v1 is retired")
    assert "No sources yet" in heliograph("inbound", "list").err


def test_a_secret_is_replaced_in_two_steps(heliograph):
    former = read(heliograph("inbound", "add", "tv", "--json"))["secret"]
    newest = read(heliograph("inbound", "secret", "tv", "--renew", "--json"))["secret"]
    for secret in (former, newest):
        assert accept("tv", f"buy NOWHERE id={secret[:5]}".encode(), secret=secret, at=utc_now()).alert.pk
    assert heliograph("inbound", "secret", "tv", "--end-old").out == (
        "tv takes only alerts with its newest secret.\n"
    )
    with pytest.raises(NotLetIn):
        accept("tv", b"buy NOWHERE", secret=former, at=utc_now())
    assert newest not in heliograph("inbound", "list").out


def test_alerts_are_listed_and_settle_follows_them(heliograph):
    batch, (instrument,) = make_venue()
    start = int(utc_now().timestamp() * 1000) // HOUR * HOUR - 5 * HOUR
    feed_one(batch, instrument, walk(7, 5, start=start), at=utc_now())
    told = read(heliograph("inbound", "add", "tv", "--live", "--json"))
    for body in (b"buy BTCUSDT", b"buy ETHUSDT"):
        accept("tv", body, secret=told["secret"], at=utc_now())
    states = {item["symbol"]: item["state"] for item in read(heliograph("inbound", "alerts", "tv", "--json"))}
    assert states == {"BTC/USDT": "waiting", "": "refused"}
    assert "There are no 1h candles of ETHUSDT" in heliograph("inbound", "alerts", "--refused").out
    # A full hour may have struck since.
    feed_one(batch, instrument, walk(7, 7, start=start), at=utc_now() + timedelta(hours=2))
    assert heliograph("settle").out.startswith("Alerts from outside: 1 published, 0 rejected")
    assert "alerts" in read(heliograph("settle", "--json"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "A b"], "'A b': a name has up to 64 small letters"),
        (["add", "tv", "--timeframe", "7m"], "There is no timeframe '7m'"),
        (["add", "tv", "--venue", "mars"], "There is no venue 'mars'"),
        (["add", "tv", "--allow-from", "all"], "'all' is no address or network"),
        (["remove", "tv"], "There is no source 'tv'; add one with"),
        (["secret", "tv", "--renew"], "There is no source 'tv'; add one with"),
        (["secret", "tv"], "Say either --renew or --end-old"),
        (["alerts", "tv"], "There is no source 'tv'; add one with"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(heliograph, words, sentence):
    assert sentence in refused(heliograph("inbound", *words))
