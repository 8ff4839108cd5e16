"""The sums that are kept are what adding up the rows gives, whatever was written in whatever order."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heliograph.errors import UserError
from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked, Span, whole_months
from heliograph.reports.find_regimes import find_regimes
from heliograph.reports.groupings import By
from heliograph.reports.sums import MOST_ADDED, Sums, days_by, fold, fold_if_many, recount, sums_by
from heliograph.signals.errors import NoSuchStrategy
from heliograph.signals.models import Outcome, OutcomeRevision, Strategy
from tests.reports.ledger import KEYS, added_up, end, fill, make_ledger, say_regime, table
from tests.signals.world import NOW
from tests.web.world import make_world

pytestmark = pytest.mark.django_db


def same(sums, rows):
    """Numbers are equal, amounts but for rounding."""
    told, wanted = asdict(sums), added_up(rows)
    numbers = [name for name, value in told.items() if not isinstance(value, float)]
    assert {name: told.pop(name) for name in numbers} == {name: wanted.pop(name) for name in numbers}
    assert told == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def check(rows, asked=None):
    """Each grouping says what the rows say."""
    for by in By:
        groups = dict(list(rows.groupby(KEYS[by]))) if len(rows) else {}
        found = sums_by(asked or Asked(), by)
        assert set(found) == set(groups), by
        for key, sums in found.items():
            same(sums, groups[key])


def left():
    """How many settled signals are not added yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_unsummed")
        return cursor.fetchone()[0]


numbers = st.none() | st.integers(-400, 600).map(lambda x: x / 100)
publishing = st.tuples(
    st.just("publish"),
    st.integers(0, 11),
    st.integers(0, 2_000),
    st.none() | st.integers(-1, 11).map(lambda x: x / 10),
)
settling = st.tuples(st.just("settle"), numbers, numbers, st.integers(0, 2_000))
placing = st.tuples(st.just("say_regime"), st.integers(0, 4), st.integers(0, 6), st.integers(1, 4))
others = st.sampled_from(
    [
        ("fold", 1),
        ("fold", 100),
        ("recount",),
        ("miss",),
        ("revise",),
        ("amend",),
        ("find_regimes",),
        ("delete",),
    ]
)


class Undone(Exception):
    """Takes back what an example wrote."""


class History:
    """What is published, settles, is revised, placed and added, as told."""

    def __init__(self, ledger):
        self.ledger, self.pending, self.settled = ledger, [], []

    def publish(self, place, hours, said):
        number = len(self.pending) + len(self.settled) + Outcome.objects.count()
        self.pending.append(self.ledger.publish(number, place=place, hours=hours, confidence=said))

    def settle(self, r, pct, hours):
        ended, self.pending = self.pending[:2], self.pending[2:]
        end(ended, r=r, pct=pct, after_hours=hours, mfe_r=r, mae_r=pct, bars_held=hours or None)
        self.settled += ended

    def miss(self):
        if self.pending:
            Outcome.objects.filter(pk=self.pending.pop().pk).update(state="missed", settled_at=NOW)

    def amend(self):
        Outcome.objects.filter(pk__in=[one.pk for one in self.pending]).update(amended_from=NOW)

    def revise(self):
        for one in self.settled[:1]:
            OutcomeRevision.objects.create(signal=one.signal, state="settled", r=9, cause="", found_at=NOW)

    def delete(self):
        for one in self.settled[:1]:
            with pytest.raises(IntegrityError, match="is refused"), transaction.atomic():
                Outcome.objects.get(pk=one.pk).delete()

    def say_regime(self, regime, first, count):
        say_regime(regime, first=first, count=count)

    def find_regimes(self):
        find_regimes(most=3, pieces=1)

    def fold(self, most):
        fold(most=most)

    def recount(self):
        recount()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(publishing | settling | placing | others, max_size=25))
def test_sums_are_those_of_the_rows_after_any_history(steps):
    try:
        with transaction.atomic():
            history = History(make_ledger())
            for act, *told in steps:
                getattr(history, act)(*told)
            rows = table()
            check(rows)
            fold()
            assert left() == 0
            check(rows)
            recount()
            check(rows)
            find_regimes()
            check(table())
            raise Undone
    except Undone:
        pass


def test_sums_of_what_the_pipeline_wrote_are_those_of_the_rows():
    world = make_world()
    for bar in range(300, 330):
        world.play(bar, bar + 1)
        if bar % 10 == 0:
            fold()
        if bar % 15 == 0:
            find_regimes(most=20, pieces=1)

    rows = table()
    assert len(rows) > 20
    assert 0 < left() < len(rows)
    check(rows)


def test_days_are_those_of_the_rows():
    fill(make_ledger(), 150)
    rows = table()

    found = days_by(Asked(), By.STRATEGY)

    days = rows.groupby(["day", "strategy_id"])
    assert len(found) == len(days)
    for one in found:
        of_day = days.get_group((one.day, one.group))
        assert (one.number, one.with_r, one.with_pct) == (
            len(of_day),
            of_day.r.notna().sum(),
            of_day.return_pct.notna().sum(),
        )
        assert (one.r, one.pct) == pytest.approx((of_day.r.sum(), of_day.return_pct.sum()))
    assert [one.day for one in days_by(Asked(), None)] == sorted(set(rows.day))


