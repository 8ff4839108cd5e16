"""Looking, deciding, acting, and the rows that tell of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from heliograph.fleet.models import Node, ScalingAction, ScalingLook
from heliograph.fleet.nodes import beat, register
from heliograph.fleet.scaling import BadPolicy, Policy, Targets
from heliograph.kit.env import Environment
from heliograph.workers.gather import DueNow
from heliograph.workers.pools import PoolFailed
from heliograph.workers.scale import SCALING, Scaling, asked_or_alive, scale
from heliograph.workers.scaling_settings import ScalingSettings

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
POLICY = Policy(
    most=8, targets=Targets(age_s=10, pieces_per_worker=None, cpu_pct=None, memory_pct=None, busy_pct=None)
)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


@dataclass
class FakePool:
    """Workers that are only a number."""

    workers: int = 2
    fails: str = ""
    asked: list = field(default_factory=list)
    name: str = "fake"

    def size(self):
        return self.workers

    def resize(self, size, *, reason):
        self.asked.append(size)
        if self.fails:
            raise PoolFailed(self.fails)
        self.workers = size


def scaling(pool, *, age_s=None, dry_run=False, policy=POLICY):
    """Scaling over work of that age; None: nothing is due."""
    settings = ScalingSettings(policy, None, dry_run, timedelta(seconds=60))

    def due(*, at):
        return DueNow(0 if age_s is None else 40, at - timedelta(seconds=age_s) if age_s else None, None)

    return Scaling(settings, pool, due)


def test_an_action_is_kept_with_its_reason_what_was_measured_and_what_it_brought():
    pool = FakePool()

    action = scaling(pool, age_s=20).look(at=NOON)

    assert pool.asked == [4]
    assert (action.pool, action.before, action.after, action.error) == ("fake", 2, 4, "")
    assert action.reason == (
        "Up from 2 to 4: the oldest due work is 20 s old, the target 10 s, which asks for 4."
    )
    assert action.measured == {
        "workers": 2,
        "nodes": 0,
        "due": 40,
        "oldest_age_s": 20.0,
        "pieces": None,
        "seconds_each": None,
        "queues": None,
        "held": 0,
        "busy_pct": None,
        "cpu_pct": None,
        "memory_pct": None,
        "rss_bytes": None,
    }
    assert scaling(pool).look(at=later(59)) is None
    action.refresh_from_db()
    assert action.effect is None
    assert scaling(pool).look(at=later(61)) is None
    action.refresh_from_db()
    assert (action.effect["oldest_age_s"], action.effect_at) == (0.0, later(61))


def test_what_was_wished_before_holds_workers_for_the_window():
    pool = FakePool(workers=4)
    scaling(pool, age_s=10).look(at=NOON)

    assert scaling(pool).look(at=later(299)) is None
    action = scaling(pool).look(at=later(301))

    assert (action.before, action.after, pool.workers) == (4, 2, 2)
    assert list(ScalingLook.objects.order_by("at").values_list("workers", "wished", "target")) == [
        (4, 4, 4),
        (4, 0, 4),
        (4, 0, 2),
    ]


def test_a_pool_that_fails_is_said_and_asked_again_after_a_rest():
    pool = FakePool(fails="Nobody answers.")
    busy = scaling(pool, age_s=20)

    assert busy.look(at=NOON).error == "Nobody answers."
    assert busy.look(at=later(30)) is None
    assert busy.look(at=later(61)).error == "Nobody answers."
    assert pool.asked == [4, 4]


def test_a_dry_run_says_what_it_would_do_and_does_not():
    pool = FakePool()
    dry = scaling(pool, age_s=20, dry_run=True)

    assert dry.look(at=NOON).dry_run is True
    assert dry.look(at=later(5)) is None
    assert pool.asked == []
    assert dry.advice(at=later(6)).decision.target == 4


def test_only_one_looks_at_a_time():
    pool = FakePool()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [SCALING])
            assert scaling(pool, age_s=20).look(at=NOON) is None
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SCALING])
    finally:
        other.close()

    assert scaling(pool, age_s=20).look(at=NOON) is not None


def test_looks_are_kept_for_a_day():
    pool = FakePool()
    scaling(pool).look(at=NOON)
    scaling(pool).look(at=NOON + timedelta(days=1, seconds=1))

    assert ScalingLook.objects.count() == 1


def test_nodes_tell_how_busy_they_are():
    for name, cpu in (("a", 50), ("b", 150)):
        register(name, queues=["generate"], capacity=2, at=NOON)
        beat(name, outstanding=3, at=NOON, cpu_pct=cpu, rss_bytes=200)
    register("outside", queues=["notices"], capacity=1, at=NOON)
    cpu = replace(POLICY, targets=Targets(None, None, cpu_pct=10, memory_pct=None, busy_pct=None))

    advice = scaling(FakePool(), policy=cpu).advice(at=NOON)

    assert advice.gathered.shown | {"nodes": 2, "held": 6, "cpu_pct": 50.0, "rss_bytes": 200.0} == (
        advice.gathered.shown
    )
    assert (advice.gathered.measures.cpu_pct, advice.decision.target) == (None, 2)
    scaling(FakePool(), policy=cpu).look(at=NOON)
    for name in ("a", "b"):
        beat(name, outstanding=3, at=later(31), cpu_pct=0)
    advice = scaling(FakePool(), policy=cpu).advice(at=later(31))
    assert (advice.gathered.measures.cpu_pct, advice.decision.target) == (25.0, 5)
    assert asked_or_alive("http", at=later(31)) == 2
    Node.objects.filter(name="a").update(draining=True)
    assert asked_or_alive("http", at=later(31)) == 1


def test_what_was_asked_for_lately_is_the_size_where_the_pool_cannot_tell():
    ScalingAction.objects.create(pool="http", before=1, after=5, reason="why", at=NOON)

    assert asked_or_alive("http", at=later(299)) == 5
    assert asked_or_alive("http", at=later(301)) == 0


def test_without_a_pool_nothing_is_looked_at(monkeypatch):
    monkeypatch.delenv("HELIOGRAPH_POOL", raising=False)

    assert scale(at=NOON) is None
    assert ScalingLook.objects.count() == 0


def test_settings_come_from_the_environment_and_a_file(tmp_path):
    file = tmp_path / "scaling.toml"
    file.write_text("horizon_s = 90\n[targets]\nage_s = 5\ncpu_pct = 0\n[up]\nworkers = 8\n")
    read = ScalingSettings.read(
        Environment(
            {
                "HELIOGRAPH_WORKERS_MIN": "2",
                "HELIOGRAPH_WORKERS_MAX": "9",
                "HELIOGRAPH_SCALING": str(file),
                "HELIOGRAPH_WORKER_MEMORY_MB": "500",
            }
        )
    )

    assert (read.policy.least, read.policy.most, read.policy.horizon_s) == (2, 9, 90)
    assert read.policy.targets == Targets(age_s=5, pieces_per_worker=2.0, cpu_pct=None, memory_pct=80.0)
    assert (read.policy.up.workers, read.policy.up.percent) == (8, 100)
    assert read.memory_bytes == 500_000_000
    assert ScalingSettings.read(Environment({})).policy.targets.memory_pct is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("speed = 9", "The policy has no speed; there are down, "),
        ("horizon_s = 'long'", "horizon_s of the policy is a number, not 'long'."),
        ("up = 3", "up of the policy is a table."),
        ("most =", "The policy is no TOML "),
        ("least = 7\nmost = 6", "least (7) must be 0 or more, and most (6) not below it."),
    ],
)
def test_a_policy_that_cannot_be_meant_is_one_sentence(tmp_path, text, sentence):
    file = tmp_path / "scaling.toml"
    file.write_text(text)

    with pytest.raises(BadPolicy) as refused:
        ScalingSettings.read(Environment({"HELIOGRAPH_SCALING": str(file)}))

    assert str(refused.value).startswith(sentence)
