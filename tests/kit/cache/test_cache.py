"""The cache as its users know it, on real servers."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import psycopg
import pytest

from heliograph.kit.cache import cached
from heliograph.kit.cache.cache import Cache
from heliograph.kit.wait import wait_until
from tests.kit.cache.clocks import Hands

MISSING = object()


class Down(Exception):
    """A failure that is known to happen."""


def counting(result=lambda number: number, **named):
    """A cached function that counts its calls."""
    calls = []

    @cached(**{"key": "numbers:{name}", "ttl": 60.0} | named)
    def compute(name: str = "one"):
        calls.append(name)
        return result(len(calls))

    return compute, calls


def test_what_one_process_sets_others_get_from_each_level(make_cache):
    one = make_cache()
    one.set("a:1", {"x": [1, 2.5, None]}, ttl=60)
    assert make_cache().get("a:1") == {"x": [1, 2.5, None]}
    assert make_cache(redis_url=None).get("a:1") == {"x": [1, 2.5, None]}
    assert make_cache(table_url=None).get("a:1") == {"x": [1, 2.5, None]}


def test_none_is_a_value_and_nothing_is_not(make_cache):
    cache = make_cache()
    cache.set("a:none", None, ttl=60)
    assert cache.get("a:none", MISSING) is None
    assert cache.get("a:nothing", MISSING) is MISSING


def test_many_are_got_in_one_trip_for_each_level(make_cache):
    one, other = make_cache(), make_cache()
    for number in range(5):
        one.set(f"a:{number}", number, ttl=60, levels=(2,) if number < 3 else (3,))
    assert other.get_many([f"a:{number}" for number in range(6)]) == {f"a:{n}": n for n in range(5)}
    levels = other.counters().levels
    assert [(level.hits, level.misses) for level in levels.values()] == [(0, 6), (3, 3), (2, 1)]


def test_a_row_found_below_is_copied_up(make_cache):
    one, other, third = make_cache(), make_cache(), make_cache(table_url=None)
    one.set("a:1", 1, ttl=60, levels=(3,))
    assert other.get("a:1") == 1
    assert other.get("a:1") == 1
    assert other.counters().levels[1].hits == 1
    assert third.get("a:1") == 1


def test_a_tag_outdates_all_that_carries_it_everywhere(make_cache):
    one, other = make_cache(), make_cache()
    one.set("a:1", 1, ttl=60, tags=["signals", "candles:5m"])
    one.set("a:2", 2, ttl=60, tags=["signals:of:others"])
    assert (other.get("a:1"), other.get("a:2")) == (1, 2)
    one.invalidate("candles:5m")
    assert one.get("a:1") is None
    assert wait_until(lambda: other.get("a:1") is None, seconds=60)
    assert make_cache().get("a:1") is None
    assert make_cache(redis_url=None).get("a:1") is None
    assert (one.get("a:2"), other.get("a:2")) == (2, 2)


def test_what_was_computed_from_old_rows_is_not_taken_for_new(make_cache):
    """The change comes while the value is computed."""
    one, other = make_cache(), make_cache()
    compute, calls = counting(lambda number: other.invalidate("rows") or number, tags=["rows"])
    compute = compute.of(one)
    assert compute() == 1
    assert make_cache().get("numbers:one") is None
    assert wait_until(lambda: one.get("numbers:one") is None, seconds=60)
    assert calls == ["one"]


def test_a_key_that_one_sets_or_forgets_leaves_the_memory_of_others(make_cache):
    one, other = make_cache(), make_cache()
    one.set("a:1", "old", ttl=60)
    assert other.get("a:1") == "old"
    one.set("a:1", "new", ttl=60)
    assert wait_until(lambda: other.get("a:1") == "new", seconds=60)
    one.forget("a:1")
    assert one.get("a:1") is None
    assert wait_until(lambda: other.get("a:1") is None, seconds=60)


def test_clearing_clears_every_level_of_every_process(make_cache):
    one, other = make_cache(), make_cache()
    one.set("a:1", 1, ttl=60)
    assert other.get("a:1") == 1
    one.clear()
    assert one.get("a:1") is None
    assert wait_until(lambda: other.get("a:1") is None, seconds=60)


def test_lifetimes_end_and_are_scattered(make_cache):
    hands = Hands()
    cache = make_cache(clocks=hands.clocks, redis_url=None)
    for number in range(200):
        cache.set(f"a:{number}", number, ttl=100)
    counts = []
    for _ in range(12):
        hands.move(1)
        counts.append(len(cache.get_many([f"a:{number}" for number in range(200)])))
        hands.move(0 if hands.seconds - 1_700_000_000 > 89 else 88)
    assert counts[0] == 200
    assert counts[-1] == 0
    assert len({count for count in counts if 0 < count < 200}) >= 5


def test_what_is_computed_comes_back_as_its_annotation_says(make_cache):
    @dataclass(frozen=True)
    class Window:
        close: npt.NDArray[np.float64]

    def compute(name: str) -> Window:
        return Window(np.array([1.0, 2.0]))

    compute.__annotations__["return"] = Window
    compute = cached(key="windows:{name}", ttl=60)(compute)
    first = compute.of(make_cache())("a")
    again = compute.of(make_cache())("a")
    assert (type(first), first.close.tolist()) == (type(again), again.close.tolist()) == (Window, [1.0, 2.0])


def test_words_with_colons_do_not_meet(make_cache):
    @cached(key="pairs:{left}:{right}", ttl=60)
    def pair(left: str, right: str = "c") -> list[str]:
        return [left, right]

    pair = pair.of(make_cache())
    assert (pair("a:b"), pair("a", right="b:c")) == (["a:b", "c"], ["a", "b:c"])
    assert pair.key("a", right="c") == pair.key("a")


def test_none_and_known_failures_are_kept_for_a_short_time(make_cache):
    hands = Hands()
    cache = make_cache(clocks=hands.clocks)

    def fail(number):
        raise Down(f"try {number}")

    empty, empty_calls = counting(lambda number: None, key="none:{name}", negative=5.0)
    failing, failing_calls = counting(fail, key="fail:{name}", negative=5.0, failures=[Down])
    for seconds, calls in ((0, 1), (0, 1), (6, 2)):
        hands.move(seconds)
        assert empty.of(cache)() is None
        with pytest.raises(Down, match=f"^try {calls}$"):
            failing.of(cache)()
        with pytest.raises(Down, match=f"^try {calls}$"):
            failing.of(make_cache(clocks=hands.clocks))()
        assert (len(empty_calls), len(failing_calls)) == (calls, calls)
    assert cache.get("fail:one") is None


def test_other_failures_are_not_kept_and_hold_nobody_up(make_cache):
    def fail(number):
        if number == 1:
            raise ZeroDivisionError
        return number

    compute, _ = counting(fail)
    one, other = make_cache(), make_cache()
    with pytest.raises(ZeroDivisionError):
        compute.of(one)()
    assert compute.of(other)() == 2


def test_the_stale_is_served_while_one_refreshes_it(make_cache):
    hands, may_end, ended = Hands(), threading.Event(), threading.Event()
    one, other = make_cache(clocks=hands.clocks), make_cache(clocks=hands.clocks)
    for cache in (one, other):
        cache.after_refresh.append(ended.set)

    def slow(number):
        assert number == 1 or may_end.wait(60)
        return number

    compute, calls = counting(slow, ttl=10.0, stale=100.0)
    assert (compute.of(one)(), compute.of(other)()) == (1, 1)
    hands.move(11)
    assert [compute.of(cache)() for cache in (one, other, one, other)] == [1, 1, 1, 1]
    assert wait_until(lambda: len(calls) == 2, seconds=60)
    assert one.counters().prefixes["numbers"].stale + other.counters().prefixes["numbers"].stale == 4
    may_end.set()
    assert wait_until(lambda: (compute.of(one)(), compute.of(other)()) == (2, 2), seconds=60)
    assert ended.wait(60)
    assert len(calls) == 2


def test_threads_that_ask_at_once_compute_once(make_cache):
    cache, begin = make_cache(redis_url=None, table_url=None), threading.Barrier(20)
    compute, calls = counting(lambda number: begin.n_waiting or number)
    got = []

    def ask():
        begin.wait(60)
        got.append(compute.of(cache)())

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(calls), got) == (1, [got[0]] * 20)


def test_memory_is_bounded_in_bytes_and_keeps_what_is_used():
    cache = Cache(100_000)
    cache.set("kept:1", b"x" * 1000, ttl=60)
    for number in range(500):
        cache.set(f"a:{number}", b"x" * 1000, ttl=60)
        assert cache.get("kept:1") is not None
    counters = cache.counters()
    assert (counters.bytes <= 100_000, counters.entries + counters.evicted) == (True, 501)
    cache.set("huge:1", b"x" * 90_000, ttl=60)
    assert cache.get("huge:1") is None


def test_a_cache_of_no_level_keeps_nothing():
    compute, _ = counting()
    cache = Cache(0)
    assert [compute.of(cache)(), compute.of(cache)()] == [1, 2]


def test_warming_brings_keys_into_memory(make_cache):
    one, other = make_cache(), make_cache()
    one.set("a:1", 1, ttl=60)
    other.warmers["prices"] = lambda: 3
    assert other.warm(["a:1", "a:2"]) == 4
    assert other.get("a:1") == 1
    assert other.counters().levels[1].hits == 1


def test_a_prefix_that_does_not_pay_is_named(make_cache):
    cache = make_cache(0)
    free, _ = counting(key="free:{name}", levels=(2,))
    for _ in range(30):
        free.of(cache)()
    assert cache.counters().unpaid == ["free"]


def test_the_tables_are_made_by_many_at_once(make_cache, database_url):
    caches = [make_cache(redis_url=None) for _ in range(8)]
    begin = threading.Barrier(8)

    def ask(cache):
        begin.wait(60)
        cache.set("a:1", 1, ttl=60)

    threads = [threading.Thread(target=ask, args=(cache,)) for cache in caches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [cache.counters().levels[3].errors for cache in caches] == [0] * 8
    with psycopg.connect(database_url) as link:
        rows = link.execute(
            "SELECT relpersistence FROM pg_class WHERE relname LIKE 'cache_%' AND relkind = 'r'"
        )
        assert rows.fetchall() == [(b"u",)] * 3 or rows.rowcount == 3
