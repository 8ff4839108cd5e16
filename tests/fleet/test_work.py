"""Two workers never do the same piece at once, and poison is parked after three tries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from heliograph.fleet.models import Work
from heliograph.fleet.vouch import HERE, Voucher
from heliograph.fleet.work import (
    MOST_INTERRUPTIONS,
    NoSuchWork,
    begin,
    drop,
    fail,
    fit,
    give_back,
    note_vanished,
    parole,
    retry,
    succeed,
    work_list,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = "shard:1", "shard:2"
pytestmark = pytest.mark.django_db(transaction=True)


def take(*keys, at=NOW, kind="generate"):
    return begin(kind, keys, node="here", at=at)


def break_down(key, *, at=NOW, kind="generate"):
    fail(kind, key, error="ValueError: no", traceback="Traceback ...", at=at)


def rows():
    return [(row.key, row.state, row.tries, row.interruptions) for row in Work.objects.order_by("key")]


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def run_by_another(key, *, node_lives, process_lives=False, kind="generate"):
    """A row of a process of another node, and the locks of what lives of it."""
    main, process = Voucher(77, 0), Voucher(77, 5)
    for voucher, lives in ((main, node_lives), (process, process_lives)):
        if lives:
            voucher.hold()
    Work.objects.update_or_create(
        kind=kind,
        key=key,
        defaults={
            "state": "running",
            "node": "there",
            "holder": process.number,
            "started_at": NOW,
            "taken_at": Now(),
        },
    )
    return main, process


def let_go(vouchers):
    for voucher in vouchers:
        voucher.let_go()


def end_sessions():
    """As in a crash restart of the database: all locks of living processes are gone."""
    with connection.cursor() as rows_:
        rows_.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )


def test_work_that_runs_is_not_taken_twice_and_leaves_no_row_when_it_is_done():
    assert take(A, B) == [A, B]
    assert take(A, B) == []

    succeed("generate", [A])

    assert take(A, B) == [A]
    assert rows() == [(A, "running", 0, 0), (B, "running", 0, 0)]


def test_work_that_fails_three_times_in_a_row_is_parked_with_its_traceback():
    for seconds in (0, 2, 12):
        assert take(A, at=later(seconds)) == [A]
        break_down(A, at=later(seconds))

    assert rows() == [(A, "parked", 3, 0)]
    assert take(A, at=later(1000)) == []
    (parked,) = work_list(states=["parked"])
    assert (parked.error, parked.traceback) == ("ValueError: no", "Traceback ...")


def test_it_rests_after_a_failure_and_then_runs_alone():
    take(A)
    break_down(A)

    assert take(A, at=later(1)) == []
    assert take(A, B, at=later(2)) == [B]
    assert fit("generate", [A, "shard:3"], at=later(2)).alone == [A]
    assert take(A, at=later(2)) == [A]


def test_a_success_forgets_the_failures():
    take(A)
    break_down(A)
    take(A, at=later(2))
    succeed("generate", [A])
    take(A, at=later(3))
    break_down(A, at=later(3))

    assert rows() == [(A, "failed", 1, 0)]


def test_a_process_that_died_alone_is_a_try_of_its_work():
    vouchers = run_by_another(A, node_lives=True)
    try:
        assert note_vanished(at=NOW) == [("generate", A, "failed")]
    finally:
        let_go(vouchers)

    assert rows() == [(A, "failed", 1, 0)]
    assert take(A, at=later(1)) == []
    assert take(A, at=later(2)) == [A]


def test_a_node_that_went_down_as_a_whole_is_no_try_and_its_work_goes_on_at_once():
    run_by_another(A, node_lives=False)

    assert take(A, B) == [A, B]
    assert rows() == [(A, "running", 0, 1), (B, "running", 0, 0)]


def test_work_that_takes_whole_nodes_down_again_and_again_is_parked_in_the_end():
    for _ in range(MOST_INTERRUPTIONS):
        assert rows() == [] or rows()[0][1] == "failed"
        run_by_another(A, node_lives=False)
        note_vanished(at=NOW)

    assert rows() == [(A, "parked", 0, MOST_INTERRUPTIONS)]


def test_work_that_was_parked_because_its_process_died_is_tried_again_after_ever_longer_rests():
    now = NOW
    for _ in range(3):
        vouchers = run_by_another(A, node_lives=True)
        note_vanished(at=now)
        let_go(vouchers)
        now += timedelta(seconds=10)
    now -= timedelta(seconds=10)
    assert rows() == [(A, "parked", 3, 0)]

    assert (parole(at=now + timedelta(seconds=59)), parole(at=now + timedelta(seconds=60))) == (0, 1)
    now += timedelta(seconds=60)
    vouchers = run_by_another(A, node_lives=True)
    note_vanished(at=now)
    let_go(vouchers)

    assert rows() == [(A, "parked", 4, 0)]
    assert (parole(at=now + timedelta(seconds=119)), parole(at=now + timedelta(seconds=120))) == (0, 1)


def test_work_that_was_parked_for_what_it_raised_waits_for_a_person():
    for number in range(3):
        take(A, at=later(100 * number))
        break_down(A, at=later(100 * number))

    assert rows() == [(A, "parked", 3, 0)]
    assert parole(at=later(1_000_000)) == 0


def test_a_process_that_lives_keeps_its_work():
    vouchers = run_by_another(A, node_lives=True, process_lives=True)
    try:
        assert note_vanished(at=NOW) == []
        assert take(A) == []
        Work.objects.update(taken_at=Now() - timedelta(seconds=151))
        assert note_vanished(at=NOW) == [("generate", A, "failed")]
    finally:
        let_go(vouchers)


def test_a_clock_that_is_ahead_takes_nobodys_work_away():
    vouchers = run_by_another(A, node_lives=True, process_lives=True)
    try:
        assert note_vanished(at=later(3_600)) == []
    finally:
        let_go(vouchers)


def test_a_database_that_ended_all_sessions_is_no_try():
    main, process = run_by_another(A, node_lives=True, process_lives=True)
    end_sessions()
    main.hold()
    try:
        assert note_vanished(at=NOW) == [("generate", A, "failed")]
    finally:
        let_go([main, process])

    assert rows() == [(A, "failed", 0, 1)]


def test_who_lost_its_work_cannot_tell_of_it():
    take(A)
    Work.objects.update(holder=1)

    succeed("generate", [A])
    break_down(A)
    give_back("generate", [A], at=NOW)

    assert rows() == [(A, "running", 0, 0)]


def test_what_goes_wrong_outside_is_no_try():
    take(A, B)
    give_back("generate", [A, B], at=NOW)

    assert rows() == [(A, "failed", 0, 0), (B, "failed", 0, 0)]
    assert take(A, B) == [A, B]


def test_standing_work_is_never_parked():
    at = NOW
    for _ in range(5):
        assert take("all", at=at, kind="poll_due") == ["all"]
        break_down("all", at=at, kind="poll_due")
        at += timedelta(seconds=60)

    assert rows() == [("all", "failed", 5, 0)]


def test_parked_work_is_retried_or_dropped_by_a_person():
    for key in (A, B):
        Work.objects.create(kind="generate", key=key, state="parked", tries=3, started_at=NOW)

    assert drop(B) == 1
    assert retry(None, at=NOW) == 1
    assert rows() == [(A, "failed", 0, 0), (B, "dropped", 3, 0)]
    assert take(A, B) == [A]
    assert (retry(B, at=NOW), take(B)) == (1, [B])
    with pytest.raises(NoSuchWork):
        retry("shard:9", at=NOW)
    with pytest.raises(NoSuchWork):
        drop("shard:9")


def test_a_session_that_ended_is_replaced():
    first = HERE.vouch()
    end_sessions()

    assert HERE.vouch() == first
    take(A)
    assert note_vanished(at=NOW) == []


def test_who_cannot_tell_how_its_work_went_does_not_keep_it(monkeypatch):
    take(A)
    with connection.cursor() as rows_, monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/no/server/here")
        with pytest.raises(OperationalError):
            rows_.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(OperationalError):
            succeed("generate", [A])

    assert take(A) == [A]
