"""The same day gives the same, however many workers there are and however their work is placed."""

import pytest

from benchmarks.drills.parts.databases import differences
from benchmarks.drills.parts.forks import forking
from benchmarks.drills.parts.pipeline import Pipeline, ground, seen
from benchmarks.drills.parts.receiver import receiving
from heliograph.fleet.placement.strategies import STRATEGIES
from tests.workers.running import home_folder

# A day of five-minute bars.
BARS, STRIDE = 288, 48


@pytest.fixture(scope="module")
def replay():
    """Replays the day on a fresh database; returns what the rows say."""
    with (
        home_folder() as home,
        receiving() as receiver,
        ground(home, receiver) as place,
        forking(place) as forks,
    ):

        def run(*, workers, placement):
            url = place.fresh("drill_placement")
            names = [f"node-{number}" for number in range(workers)]
            forks.start(url, names, placement=placement)
            forks.feed(url, bars=BARS, stride=STRIDE)
            Pipeline(url).wait_until_evaluated()
            forks.end()
            return seen(url, receiver)

        yield run


def test_one_worker_and_four_under_every_strategy_of_placement_give_the_same(replay):
    alone = replay(workers=1, placement="rendezvous")
    assert len(alone["signals"]) > 500

    for placement in STRATEGIES:
        assert differences(replay(workers=4, placement=placement), alone) == [], placement
