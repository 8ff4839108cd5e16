"""`heliograph capacity` and `heliograph scaling`, on a database of their own."""

import json
from datetime import UTC, datetime

import pytest

from heliograph.fleet.models import ScalingAction
from tests.cli.conftest import refused

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CALIBRATION = {
    "step_s": 0.005,
    "instrument_s": 4e-05,
    "start_s": 3.0,
    "process_bytes": 285e6,
    "state_bytes": 656.0,
    "signals_per_bar": 0.01,
    "published_per_bar": 0.01,
    "bytes_per_row": {"candles": 126.0, "evaluations": 300.0, "signals": 400.0, "outcomes": 200.0},
    "seconds": 6.0,
    "at": "2026-11-25T12:00:00+00:00",
}


@pytest.fixture
def home(tmp_path):
    """A home in which this machine was measured before."""
    (tmp_path / "calibration.json").write_text(json.dumps(CALIBRATION))
    return tmp_path


def test_capacity_prints_workers_sizes_margin_and_assumptions(heliograph, home):
    words = ("--instruments", 10_000, "--strategies", 50, "--timeframe", "1m", "--home", home)

    told = json.loads(heliograph("capacity", *words, "--json").out)

    assert (told["workers"], told["within_seconds"]) == (5, 6.0)
    assert told["margin"] == pytest.approx(6.0 / told["age_seconds"]["p99"])
    assert told["memory_bytes"] == 5 * 285_000_000 + 500_000 * 656
    assert told["rows_per_day"]["candles"] == 14_400_000
    assert told["bytes_per_day"]["candles"] == 14_400_000 * 126
    assert told["scaled"]["turns"] <= 1
    assert "Shards hold up to 2,000 instruments: 250 steps at each close of 1m." in told["assumptions"]
    shown = heliograph("capacity", *words, "--chart")
    assert "workers" in shown.out
    assert "pieces that wait or run" in shown.out
    assert "- A step takes 5.0 ms and 40.0 us for each instrument" in shown.err


def test_a_timeframe_that_does_not_exist_is_one_sentence(heliograph, home):
    sentence = refused(heliograph("capacity", "--timeframe", "7m", "--home", home))

    assert sentence.startswith("There is no timeframe '7m'; use one of 1m, 3m, ")


def test_scaling_lists_what_was_done_and_what_would_be(heliograph, monkeypatch, tmp_path):
    monkeypatch.setenv("HELIOGRAPH_WORKERS_MIN", "2")
    monkeypatch.delenv("HELIOGRAPH_POOL", raising=False)
    ScalingAction.objects.create(
        pool="local",
        before=1,
        after=3,
        reason="Up from 1 to 3: it is busy.",
        measured={"oldest_age_s": 40.0},
        effect={"oldest_age_s": 0.5},
        at=NOON,
        effect_at=NOON,
    )

    told = json.loads(heliograph("scaling", "--json").out)

    assert (told["pool"], told["now"]["workers"], told["now"]["target"]) == ("none", 0, 2)
    assert told["actions"] == [
        {
            "at": "2026-11-25T12:00:00Z",
            "pool": "local",
            "from": 1,
            "to": 3,
            "reason": "Up from 1 to 3: it is busy.",
            "measured": {"oldest_age_s": 40.0},
            "effect": {"oldest_age_s": 0.5},
            "effect_at": "2026-11-25T12:00:00Z",
            "dry_run": False,
            "error": None,
        }
    ]
    shown = heliograph("scaling")
    assert "Up from 1 to 3: it is busy." in shown.out
    assert "40.0 s" in shown.out
    assert "Pool none: no pool: the number of workers is left as it is." in shown.err


def test_a_pool_that_does_not_exist_is_one_sentence(heliograph, monkeypatch):
    monkeypatch.setenv("HELIOGRAPH_POOL", "swarm")

    assert refused(heliograph("scaling")).startswith("HELIOGRAPH_POOL is 'swarm'; it is none, local,")
