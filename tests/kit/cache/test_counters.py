"""The counters of each level agree with a trace of what was done."""

from collections import Counter
from random import Random

from heliograph.kit.cache import cached
from heliograph.kit.cache.counters import Histogram
from heliograph.kit.wait import wait_until

KEYS = [f"{prefix}:{number}" for prefix in ("a", "b") for number in range(6)]


class Model:
    """What the levels hold, as far as a slow and plain account of them can tell."""

    def __init__(self):
        self.held = {1: set(), 2: set(), 3: set()}
        self.hits, self.misses = Counter(), Counter()

    def get(self, key):
        for level in (1, 2, 3):
            if key in self.held[level]:
                self.hits[level] += 1
                for above in range(1, level):
                    self.held[above].add(key)
                return
            self.misses[level] += 1

    def drop(self, keys, levels=(1, 2, 3)):
        for level in levels:
            self.held[level] -= set(keys)


def test_each_levels_counters_agree_with_a_trace(make_cache):
    dice, model, one, other = Random(11), Model(), make_cache(), make_cache()
    for _ in range(400):
        act, key = dice.choice(["get", "get", "get", "set", "set low", "tag", "lose"]), dice.choice(KEYS)
        if act == "get":
            model.get(key)
            one.get(key)
        elif act == "set":
            one.set(key, [key] * dice.randrange(1, 500), ttl=600, tags=[key[0]])
            for level in model.held.values():
                level.add(key)
        elif act == "set low":
            other.set(f"{key}low", 1, ttl=600, levels=(3,))
            model.held[3].add(f"{key}low")
            model.get(f"{key}low")
            one.get(f"{key}low")
        elif act == "tag":
            one.invalidate(key[0])
            model.drop([held for held in KEYS if held[0] == key[0]])
        else:
            one.parts.memory.remove(key)
            model.drop([key], levels=(1,))
    levels = one.counters().levels
    assert {number: level.hits for number, level in levels.items()} == dict(model.hits)
    assert {number: level.misses for number, level in levels.items()} == dict(model.misses)
    assert [level.errors + level.dropped for level in levels.values()] == [0, 0, 0]
    assert levels[2].bytes_read > 0 < levels[3].bytes_written
    assert all(levels[far].latency_us(0.5) <= levels[far].latency_us(0.99) for far in (2, 3))


def test_computations_are_counted_by_prefix(make_cache):
    @cached(key="sums:{number}", ttl=60)
    def add(number: int) -> int:
        return sum(range(number))

    one, other = make_cache(), make_cache()
    for cache in (one, one, other):
        for number in (10_000, 20_000):
            add.of(cache)(number)
    first, second = (cache.counters().prefixes["sums"] for cache in (one, other))
    assert (first.computed, first.near_hits, first.far_hits, first.misses) == (2, 2, 0, 2)
    assert (second.computed, second.near_hits, second.far_hits, second.misses) == (0, 0, 2, 0)
    both = one.sum_of_counters().prefixes.get("sums")
    assert both.computed == 2
    assert both.saved_s is not None


def test_processes_see_the_counters_of_the_living(make_cache):
    one, other = make_cache(), make_cache()
    one.set("a:1", 1, ttl=60)
    assert (one.get("a:1"), other.get("a:1"), other.get("a:2")) == (1, 1, None)
    assert wait_until(lambda: one.sum_of_counters().processes == 2, seconds=60)
    assert wait_until(lambda: one.sum_of_counters().levels[2].hits == 1, seconds=60)
    total = one.sum_of_counters()
    assert (total.processes, total.levels[1].hits, total.entries) == (2, 1, 2)
    other.close()
    assert wait_until(lambda: one.sum_of_counters().processes == 1, seconds=60)


def test_without_redis_the_counters_go_through_the_table(make_cache):
    one, other = make_cache(redis_url=None), make_cache(redis_url=None)
    other.set("a:1", 1, ttl=60)
    assert wait_until(lambda: one.sum_of_counters().processes == 2, seconds=60)


def test_quantiles_are_right_to_a_tenth():
    histogram = Histogram()
    for number in range(1, 1001):
        histogram.add(number * 1e-6)
    assert abs(histogram.quantile(0.5) / 500e-6 - 1) < 0.1
    assert abs(histogram.quantile(0.99) / 990e-6 - 1) < 0.1
    assert Histogram().quantile(0.5) is None
