"""The running counts are what counting the rows gives, whatever was written and however it was folded."""

import pytest
from django.db import connection
from django.db.models import Avg, Count, Max, Q, StdDev

from heliograph.engine.performance.estimates import spread
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.scores import scoreboard
from heliograph.signals.tallies.read import counts, fold, reasons
from tests.web.world import make_world

pytestmark = pytest.mark.django_db
SETTLED = Q(outcome__state="settled")


def counted(*conditions):
    """Signals and outcomes by state, counted one by one."""
    rows = Signal.objects.filter(*conditions)
    found = dict(rows.values_list("state").annotate(Count("pk")))
    ends = dict(
        Outcome.objects.filter(signal__in=rows).values_list("state").annotate(Count("pk")),
    )
    return found | ends


@pytest.fixture
def world():
    """A history, and bars that came one after the other."""
    made = make_world()
    for bar in range(300, 330):
        made.play(bar, bar + 1)
    return made


def test_counts_are_those_of_the_rows(world):
    assert counts() == counted()
    assert counts(side="long", historical=False) == counted(Q(side="long", historical=False))
    assert counts(versions=[world.version.pk], venues=[world.batch.venue_id]) == counted()
    assert counts(versions=[]) == {}


def test_folding_changes_no_count(world):
    before, scores = counts(), scoreboard()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM signals_tally")
        rows = cursor.fetchone()[0]

    assert fold(most=rows) == 0
    left = fold(most=1)

    assert left < rows
    assert counts() == before
    assert [score.published for score in scoreboard()] == [score.published for score in scores]
    assert scoreboard()[0].mean_r.high == pytest.approx(scores[0].mean_r.high, rel=1e-12)


def test_counting_anew_gives_the_same(world):
    before, why = counts(), reasons(world.version.pk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT tally_anew()")

    assert counts() == before
    assert reasons(world.version.pk) == why


def test_what_is_said_of_a_version_is_what_the_database_aggregates(world):
    told = Signal.objects.filter(version=world.version).aggregate(
        n=Count("pk", filter=SETTLED),
        hits=Count("pk", filter=SETTLED & Q(outcome__return_pct__gt=0)),
        with_r=Count("outcome__r", filter=SETTLED),
        r=Avg("outcome__r", filter=SETTLED),
        deviation=StdDev("outcome__r", sample=True, filter=SETTLED),
        pct=Avg("outcome__return_pct", filter=SETTLED),
        newest=Max("bar_time", filter=Q(state="published")),
    )
    score = scoreboard()[0]

    assert (score.settled, score.mean_r.n, score.newest_signal) == (
        told["n"],
        told["with_r"],
        told["newest"],
    )
    assert score.hit_rate.value == told["hits"] / told["n"]
    assert score.mean_r.value == pytest.approx(told["r"], rel=1e-9)
    assert score.mean_return_pct.value == pytest.approx(told["pct"], rel=1e-9)
    half = (score.mean_r.high - score.mean_r.low) / 2
    assert half == pytest.approx(2 * told["deviation"] / told["with_r"] ** 0.5, rel=0.05)


def test_ends_from_outside_a_step_are_counted(world):
    before = counts()
    running = Outcome.objects.filter(state__in=Outcome.RUNNING)
    number = running.count()

    running.update(state="unresolved")

    assert number > 0
    assert counts()["unresolved"] == before.get("unresolved", 0) + number
    assert counts().get("open", 0) == 0


LONGER = ("signal_newest", "signal_of_version", "signal_of_instrument", "signal_by_history")


def test_no_index_is_read_whole_for_each_row_though_statistics_call_the_table_empty(world):
    read = "SELECT sum(pg_stat_get_xact_numscans(name::regclass)) FROM unnest(%s::text[]) name"
    ends = [
        Outcome(signal=one, state="pending", instrument_id=one.instrument_id, bar_time=one.bar_time)
        for one in Signal.objects.filter(state="rejected")
    ]
    assert len(ends) > 10
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0, relpages = 3 WHERE relname ~ '^signals?_signal'")
        cursor.execute("UPDATE pg_class SET reltuples = 0, relpages = 3 WHERE relname = ANY(%s)", [[*LONGER]])
        cursor.execute(read, [[*LONGER]])
        before = cursor.fetchone()[0]

        # They are counted and told to the stream: two readers.
        Outcome.objects.bulk_create(ends)

        cursor.execute(read, [[*LONGER]])
        assert cursor.fetchone()[0] <= before + 2


@pytest.mark.django_db(transaction=True)
def test_where_all_rows_are_gone_nothing_is_counted():
    make_world()
    assert counts() != {}

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE signals_signal CASCADE")

    assert counts() == {}


def test_a_deviation_comes_from_sums():
    # 2, 4, 4, 4, 5, 5, 7, 9: the deviation of the sample is the square root of 32 / 7.
    assert spread(8, 40, 232) == pytest.approx((32 / 7) ** 0.5)
    assert spread(1, 5, 25) is None
