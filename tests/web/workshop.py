"""Rows of work of every kind, for the pages of work to show."""

from datetime import timedelta

from heliograph.fleet.models import (
    Job,
    Node,
    Place,
    PlacementDecision,
    Rescue,
    Ring,
    ScalingAction,
    ScalingLook,
    Work,
)
from heliograph.kit.clock import utc_now

TRACEBACK = (
    'Traceback (most recent call last):\n  File "plan.py", line 7\nZeroDivisionError: division by zero'
)


def make_workshop():
    """Four nodes (one lost, one draining), placed shards, failed and parked work, jobs, scaling."""
    now = utc_now()
    nodes = [_node(f"desk:worker-{number}", now=now) for number in range(1, 5)]
    Node.objects.filter(pk=nodes[2].pk).update(draining=True, reason="new memory on Friday")
    Node.objects.filter(pk=nodes[3].pk).update(heartbeat_at=now - timedelta(seconds=40))
    for shard in range(12):
        node = nodes[shard % 2]
        reason = f"{node.name} comes first for it, and holds {shard // 2} of at most 7"
        Place.objects.create(
            key=f"shard:{shard}", node=node, strategy="rendezvous", reason=reason, placed_at=now
        )
    PlacementDecision.objects.create(
        key="shard:3",
        from_node="desk:worker-4",
        to_node="desk:worker-2",
        strategy="rendezvous",
        reason="desk:worker-4 is lost: its last heartbeat was 12 s ago",
        at=now,
    )
    _ledger(now)
    _jobs(now)
    Ring.objects.create(name="close 5m", due_at=now, epoch=3, rung_at=now)
    Rescue.objects.create(concern="generate", reason="its message was lost", pieces=3, at=now)
    ScalingAction.objects.create(
        pool="local",
        before=2,
        after=4,
        reason="The oldest due work is 48 s old, 10 s is the target.",
        measured={"oldest_age_s": 48.0},
        at=now - timedelta(minutes=2),
    )
    for minute in range(50):
        ScalingLook.objects.create(
            pool="local",
            at=now - timedelta(minutes=50 - minute),
            workers=2 + 2 * (minute > 45),
            wished=4,
            target=4,
            reason="The oldest due work is 48 s old, 10 s is the target.",
            measured={"oldest_age_s": 48.0 * (minute > 45)},
        )


def _node(name, *, now):
    return Node.objects.create(
        name=name,
        host="desk",
        pid=4711,
        queues=["generate", "settle"],
        capacity=2,
        outstanding=1,
        latency_ms=12.34,
        cpu_pct=37.0,
        rss_bytes=212_000_000,
        started_at=now - timedelta(hours=3),
        heartbeat_at=now,
    )


def _ledger(now):
    common = {"kind": "generate", "node": "desk:worker-1", "started_at": now - timedelta(seconds=5)}
    Work.objects.create(key="shard:1", state="running", **common)
    Work.objects.create(
        key="shard:7", state="failed", tries=1, error="Its worker process died.", not_before=now, **common
    )
    Work.objects.create(
        key="shard:9", state="parked", tries=3, error="division by zero", traceback=TRACEBACK, **common
    )


def _jobs(now):
    Job.objects.create(
        kind="backfill",
        title="Backfill BTC/USDT 5m from 1 Jan 2024",
        state="running",
        done=120_000,
        total=200_000,
        unit="bars",
        created_at=now - timedelta(minutes=10),
        started_at=now - timedelta(minutes=6),
    )
    Job.objects.create(kind="backtest", title="Backtest Pullback v3", created_at=now)
    Job.objects.create(
        kind="backtest",
        title="Backtest Squeeze v1",
        state="failed",
        done=7,
        unit="instruments",
        error="division by zero",
        traceback=TRACEBACK,
        created_at=now - timedelta(hours=1),
        started_at=now - timedelta(hours=1),
        finished_at=now - timedelta(minutes=50),
    )
