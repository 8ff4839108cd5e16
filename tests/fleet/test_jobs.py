"""Long work is done once, however its workers end."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from heliograph.fleet import job_run
from heliograph.fleet.jobs import LostJob, NoSuchJob, WrongState, cancel, enqueue, resume, run_next
from heliograph.fleet.models import Job
from heliograph.kit.wait import wait_until
from heliograph.market.queries import NoSuchInstrument

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def ask(kind="count", *, to=5, key="", after=0):
    return enqueue(
        kind, title=f"Count to {to}", arguments={"to": to}, at=NOW + timedelta(seconds=after), key=key
    )


def count(run):
    """A runner that comes on by one with each report."""
    to = run.arguments["to"]
    for done in range(run.cursor.get("done", 0) + 1, to + 1):
        run.report(done, total=to, unit="steps", cursor={"done": done})
    return {"counted": to}


def work(runner=count, **options):
    return run_next({"count": runner}, holder="a", **options)


def expire(job):
    """Its worker is gone for longer than a lease."""
    Job.objects.filter(pk=job.pk).update(leased_until=Now() - timedelta(seconds=1))


def told(job):
    job.refresh_from_db()
    return (job.state, job.done, job.total, job.unit, job.result, job.tries, job.error)


def test_a_job_is_run_and_tells_how_far_it_is():
    job = ask()
    done = work()

    assert (done.pk, done.holder, done.leased_until) == (job.pk, "", None)
    assert told(job) == ("done", 5, 5, "steps", {"counted": 5}, 0, "")
    assert work() is None


def test_the_oldest_job_of_a_known_kind_comes_first():
    ask(kind="other")
    late, early = ask(after=9), ask(after=3)

    assert [work().pk, work().pk, work()] == [early.pk, late.pk, None]


def test_one_job_alone_can_be_run():
    ask()
    mine = ask(after=1)

    assert work(only=mine.pk).pk == mine.pk
    assert work(only=mine.pk) is None


def test_asking_twice_with_a_key_is_asking_once():
    first = ask(key="the same")
    assert ask(key="the same").pk == first.pk
    assert ask(key="another").pk != first.pk
    work()
    assert ask(key="the same").pk != first.pk


def test_two_who_ask_at_the_same_moment_get_one_job():
    ids = []

    def ask_from_a_thread():
        ids.append(ask(key="the same").pk)
        connection.close()

    threads = [Thread(target=ask_from_a_thread) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(ids), len(set(ids))) == (4, 1)


def test_a_worker_whose_time_is_over_hands_the_job_back_and_another_goes_on():
    job, begun = ask(), []

    def slowly(run):
        begun.append(dict(run.cursor))
        return count(run)

    assert work(slowly, stop=lambda: True).state == Job.State.QUEUED
    assert told(job) == ("queued", 1, 5, "steps", {}, 0, "")
    assert work(slowly).state == Job.State.DONE
    assert begun == [{}, {"done": 1}]


def test_a_piece_and_its_cursor_are_stored_together_also_when_the_time_is_over_in_between():
    job = ask()

    def in_a_transaction(run):
        with transaction.atomic():
            enqueue("piece", title="a row of the piece", arguments={}, at=NOW)
            run.report(1, cursor={"done": 1})
        raise AssertionError("the time was over")

    assert work(in_a_transaction, stop=lambda: True).cursor == {"done": 1}
    assert Job.objects.filter(kind="piece").count() == 1
    assert told(job)[0] == "queued"


def test_a_job_goes_on_where_its_dead_worker_had_come():
    job = ask()
    Job.objects.filter(pk=job.pk).update(
        state="running", done=3, cursor={"done": 3}, epoch=1, leased_until=Now() - timedelta(seconds=1)
    )
    seen = []

    def watch(run):
        seen.append((dict(run.cursor), run.epoch))
        return count(run)

    assert (work(watch).state, seen) == ("done", [({"done": 3}, 2)])


def test_a_worker_that_was_paused_cannot_write_any_more():
    job, faults = ask(), []

    def paused(run):
        expire(job)
        assert work().state == Job.State.DONE
        try:
            run.report(1, cursor={"done": 1})
        except LostJob as fault:
            faults.append(str(fault))
            raise
        return {}

    work(paused)
    assert told(job) == ("done", 5, 5, "steps", {"counted": 5}, 0, "")
    assert len(faults) == 1


def test_a_worker_that_was_paused_before_its_end_cannot_end_it_again():
    job = ask()

    def paused(run):
        expire(job)
        assert work().state == Job.State.DONE
        return {"counted": "wrong"}

    work(paused)
    assert told(job)[4] == {"counted": 5}


def test_the_lease_is_renewed_while_the_runner_computes(monkeypatch):
    monkeypatch.setattr(job_run, "BEAT_SECONDS", 0.01)
    job = ask()

    def long_computation(run):
        expire(job)
        assert wait_until(lambda: Job.objects.filter(pk=job.pk, leased_until__gt=Now()).exists(), seconds=60)
        assert work() is None
        return {}

    assert work(long_computation).state == Job.State.DONE


def test_a_waiting_job_is_cancelled_at_once_and_can_be_resumed():
    job = ask()
    assert cancel(job.pk).state == Job.State.CANCELLED
    assert work() is None
    assert resume(job.pk).state == Job.State.QUEUED
    assert work().state == Job.State.DONE


def test_a_running_job_ends_at_its_next_report_and_goes_on_from_there_when_resumed():
    job, reported = ask(), []

    def cancelled_at_three(run):
        for done in range(run.cursor.get("done", 0) + 1, 6):
            if done == 3 and not reported:
                reported.append(cancel(job.pk).state)
            run.report(done, cursor={"done": done})
        return {}

    assert work(cancelled_at_three).state == Job.State.CANCELLED
    assert (reported, told(job)[1]) == (["running"], 3)
    resume(job.pk)
    assert (work().state, told(job)[1]) == ("done", 5)


def test_a_cancelled_job_whose_worker_died_is_not_begun_again():
    job = ask()
    Job.objects.filter(pk=job.pk).update(state="running", leased_until=Now() - timedelta(seconds=1))
    cancel(job.pk)
    assert work().state == Job.State.CANCELLED


def test_a_job_that_fails_three_times_is_parked_with_its_traceback():
    job, states = ask(), []

    def broken(run):
        raise ZeroDivisionError("nothing to divide by")

    for _ in range(3):
        states.append(work(broken).state)
        assert work(broken) is None
        expire(job)
    assert states == ["queued", "queued", "failed"]
    assert told(job)[5:] == (3, "ZeroDivisionError: nothing to divide by")
    assert "in broken" in job.traceback
    resume(job.pk)
    assert work().state == Job.State.DONE
    assert told(job)[5:] == (0, "")


def test_tries_count_only_where_the_job_does_not_come_on():
    job = ask()

    def one_step_each_time(run):
        at = run.cursor.get("done", 0) + 1
        run.report(at, cursor={"done": at})
        if at < 5:
            raise OSError("the source went away")
        return {"counted": at}

    states = []
    while not states or states[-1] == Job.State.QUEUED:
        states.append(work(one_step_each_time).state)
        expire(job)
    assert states == ["queued"] * 4 + ["done"]


def test_what_the_user_must_mend_is_not_tried_again():
    job = ask()

    def unknown_symbol(run):
        raise NoSuchInstrument("There is no XYZ.")

    assert (work(unknown_symbol).state, told(job)[5:], job.traceback) == (
        "failed",
        (0, "There is no XYZ."),
        "",
    )


def test_a_job_that_kills_its_workers_is_parked():
    job = ask()
    Job.objects.filter(pk=job.pk).update(state="running", tries=2, leased_until=Now() - timedelta(seconds=1))

    assert work().state == Job.State.FAILED
    assert told(job)[5:] == (3, "The last worker died; 3 tries in a row failed before it came on.")


def test_an_interrupted_worker_hands_its_job_back():
    job = ask()

    def interrupted(run):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(interrupted)
    assert told(job)[::5] == ("queued", 0)


def test_wrong_asking_is_answered_with_a_sentence():
    done = ask(key="the same")
    work()
    with pytest.raises(NoSuchJob, match=r"There is no job 0; `heliograph jobs list` shows them."):
        cancel(0)
    with pytest.raises(WrongState, match=rf"Job {done.pk} is done already."):
        cancel(done.pk)
    with pytest.raises(WrongState, match=r"is done; only failed and cancelled ones are resumed."):
        resume(done.pk)


def test_a_job_is_not_resumed_beside_another_that_does_the_same():
    first = ask(key="the same")
    cancel(first.pk)
    ask(key="the same")
    with pytest.raises(WrongState, match=rf"Another job does the same as job {first.pk} already."):
        resume(first.pk)


def test_two_workers_never_run_one_job_at_once():
    jobs, ran, gate = [ask(after=n) for n in range(6)], [], Event()

    def note_it(run):
        ran.append(run.job_id)
        gate.wait(60)
        return {}

    def worker():
        while work(note_it):
            pass
        connection.close()

    threads = [Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(ran) == 3, seconds=60)
    gate.set()
    for thread in threads:
        thread.join()
    assert sorted(ran) == [job.pk for job in jobs]
