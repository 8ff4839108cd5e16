"""Losing a level changes speed only, and what is lost or damaged is made anew."""

import os
import threading

import psycopg
import pytest
import redis

from heliograph.kit.cache import Limits, cached
from heliograph.kit.wait import wait_until

NOWHERE = "postgres://nobody@/nothing?host=/not/there"


@pytest.fixture
def rows():
    """What is computed from; the answers are correct as long as they are these."""
    return {"one": 1, "two": 2}


def reader(rows):
    """A cached reader of the rows."""

    @cached(key="rows:{name}", ttl=600, tags=["rows"])
    def read(name: str) -> int:
        return rows[name]

    return read


def check(caches, rows):
    """Each process answers correctly, before and after a change by any of them."""
    read = reader(rows)
    for writer in caches:
        rows["one"] += 1
        writer.invalidate("rows")
        assert wait_until(
            lambda: [read.of(one)("one") for one in caches] == [rows["one"]] * len(caches), seconds=60
        )
        assert [read.of(one)("two") for one in caches] == [rows["two"]] * len(caches)


def test_answers_stay_correct_while_redis_dies_freezes_and_returns(make_cache, valkey, rows):
    caches = [make_cache(redis_url=valkey.url) for _ in range(2)]
    check(caches, rows)
    valkey.stop()
    check(caches, rows)
    valkey.start()
    check(caches, rows)
    assert wait_until(lambda: not any(one.parts.redis.breaker.is_open for one in caches), seconds=60)
    valkey.freeze()
    check(caches, rows)
    valkey.thaw()
    check(caches, rows)


def test_a_redis_that_returns_with_old_data_is_not_believed(make_cache, valkey, rows):
    """What it kept on disk was written before the last changes."""
    valkey.stop()
    valkey.start(keep=True)
    caches = [make_cache(redis_url=valkey.url) for _ in range(2)]
    caches[0].set("a:1", "old", ttl=600)
    check(caches, rows)
    valkey.stop()
    caches[0].set("a:1", "new", ttl=600)
    rows["one"] += 1
    caches[1].invalidate("rows")
    valkey.start(keep=True)
    fresh = make_cache(redis_url=valkey.url)
    assert wait_until(lambda: [one.get("a:1") for one in [*caches, fresh]] == ["new"] * 3, seconds=60)
    assert reader(rows).of(fresh)("one") == rows["one"]
    check([*caches, fresh], rows)


def test_a_dead_redis_is_asked_no_more(make_cache, valkey, rows):
    cache = make_cache(0, redis_url=valkey.url, table_url=None)
    reader(rows).of(cache)("one")
    valkey.stop()
    for _ in range(1000):
        assert reader(rows).of(cache)("one") == 1
    tried = cache.parts.redis.breaker.opened
    assert (cache.parts.redis.breaker.is_open, tried) == (True, 1)
    valkey.start()
    assert wait_until(lambda: not cache.parts.redis.breaker.is_open, seconds=60)


def test_flushing_redis_empties_it_and_nothing_else(make_cache, valkey, rows):
    one, other = make_cache(redis_url=valkey.url), make_cache(redis_url=valkey.url)
    one.set("a:1", 1, ttl=600)
    redis.Redis.from_url(valkey.url).flushall()
    assert other.get("a:1") == 1
    assert other.counters().levels[3].hits == 1
    check([one, other], rows)


def test_a_server_that_was_started_anew_and_tables_that_were_lost_are_survived(
    make_cache, database_url, rows
):
    caches = [make_cache(redis_url=None) for _ in range(2)]
    check(caches, rows)
    with psycopg.connect(database_url, autocommit=True) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        check(caches, rows)
        link.execute("DROP TABLE cache_entry, cache_change, cache_process")
        check(caches, rows)
        link.execute("TRUNCATE cache_entry, cache_change")
        check(caches, rows)


def test_without_any_level_that_answers_all_is_computed(make_cache, rows):
    cache = make_cache(redis_url="unix:///not/there", table_url=NOWHERE)
    read = reader(rows).of(cache)
    assert read("one") == 1
    rows["one"] = 5
    assert read("one") == 5


def test_a_change_reaches_others_though_its_message_is_lost(make_cache, rows):
    """Deaf processes ask for changes, and do not read their memory once they have not for so long."""
    deaf = make_cache(table_url=None, limits=Limits(poll=3600, trust=0.2))
    deaf.parts.redis.names.channel += "-not-this-one"
    writer, read = make_cache(table_url=None), reader(rows)
    assert read.of(deaf)("one") == 1
    writer.set("a:1", "old", ttl=60)
    assert deaf.get("a:1") == "old"
    rows["one"] = 2
    writer.invalidate("rows")
    writer.set("a:1", "new", ttl=60)
    assert wait_until(lambda: (read.of(deaf)("one"), deaf.get("a:1")) == (2, "new"), seconds=60)


