"""Channels that fail, work that waits for people, and the number of workers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Q

from heliograph.fleet.models import ScalingLook, Work
from heliograph.fleet.simulate.queueing import mean_wait_s
from heliograph.monitor.advice.finding import Effect, Evidence, Finding, heliograph
from heliograph.monitor.advice.kept import last_day, last_value, lowered
from heliograph.notices.models import Channel
from heliograph.signals.models import Progress

# Failures in a row.
FAILS = 5
SHARD = "shard:"
# The policy must have wished for another number in so much of so many looks.
DAY, WISHED, LOOKS = timedelta(days=1), 0.5, 60
# Letting workers go saves little: it must have been so nearly always.
IDLE = 0.95


def failing_channels(at: datetime) -> Iterator[Finding]:
    """Channels that cannot be reached, or were given up."""
    rows = Channel.objects.filter(Q(enabled=True, failures__gte=FAILS) | (Q(enabled=False) & ~Q(reason="")))
    used = Channel.objects.filter(enabled=True).count()
    for channel in rows.order_by("name"):
        source = f"notices_channel {channel.pk}"
        effect = (
            lowered(
                "notices_failing_channels_ratio", by=1 / used, at=at, basis="its share of the channels in use"
            )
            if channel.enabled
            else lowered("notices_disabled_channels", by=1, at=at, basis="this one")
        )
        verb = "test" if channel.enabled else "enable"
        yield Finding(
            rule="failing channel",
            subject=f"channel {channel.pk}",
            title=f"Mend the channel {channel.name}",
            why=channel.reason or f"It could not be reached {channel.failures} times in a row.",
            command=heliograph("channel", verb, channel.name),
            evidence=(Evidence("failures in a row", channel.failures, source),),
            effect=effect,
            audience=channel.audience,
        )


def parked_work(at: datetime) -> Iterator[Finding]:
    """Work that is not tried again before somebody says so."""
    rows = list(Work.objects.filter(state=Work.State.PARKED).order_by("started_at")[:20])
    shards = _shards(rows)
    for row in rows:
        shard = shards.get(row.key)
        name = f"{shard.version}, {shard.venue} shard {shard.shard}" if shard else f"{row.kind} {row.key}"
        source = f"fleet_work {row.pk}"
        yield Finding(
            rule="parked work",
            subject=f"{row.kind} {row.key}",
            title=f"Try {name} again, once its cause is mended",
            why=f"It failed {row.tries} times: {row.error[:300]}",
            command=heliograph("work", "retry", row.key),
            evidence=(
                Evidence("tries", row.tries, source),
                Evidence("since", row.started_at.isoformat(), source),
            ),
            effect=lowered("queues_parked_work", by=1, at=at, basis="this piece"),
            strategy_id=shard.version.strategy_id if shard else None,
        )


def _shards(rows: list[Work]) -> dict[str, Progress]:
    numbers = {row.key: row.key.removeprefix(SHARD) for row in rows if row.key.startswith(SHARD)}
    wanted = {key: int(number) for key, number in numbers.items() if number.isdecimal() and len(number) < 19}
    found = Progress.objects.select_related("version__strategy", "venue").in_bulk(list(wanted.values()))
    return {key: found[number] for key, number in wanted.items() if number in found}


def worker_count(at: datetime) -> Iterator[Finding]:
    """Where the policy of scaling has wished for another number for most of a day, and did not get it."""
    looks = ScalingLook.objects.filter(at__gt=at - DAY, at__lte=at).order_by("-at")
    newest = looks.first()
    if newest is None:
        return
    rows = list(looks.filter(pool=newest.pool).values_list("workers", "wished"))
    more = [wished for workers, wished in rows if wished > workers]
    fewer = [wished for workers, wished in rows if wished < workers]
    if len(rows) < LOOKS:
        return
    if len(more) >= WISHED * len(rows):
        yield _workers(newest, len(rows), more, at=at)
    elif len(fewer) >= IDLE * len(rows):
        yield _workers(newest, len(rows), fewer, at=at)


def _workers(newest: ScalingLook, number: int, wishes: list[int], *, at: datetime) -> Finding:
    wished = round(median(wishes))
    known = [point.most for point in last_day("queues_generate_age_seconds", at=at) if point.most is not None]
    oldest = max(known, default=None)
    evidence = [
        Evidence("looks that wished so", len(wishes) / number, f"fleet_scalinglook of {newest.pool}, a day"),
        Evidence("workers", newest.workers, f"fleet_scalinglook {newest.pk}"),
        Evidence("wished, at the median", wished, f"fleet_scalinglook of {newest.pool}, a day"),
    ]
    if oldest is not None:
        evidence.append(
            Evidence("oldest due work (seconds)", oldest, "monitor_hour, queues_generate_age_seconds")
        )
    is_more = wished > newest.workers
    return Finding(
        rule="workers",
        subject=f"pool {newest.pool}",
        title=f"Run {wished} workers instead of {newest.workers}",
        why=f"In {100 * len(wishes) / number:.0f} % of {number:,} looks of a day the policy wished for "
        f"{'more' if is_more else 'fewer'}: {newest.reason}",
        command=f"HELIOGRAPH_POOL=local HELIOGRAPH_WORKERS_MAX={wished} heliograph up",
        evidence=tuple(evidence),
        effect=_shorter(newest, wished, oldest, at=at) if is_more else None,
    )


def _shorter(newest: ScalingLook, wished: int, oldest: float | None, *, at: datetime) -> Effect:
    """How long work will wait, by the formula of M/M/c, where rate and time of a piece are known."""
    steps = last_value("generation_steps", at=at)
    each = newest.measured.get("seconds_each")
    expected = None
    basis = "work waits less among more workers; by how much is not known, as no piece was measured"
    if steps and isinstance(each, int | float) and each > 0:
        rate = steps / 900
        waits = [
            mean_wait_s(count, rate=rate, mean_s=float(each)) for count in (max(newest.workers, 1), wished)
        ]
        if waits[1] != float("inf"):
            expected = waits[1]
            before = "without end" if waits[0] == float("inf") else f"{waits[0]:.2g} s"
            basis = (
                f"mean waiting by M/M/c at {rate:.3g} pieces a second of {each:.3g} s: "
                f"from {before} to {waits[1]:.2g} s"
            )
    return Effect("queues_generate_age_seconds", "down", basis, now=oldest, expected=expected)
