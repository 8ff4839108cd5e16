"""Each strategy against what its inventors say of it."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.fleet.placement.candidate import Candidate
from heliograph.fleet.placement.errors import UnknownStrategy
from heliograph.fleet.placement.peak_ewma import PENALTY_MS, cost
from heliograph.fleet.placement.rendezvous import bounds, rank, rendezvous
from heliograph.fleet.placement.strategies import STRATEGIES, Asked, find_strategy

KEYS = [f"shard:{number}" for number in range(400)]
FOUR = [Candidate(f"node-{number}") for number in range(1, 5)]

names = st.lists(st.text("abcdefgh-123", min_size=1, max_size=8), min_size=1, max_size=9, unique=True)
weights = st.sampled_from([0.5, 1.0, 1.0, 2.0, 8.0])


@st.composite
def nodes(draw, least=1):
    found = draw(names.filter(lambda found: len(found) >= least))
    return [
        Candidate(name, draw(weights), draw(st.integers(0, 9)), draw(st.none() | st.floats(0.1, 1e4)))
        for name in found
    ]


keys = st.integers(0, 80).map(lambda count: KEYS[:count])


def choose(strategy, keys, candidates, *, kept=None, turns=None, seed=1):
    asked = Asked(keys, kept or {}, turns or {}, Random(seed))
    return {key: pick.node for key, pick in STRATEGIES[strategy].choose(asked, candidates).items()}


def sequence(strategy, count, candidates):
    return "".join(choose(strategy, KEYS[:count], candidates).values())


@pytest.mark.parametrize("strategy", STRATEGIES)
@given(keys=keys, candidates=nodes(), seed=st.integers())
def test_every_key_gets_a_node_that_is_there_and_the_same_one_again(strategy, keys, candidates, seed):
    chosen = choose(strategy, keys, candidates, seed=seed)

    assert list(chosen) == keys or set(chosen) == set(keys)
    assert set(chosen.values()) <= {candidate.name for candidate in candidates}
    assert choose(strategy, keys, candidates, seed=seed) == chosen


def test_a_strategy_that_does_not_exist_is_named():
    with pytest.raises(UnknownStrategy, match="HELIOGRAPH_PLACEMENT is 'best'; it can be round_robin,"):
        find_strategy("best")


def test_round_robin_goes_on_behind_a_node_that_left():
    three = [Candidate("a"), Candidate("b"), Candidate("c")]
    assert sequence("round_robin", 7, three) == "abcabca"
    assert choose("round_robin", ["key"], [Candidate("a"), Candidate("c")], turns={"b": 1.0}) == {"key": "c"}
    assert choose("round_robin", ["key"], three, turns={"c": 1.0}) == {"key": "a"}


def test_smooth_weighted_gives_the_sequence_that_nginx_gives():
    """From the commit message of nginx 52327e0627f4: for { 5, 1, 1 } it gives a a b a c a a."""
    assert sequence("smooth_weighted", 7, [Candidate("a", 5), Candidate("b"), Candidate("c")]) == "aabacaa"


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 3))
def test_smooth_weighted_gives_each_its_weight_in_every_round(weights, rounds):
    candidates = [Candidate(f"node-{at}", weight) for at, weight in enumerate(weights)]
    many = [f"key {at}" for at in range(rounds * sum(weights))]

    got = Counter(choose("smooth_weighted", many, candidates).values())

    assert got == {one.name: rounds * one.weight for one in candidates}


@pytest.mark.parametrize("strategy", ["least_outstanding"])
@given(candidates=nodes(), count=st.integers(1, 60))
def test_least_outstanding_ends_as_level_as_can_be(strategy, candidates, count):
    given_out = Counter(choose(strategy, KEYS[:count], candidates).values())

    loads = {one.name: (one.outstanding + given_out[one.name]) / one.weight for one in candidates}
    for one in candidates:
        if given_out[one.name]:
            # The last piece that it got would have made every other one at least as full.
            assert all(
                loads[one.name] <= (other.outstanding + given_out[other.name] + 1) / other.weight + 1e-9
                for other in candidates
            )


def test_two_choices_are_nearly_as_level_as_knowing_all():
    """The fullest of n nodes holds about log log n above the mean, not log n / log log n (Mitzenmacher)."""
    candidates = [Candidate(f"node-{at}") for at in range(100)]
    held = Counter(choose("two_choices", [str(at) for at in range(10_000)], candidates).values())

    assert max(held.values()) <= 100 + 4


def test_two_choices_never_take_the_fullest_of_two():
    assert set(choose("two_choices", KEYS, [Candidate("a", outstanding=9_999), Candidate("b")]).values()) == {
        "b"
    }


def test_the_cost_of_a_node_is_finagles():
    """Decayed latency times what it would hold; the unknown cost nothing idle, the penalty busy."""
    costs = [
        cost(Candidate("a", latency_ms=100.0, outstanding=2)),
        cost(Candidate("a", latency_ms=100.0, outstanding=2, age_s=10.0)),
        cost(Candidate("a")),
        cost(Candidate("a", outstanding=3)),
        cost(Candidate("a", weight=2.0, latency_ms=100.0, outstanding=1)),
    ]
    assert costs == pytest.approx([300.0, 300.0 / 2.718281828459045, 0.0, PENALTY_MS + 3, 100.0])


def test_peak_ewma_gives_a_slow_node_little_and_an_unknown_one_a_first_piece():
    fast, slow, fresh = (
        Candidate("fast", latency_ms=10.0),
        Candidate("slow", latency_ms=90.0),
        Candidate("fresh"),
    )
    held = Counter(choose("peak_ewma", KEYS, [fast, slow]).values())
    assert held["fast"] == pytest.approx(9 * held["slow"], rel=0.15)

    assert Counter(choose("peak_ewma", KEYS, [fast, fresh]).values())["fresh"] == 1


@given(keys=keys, candidates=nodes(), bound=st.sampled_from([1.0, 1.1, 1.25, 2.0]), data=st.data())
def test_no_node_ever_holds_more_than_its_bound_wherever_keys_lay_before(keys, candidates, bound, data):
    somewhere = st.sampled_from([*(one.name for one in candidates), "gone"])
    kept = data.draw(st.dictionaries(st.sampled_from(keys), somewhere)) if keys else {}

    picks = rendezvous(keys, candidates, kept=kept, bound=bound)

    after = {**kept, **{key: pick.node for key, pick in picks.items()}}
    held, most = Counter(after[key] for key in keys), bounds(candidates, len(keys), bound=bound)
    assert set(after) >= set(keys)
    assert {name: count for name, count in held.items() if count > most[name]} == {}


@given(keys=keys, candidates=nodes(least=2), data=st.data())
def test_losing_a_node_moves_its_keys_alone(keys, candidates, data):
    before = choose("rendezvous", keys, candidates)
    lost = data.draw(st.sampled_from(candidates))
    left = [one for one in candidates if one is not lost]

    moved = choose("rendezvous", keys, left, kept=before)

    assert set(moved) == {key for key, node in before.items() if node == lost.name}


@given(keys=keys, candidates=nodes(), data=st.data())
def test_a_newcomer_gets_what_the_others_may_no_longer_hold_and_no_more_moves(keys, candidates, data):
    before = choose("rendezvous", keys, candidates)
    both = [*candidates, Candidate("newcomer", data.draw(weights))]
    held, most = Counter(before.values()), bounds(both, len(keys))

    moved = choose("rendezvous", keys, both, kept=before)

    assert len(moved) == sum(max(held[one.name] - most[one.name], 0) for one in candidates)


@given(keys=keys, candidates=nodes(), data=st.data())
def test_where_a_key_goes_does_not_depend_on_the_order_of_keys_or_nodes(keys, candidates, data):
    shuffled = data.draw(st.permutations(keys)), data.draw(st.permutations(candidates))

    assert choose("rendezvous", *shuffled) == choose("rendezvous", keys, candidates)


@given(keys=keys, candidates=nodes())
def test_what_is_placed_well_is_left_alone(keys, candidates):
    assert choose("rendezvous", keys, candidates, kept=choose("rendezvous", keys, candidates)) == {}


def test_ranking_first_happens_as_often_as_the_weights_say():
    """Within four standard deviations of a binomial draw, over 20,000 keys."""
    candidates = [Candidate("a", 1.0), Candidate("b", 2.0), Candidate("c", 5.0)]
    many = [f"shard:{at}" for at in range(20_000)]

    ranked = rank(many, candidates)

    firsts = Counter(ranked.names[node] for node in ranked.order[:, 0])
    for one in candidates:
        share = one.weight / 8
        spread = (len(many) * share * (1 - share)) ** 0.5
        assert firsts[one.name] == pytest.approx(len(many) * share, abs=4 * spread)


def test_a_key_that_met_a_full_node_says_so():
    picks = rendezvous(KEYS[:40], FOUR)
    whys = sorted({pick.why for pick in picks.values() if "but" in pick.why})

    assert bounds(FOUR, 40) == dict.fromkeys(("node-1", "node-2", "node-3", "node-4"), 11)
    assert whys[0] == "node-4 ranks first of 4 for it but holds 11 of at most 11; node-1 ranks second"
