"""Faults of the servers are planted in real ones, and seen."""

import threading
import time
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
import redis
from django.db import connection

from heliograph.kit.cache.told import Level, together
from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.monitor.hosts import host_name, tell
from heliograph.monitor.measure import NOTHING as IDLE
from heliograph.monitor.measure import Definition, known
from heliograph.monitor.models import Machine
from heliograph.monitor.probe import Probe, look_all
from heliograph.monitor.probes import database
from heliograph.monitor.store import roll_up, write
from heliograph.monitor.take import without_database
from tests.monitor.looking import GROUND, HOUR, MINUTE, NOON, NOTHING, look_at, values

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def other():
    """A session of somebody else in the same database."""
    with psycopg.connect(**_described(), autocommit=True) as link:
        yield link


@pytest.fixture(autouse=True)
def no_dead_rows(other):
    """Tests before may have left tables behind that hold nothing but dead rows."""
    asked = other.execute("SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 1000")
    for (name,) in asked.fetchall():
        other.execute(f"VACUUM {name}")


def _described():
    named = connection.get_connection_params()
    return {name: value for name, value in named.items() if name not in ("cursor_factory", "context")}


def wait_for_the_lock(link):
    with suppress(psycopg.Error):
        link.execute("SELECT pg_advisory_lock(4711)")


def test_a_database_that_is_at_rest_is_well():
    found = look_at("database")
    judged = [one for one in found.values() if one.definition.rule]
    assert {one.definition.rule.goodness(one.value) for one in judged if one.value is not None} == {1.0}
    assert [one.name for one in found.values() if one.value is None] == ["database_growth_day_bytes"]


# What sessions do is seen anew in each transaction.
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_stays_open_and_one_that_waits_for_it_are_seen(other):
    with other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(4711)")
        with psycopg.connect(**_described(), autocommit=True) as second:
            waiting = threading.Thread(target=wait_for_the_lock, args=(second,))
            waiting.start()

            names = ("database_lock_waits", "database_oldest_transaction_seconds")
            try:
                assert wait_until(lambda: values("database", names[0]) == [1], seconds=60)
                assert wait_until(
                    lambda: values("database", "database_lock_wait_seconds")[0] >= 0.1, seconds=60
                )
                found = look_at("database")
                assert found["database_lock_wait_seconds"].value >= 0.1
                assert found[names[1]].value >= found["database_lock_wait_seconds"].value
                assert found["database_longest_query_seconds"].value >= 0.1
            finally:
                # Else its session could not be closed, as the thread is at it.
                other.execute("SELECT pg_terminate_backend(%s)", [second.info.backend_pid])
                waiting.join(60)
    assert values("database", *names) == [0, 0]


@pytest.mark.django_db(transaction=True)
def test_sessions_are_counted(other):
    (before,) = values("database", "database_connections")
    with psycopg.connect(**_described()):
        assert values("database", "database_connections") == [before + 1]


@pytest.mark.django_db(transaction=True)
def test_dead_rows_of_a_large_table_are_seen(other):
    other.execute("CREATE TABLE planted AS SELECT n FROM generate_series(1, 20000) AS n")
    try:
        other.execute("DELETE FROM planted WHERE n > 5000")
        other.execute("SELECT pg_stat_force_next_flush()")
        found = look_at("database")["database_dead_rows_ratio"]
        assert (found.value, found.note) == (pytest.approx(0.75, abs=0.05), "planted")
    finally:
        other.execute("DROP TABLE planted")


def test_growth_is_that_of_a_day_and_unknown_in_the_first_hour():
    size = look_at("database")["database_size_bytes"]
    for ago in (2 * HOUR, HOUR):
        write([known(size.definition, size.value - 24_000)], at=NOON - ago, spent_ms=1)
        roll_up(at=NOON - ago + MINUTE)
    (grown,) = values("database", "database_growth_day_bytes")
    # Twelve times in a day; the database may have grown by itself meanwhile.
    assert grown == pytest.approx(12 * 24_000, abs=12 * 1_000_000)
    assert grown >= 12 * 24_000
    (early,) = values("database", "database_growth_day_bytes", at=NOON - 2 * HOUR + 30 * MINUTE)
    assert early == "its size has been measured for less than an hour"


def test_a_probe_that_takes_too_long_or_fails_hides_no_other():
    lag = Definition("queues_lag_seconds", "seconds", "a lag", labels=("queue",))

    def sleep(ground):
        connection.cursor().execute("SELECT pg_sleep(600)")

    def fail(ground):
        yield known(lag, 1, queue="a")
        raise ZeroDivisionError("planted")

    probes = [
        Probe("queues", (lag,), sleep, seconds=0.1),
        Probe("queues", (lag,), fail),
        Probe("database", database.SESSIONS, database.read_sessions),
    ]
    began = time.monotonic()
    slow, broken, *rest = look_all(probes, GROUND, seconds=60)
    assert time.monotonic() - began < 60
    assert (slow.value, "statement timeout" in slow.reason) == (None, True)
    assert (broken.value, broken.reason) == (None, "ZeroDivisionError: planted")
    assert {one.value is None for one in rest} == {False}
    assert {one.reason for one in look_all(probes, GROUND, seconds=0)} == {
        "the probes before it took all the time there was"
    }