SPANS = [
    ("2025-02-01", "2025-02-28"),
    ("2025-01-25", "2025-03-10"),
    ("2025-02-03", "2025-02-20"),
    ("2025-02-10", "2025-03-31"),
    (None, "2025-02-17"),
    ("2025-02-17", None),
]


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize(("since", "until"), SPANS)
def test_days_cut_through_months(since, until, folded):
    fill(make_ledger(), 150)
    if folded:
        fold(most=70)
    since, until = (one and date.fromisoformat(one) for one in (since, until))
    rows = table()
    inside = rows[(rows.day >= (since or date.min)) & (rows.day <= (until or date.max))]

    assert 0 < len(inside) < len(rows)
    check(inside, Asked(since=since, until=until))


def test_filters_leave_out_what_is_not_asked_for():
    ledger = make_ledger()
    fill(ledger, 150)
    rows = table()
    busy = Strategy.objects.get(name="Busy")

    check(rows[rows.strategy_id == busy.pk], Asked(strategies=("Busy",)))
    check(rows[rows.version_id == ledger.versions[1].pk], Asked(version_id=ledger.versions[1].pk))
    check(rows[rows.timeframe == "2h"], Asked(timeframe="2h"))
    check(rows[rows.side == "short"], Asked(side="short"))
    check(rows[rows.strategy_id != busy.pk], Asked(hidden=(busy.pk,)))
    with pytest.raises(NoSuchStrategy):
        sums_by(Asked(strategies=("Busy",), hidden=(busy.pk,)), By.SIDE)
    with pytest.raises(UserError):
        Asked(since=date(2025, 2, 2), until=date(2025, 2, 1))


def test_what_is_not_finite_is_unknown():
    ledger = make_ledger()
    end([ledger.publish(1)], r=float("nan"), pct=float("inf"), after_hours=5)
    end([ledger.publish(2)], r=1.0, pct=2.0, after_hours=5)

    found = sums_by(Asked(), By.SIDE)["long"]

    assert (found.number, found.with_r, found.r, found.with_pct, found.pct) == (2, 1, 1.0, 1, 2.0)


def test_groups_add_up_to_all():
    fill(make_ledger(), 60)

    for by in By:
        same(sum(sums_by(Asked(), by).values(), Sums()), table())


def test_a_span_is_cut_into_whole_months_and_what_lies_beside_them():
    whole, beside = whole_months(Span(date(2025, 1, 15), date(2025, 4, 3)))

    assert whole == Span(date(2025, 2, 1), date(2025, 4, 1))
    assert beside == [
        Span(date(2025, 1, 15), date(2025, 2, 1)),
        Span(date(2025, 4, 1), date(2025, 4, 3)),
    ]


def test_a_day_is_one_of_utc_whatever_zone_the_session_has():
    ledger = make_ledger()
    end([ledger.publish(1)], r=1.0, pct=1.0, after_hours=6)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
        fold()

    assert [one.day for one in days_by(Asked(), None)] == [datetime(2025, 1, 20, 23, tzinfo=UTC).date()]
    found = sums_by(Asked(since=date(2025, 1, 20), until=date(2025, 1, 20)), By.HOUR)
    assert list(found) == [17]
    assert sums_by(Asked(since=date(2025, 1, 20) + timedelta(days=1)), By.HOUR) == {}


LONGER = ("signal_newest", "signal_of_version", "signal_of_instrument", "signal_by_history")


def test_no_table_is_read_whole_though_statistics_call_the_tables_empty():
    fill(make_ledger(), 60)
    scans = (
        "SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables WHERE relname ~ '^signals_(signal|outcome)$'"
    )
    longer = "SELECT sum(pg_stat_get_xact_numscans(name::regclass)) FROM unnest(%s::text[]) name"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0, relpages = 3 WHERE relname ~ '^signals?_'")
        cursor.execute(scans)
        before = cursor.fetchone()
        cursor.execute(longer, [[*LONGER]])
        before += cursor.fetchone()

        fold()

        cursor.execute(scans)
        after = cursor.fetchone()
        cursor.execute(longer, [[*LONGER]])
        after += cursor.fetchone()
    # Once for all of them, at most.
    assert after[0] == before[0]
    assert after[1] <= before[1] + 1


@pytest.mark.django_db(transaction=True)
def test_where_all_rows_are_gone_nothing_is_summed():
    make_world()
    fold()
    assert sums_by(Asked(), By.SIDE) != {}

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE signals_signal CASCADE")

    assert sums_by(Asked(), By.SIDE) == {}
    assert left() == 0


def test_many_that_wait_are_added_before_an_answer():
    fill(make_ledger(), 30)
    rows = table()

    assert fold_if_many(few=31) == 0
    assert fold_if_many(few=1, most=29) == 0
    assert fold_if_many(few=30) == 30
    assert fold_if_many(few=1) == 0
    found = sums_by(Asked(), By.SIDE)

    assert sum(one.number for one in found.values()) == len(rows)


def test_of_very_many_that_wait_the_answer_says_how_many_it_leaves_out():
    fill(make_ledger(), 5)
    fold()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_unsummed "
            "SELECT (SELECT max(signal_id) FROM signals_outcome) FROM generate_series(1, %s)",
            [MOST_ADDED + 1],
        )

    found = analytics(Asked())

    assert (found.total.signals, found.not_yet, left()) == (5, MOST_ADDED + 1, MOST_ADDED + 1)