def test_redis_is_told_of_what_it_missed_before_it_is_read(make_cache, valkey):
    one = make_cache(redis_url=valkey.url)
    one.set("a:1", "old", ttl=600, tags=["rows"])
    # The others can still talk to it.
    one.parts.redis.breaker.trip()
    one.set("a:1", "new", ttl=600, tags=["rows"])
    one.set("a:2", "new", ttl=600, tags=["rows"], levels=(2,))
    other = make_cache(redis_url=valkey.url)
    assert wait_until(lambda: not one.parts.redis.breaker.is_open, seconds=60)
    assert wait_until(lambda: other.get("a:1") == "new", seconds=60)


@pytest.mark.parametrize("harm", ["cut", "turned", "other version", "not ours"])
@pytest.mark.parametrize("level", [2, 3])
def test_a_harmed_entry_is_counted_dropped_and_computed_anew(make_cache, database_url, servers, harm, level):
    one, other = make_cache(), make_cache()
    one.set("rows:one", 7, ttl=600, levels=(level,))
    harmed = {
        "cut": lambda data: data[:-3],
        "turned": lambda data: data[:-1] + bytes([data[-1] ^ 8]),
        "other version": lambda data: data[:2] + b"\x63" + data[3:],
        "not ours": lambda data: b"{}",
    }[harm]
    if level == 2:
        server = redis.Redis.from_url(servers["redis_url"])
        name = one.parts.redis.names.entry("rows:one")
        server.set(name, harmed(server.get(name)))
    else:
        with psycopg.connect(database_url, autocommit=True) as link:
            (data,) = link.execute("SELECT envelope FROM cache_entry").fetchone()
            link.execute("UPDATE cache_entry SET envelope = %s", [harmed(data)])
    assert reader({"one": 9}).of(other)("one") == 9
    found = other.counters().levels[level]
    assert (found.dropped, found.hits) == (1, 0)
    assert make_cache().get("rows:one") == 9


def test_an_entry_of_another_type_is_made_anew(make_cache):
    one = make_cache()
    one.set("rows:one", "text", ttl=600)
    assert reader({"one": 9}).of(make_cache())("one") == 9


def test_a_forked_child_has_connections_and_threads_of_its_own(make_cache, rows):
    from heliograph.kit.cache import process

    parent = make_cache()
    process._own[("a", "test")] = parent
    try:
        parent.set("a:1", 1, ttl=60)
        assert parent.get("a:1") == 1
        child = os.fork()
        if not child:
            right = parent.get("a:1") == 1
            parent.set("a:2", 2, ttl=60)
            right = right and reader(rows).of(parent)("one") == 1
            os._exit(0 if right else 1)
        assert os.waitpid(child, 0)[1] == 0
    finally:
        del process._own[("a", "test")]
    assert parent.get("a:2") == 2
    check([parent, make_cache()], rows)
    assert [level.errors for level in parent.counters().levels.values()] == [0, 0, 0]


def test_a_process_loses_no_level_however_many_threads_came_and_went(make_cache):
    """The pool that makes connections counts those that ended; at a hundred it made no more, for good."""
    cache = make_cache()
    cache.set("a:1", 1, ttl=60)
    for _ in range(120):
        # A thread asks on a connection of its own.
        one = threading.Thread(target=cache.set, args=("a:1", 1), kwargs={"ttl": 60})
        one.start()
        one.join()
    assert cache.counters().levels[2].errors == 0


@pytest.mark.parametrize("change", ["invalidate", "forget", "clear"])
@pytest.mark.parametrize("levels", ["memory", "redis"])
def test_who_asks_after_a_change_gets_nothing_that_was_begun_before_it(make_cache, rows, levels, change):
    cache = make_cache(table_url=None) if levels == "redis" else make_cache(redis_url=None, table_url=None)
    begun, goes_on = threading.Event(), threading.Event()

    @cached(key="rows:{name}", ttl=600, tags=["rows"])
    def read(name: str) -> int:
        found, is_first = rows[name], not begun.is_set()
        begun.set()
        if is_first:
            goes_on.wait(1.0)
        return found

    early = threading.Thread(target=read.of(cache), args=("one",))
    early.start()
    try:
        assert begun.wait(60)
        rows["one"] = 5
        if change == "invalidate":
            cache.invalidate("rows")
        elif change == "forget":
            read.of(cache).forget("one")
        else:
            cache.clear()
        assert read.of(cache)("one") == 5
    finally:
        goes_on.set()
        early.join()
    assert read.of(cache)("one") == 5


def test_many_threads_and_changes_never_read_what_was_before(make_cache, rows):
    """Each thread sees numbers that never fall, and none below what was current when it asked."""
    caches, read = [make_cache(), make_cache(redis_url=None)], reader(rows)
    faults, ended = [], threading.Event()

    def ask(cache):
        last = 0
        while not ended.is_set():
            least = last
            last = read.of(cache)("one")
            if last < least:
                faults.append((least, last))

    threads = [threading.Thread(target=ask, args=(cache,)) for cache in caches for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            rows["one"] += 1
            caches[0].invalidate("rows")
            assert read.of(caches[0])("one") == rows["one"]
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert faults == []
