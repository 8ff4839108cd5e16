"""Two versions side by side, and rollouts that end by themselves."""

import numpy as np
import pytest

from heliograph.engine.performance.estimates import Estimate
from heliograph.fleet.models import Work
from heliograph.market.wire import to_datetime
from heliograph.signals.compare import compare
from heliograph.signals.generate import generate
from heliograph.signals.models import Outcome, Progress, Signal, StrategyVersion
from heliograph.signals.rollout_gates import Measured, broken, check_rollouts
from heliograph.signals.rollouts import Limits
from heliograph.signals.strategies import add_strategy, promote
from tests.signals.world import BUSY, HOUR, NOW, START, feed, make_venue, walk

SECOND = BUSY.replace("cooldown = 3", "cooldown = 0")


def after(hours):
    return to_datetime(START + hours * HOUR)


@pytest.fixture
def both(db):
    """Two versions; the second begins later and only it looks at the third instrument."""
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT", "C/BTC"))
    feed(batch, instruments, walk(71, 600, instruments=3), at=NOW)
    first = add_strategy(text=BUSY + '[universe]\ninclude = ["*/USDT"]\n', at=NOW)
    second = add_strategy(text=SECOND, origin=after(100), at=NOW)
    generate(at=NOW)
    return first, second


def test_versions_are_compared_over_common_bars_and_instruments(both):
    first, second = both

    found = compare(first, second)

    keys, settled = {}, {}
    for version in both:
        rows = Signal.objects.filter(
            version=version, instrument__symbol__endswith="USDT", bar_time__gte=after(100), state="published"
        )
        keys[version.number] = set(rows.values_list("instrument", "bar_time", "side"))
        settled[version.number] = rows.filter(outcome__state="settled").values_list("outcome__r", flat=True)
    assert (found.instruments, found.first_bar, found.last_bar) == (2, after(100), after(599))
    assert found.in_common == len(keys[1] & keys[2]) > 5
    assert [one.only_here for one in found.versions] == [len(keys[1] - keys[2]), len(keys[2] - keys[1])]
    assert found.versions[1].only_here > 0
    assert [one.settled for one in found.versions] == [len(settled[1]), len(settled[2])]
    for one, values in zip(found.versions, settled.values(), strict=True):
        assert (one.mean_r.n, one.mean_r.value) == (len(values), pytest.approx(np.mean(values)))
        assert one.mean_r.low < one.mean_r.value < one.mean_r.high
    assert found.to_dict()["first_bar"] == "2024-01-05T04:00:00Z"


QUIET = Measured(Estimate(100, -0.2, -0.5, 0.1), 40, 60, 0.02, 200, 0.02, 0)


@pytest.mark.parametrize(
    ("found", "limits", "reason"),
    [
        (QUIET, Limits(), ""),
        (
            Measured(Estimate(40, -0.5, -0.8, -0.2), 40, 60, 0.02, 200, 0.02, 0),
            Limits(),
            "its mean R is 0.50 below that of the former version (95 %: -0.80 to -0.20, n 40), 0 is allowed",
        ),
        (Measured(Estimate(29, -0.5, -0.8, -0.2), 40, 60, 0.02, 200, 0.02, 0), Limits(), ""),
        (Measured(Estimate(40, -0.5, -0.8, -0.2), 40, 60, 0.02, 200, 0.02, 0), Limits(max_drop_r=0.3), ""),
        (
            Measured(Estimate(0, None, None, None), 2, 98, None, 0, None, 0),
            Limits(),
            "98.0 % of 100 candidates were rejected, 95 % are allowed",
        ),
        (
            Measured(Estimate(0, None, None, None), 60, 0, 0.12, 200, 0.02, 0),
            Limits(),
            "it gives 6.0 times the signals for each bar that it gave before (n 60 and 200), 5 times are"
            " allowed",
        ),
        (Measured(Estimate(0, None, None, None), 19, 0, 0.12, 200, 0.02, 0), Limits(), ""),
        (
            Measured(Estimate(0, None, None, None), 0, 0, None, 0, None, 3),
            Limits(),
            "a shard failed 3 times in a row, 2 are allowed",
        ),
        (Measured(Estimate(0, None, None, None), 0, 0, None, 0, None, 3), Limits(max_failures=None), ""),
    ],
)
def test_gates_of_a_rollout_are_judged_with_numbers(found, limits, reason):
    assert broken(found, limits) == reason


def roll_out(limits):
    """A loud version in a rollout over 300 bars."""
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT", "C/USDT"))
    bars = walk(72, 500, instruments=3)
    feed(batch, instruments, bars.slice(0, 200), at=after(200))
    add_strategy(text=BUSY, stage="live", at=after(200))
    second = add_strategy(text=SECOND, at=after(200))
    generate(at=after(200))
    promote(second, share=30, limits=limits, at=after(201))
    for hour in range(200, 500, 50):
        feed(batch, instruments, bars.slice(hour, hour + 50), at=after(hour + 50))
        generate(at=after(hour + 50))
    return second


@pytest.mark.django_db
def test_a_version_that_breaks_its_gates_is_rolled_back_by_itself():
    second = roll_out(Limits(min_candidates=10, max_rejected_pct=1.0))

    back = check_rollouts(at=after(500))

    assert [(one.candidate, one.state, one.checked_at) for one in back] == [
        (second, "rolled_back", after(500))
    ]
    assert back[0].reason.endswith("candidates were rejected, 1 % are allowed")
    assert back[0].measured["rejected"] > 0
    stages = StrategyVersion.objects.order_by("number").values_list("stage", "share_from", "share_to")
    assert list(stages) == [("live", 0, 100), ("retired", 0, 100)]
    assert check_rollouts(at=after(501)) == []


@pytest.mark.django_db
def test_a_version_that_keeps_its_gates_goes_on_and_is_measured():
    second = roll_out(None)

    assert check_rollouts(at=after(500)) == []

    rollout = second.rollouts.get()
    settled = Outcome.objects.filter(
        signal__version=second, signal__historical=False, state="settled", r__isnull=False
    ).count()
    assert (rollout.state, rollout.checked_at) == ("running", after(500))
    assert 0 < rollout.measured["mean_r_difference"]["n"] <= settled
    assert rollout.measured["rate"] > 0


@pytest.mark.django_db
def test_a_shard_that_fails_again_and_again_ends_a_rollout():
    second = roll_out(None)
    shard = Progress.objects.get(version=second).pk
    Work.objects.create(kind="generate", key=f"shard:{shard}", state="parked", tries=3, started_at=NOW)

    back = check_rollouts(at=after(500))

    assert [one.reason for one in back] == ["a shard failed 3 times in a row, 2 are allowed"]