def test_where_the_database_is_away_the_others_still_tell_of_theirs(servers):
    found = {one.name: one for one in without_database(GROUND, "it went")}
    assert (found["database_up"].value, found["database_answer_seconds"].reason) == (0, "it went")
    assert found["host_disk_free_bytes"].value > 0
    assert found["workers_alive"].reason == "the database does not answer"


@pytest.mark.django_db(transaction=True)
def test_probes_only_read_within_their_time_and_leave_the_session_as_it_was():
    lag = Definition("queues_lag_seconds", "seconds", "a lag")

    def write_down(ground):
        Machine.objects.create(host="one", at=NOON)

    def sleep(ground):
        connection.cursor().execute("SELECT pg_sleep(600)")

    probes = [Probe("queues", (lag,), write_down), Probe("queues", (lag,), sleep, seconds=0.1)]
    written, slow = look_all(probes, GROUND, seconds=60)
    assert "read-only transaction" in written.reason
    assert "statement timeout" in slow.reason
    Machine.objects.create(host="one", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_no_probe_asks_is_not_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        without_database(GROUND, "it went")


def test_redis_is_measured_and_its_memory_beside_its_limit(servers):
    url = servers["redis_url"]
    names = ("redis_up", "redis_writes_ok")
    assert values("redis", *names, redis_url=url) == [1, 1]
    assert "redis_memory_ratio" not in look_at("redis", redis_url=url)
    with redis.Redis.from_url(url) as client:
        client.config_set("maxmemory", 64_000_000)
        try:
            (ratio,) = values("redis", "redis_memory_ratio", redis_url=url)
            assert 0 < ratio < 1
        finally:
            client.config_set("maxmemory", 0)


def test_redis_that_does_not_answer_is_down_and_none_that_is_named_is_unknown():
    up, answer = values("redis", "redis_up", "redis_answer_seconds", redis_url="unix:///not/there.sock")
    assert (up, answer.startswith("it does not answer")) == (0, True)
    assert values("redis", "redis_up") == ["none is named; commands need none"]


def test_the_host_is_measured(tmp_path):
    found = {one.name: one for one in look_at("host", folder=tmp_path).values()}
    assert 0 <= found["host_cpu_ratio"].value <= 1
    assert 0 < found["host_memory_available_ratio"].value < 1
    assert found["host_disk_free_ratio"].value > 0
    # One clock here.
    assert found["host_clock_skew_seconds"].value < 0.5


def test_other_hosts_are_measured_as_their_workers_tell():
    told = {"cpu_ratio": 0.9, "load_ratio": 3, "memory_available_ratio": 0.5, "disk_free_ratio": 0.01}
    Machine.objects.create(host="other", at=NOON - SECOND, numbers=told | {"clock_skew_seconds": 7})
    Machine.objects.create(host="silent", at=NOON - 2 * MINUTE, numbers=told)
    tell({"load_ratio": 99}, at=NOON - SECOND)
    found = look_at("host")
    assert found.pop("host_machines").value == 2
    others = {name[0]: one.value for name, one in found.items() if name[1] == "other"}
    assert others == {
        "host_cpu_ratio": 0.9,
        "host_load_ratio": 3,
        "host_memory_available_ratio": 0.5,
        "host_disk_free_ratio": 0.01,
        "host_clock_skew_seconds": 7,
    }
    # This one as it is, however it was told of.
    assert {name[1] for name in found} == {"other", host_name()}
    assert found["host_load_ratio", host_name()].value < 99


def test_errors_of_the_cache_are_those_of_the_last_minutes():
    before = together([], at=0)
    at = utc_now()
    for told, moment in ((_told(hits=10, errors=500), at - timedelta(minutes=6)), (before, at - HOUR)):
        write(list(look_at("cache", cache=lambda t=told: t, at=moment).values()), at=moment, spent_ms=1)

    errors = ("cache_errors_ratio", "redis")
    for told, expected in (
        (_told(hits=100, errors=510), 0.1),
        (_told(hits=15, errors=510), "too little was asked of it in the last minutes"),
        (
            _told(hits=15, errors=500),
            f"{IDLE}hardly anything was asked of it in the last minutes",
        ),
        (_told(hits=0, errors=0), "a process ended, and its counters with it"),
    ):
        assert values("cache", errors, cache=lambda t=told: t, at=at) == [expected]
    assert values("cache", ("cache_hits_ratio", "memory")) == [f"{IDLE}nothing was asked of it"]


def _told(*, hits, errors):
    levels = dict(NOTHING.levels) | {2: Level(hits=hits, errors=errors)}
    return type(NOTHING)(at=0, levels=levels, prefixes={}, processes=1)
