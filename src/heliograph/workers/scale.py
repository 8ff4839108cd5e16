"""Scales: looks at the load, decides, tells the pool, and keeps what it did and what that brought as rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.fleet.measures import nodes_load
from heliograph.fleet.models import ScalingAction, ScalingLook
from heliograph.fleet.scaling import MINUTE, Change, Decision, Past, PastWish, Policy, decide
from heliograph.kit.direct import direct
from heliograph.kit.env import Environment
from heliograph.workers.gather import Gathered, Look, ReadDue, gather
from heliograph.workers.pools import NoPool, Pool, PoolFailed, pool_of
from heliograph.workers.queues import PLACED, QUICK
from heliograph.workers.scaling_settings import ScalingSettings

# Any number that nothing else locks by.
SCALING = 4_215_003
# A pool that failed is asked again after this.
REST = timedelta(seconds=60)
# What is measured later than this says nothing of an action any more.
EFFECT_LATEST = timedelta(minutes=10)
# What was asked for counts as the size for so long where the pool cannot tell.
ASKED = timedelta(minutes=5)
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Advice:
    """What the policy would do now, and what it saw."""

    workers: int
    decision: Decision
    gathered: Gathered


@dataclass(frozen=True, slots=True)
class Scaling:
    """A policy, the pool that it acts on, and how it measures.

    `due` replaces the due work of signals, `queues` those that the workers of the pool read.
    """

    settings: ScalingSettings
    pool: Pool
    due: ReadDue | None = None
    queues: Sequence[str] = QUICK

    @classmethod
    def of_environment(cls, *, at: datetime, environment: Environment | None = None) -> "Scaling":
        """As the environment says; BadPool, BadPolicy or BadSetting where it contradicts itself."""
        found = environment or Environment()
        pool = pool_of(found, sized=lambda: asked_or_alive("http", at=at))
        return cls(ScalingSettings.read(found), pool)

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.settings.policy

    def advice(self, *, at: datetime) -> Advice:
        """What the policy would do now; changes nothing."""
        workers = self.pool.size()
        gathered = gather(
            self.policy,
            workers=workers,
            at=at,
            memory_bytes=self.settings.memory_bytes,
            before=shown_in_minute(self.pool.name, at=at),
            due=self.due,
            queues=self.queues,
        )
        past = past_of(self.pool.name, self.policy, at=at)
        return Advice(workers, decide(self.policy, gathered.measures, past, at=at), gathered)

    def look(self, *, at: datetime) -> ScalingAction | None:
        """Look, decide and act, unless another does it now; returns what was done, None if nothing was."""
        with _alone() as mine:
            if not mine:
                return None
            advice = self.advice(at=at)
            self._note_effects(advice.gathered, at=at)
            self._note(advice, at=at)
            if advice.decision.target == advice.workers or self._rests(advice, at=at):
                return None
            return self._act(advice, at=at)

    def _act(self, advice: Advice, *, at: datetime) -> ScalingAction:
        """The row stands before the pool hears of it: no change is without one."""
        decision = advice.decision
        action = ScalingAction.objects.create(
            pool=self.pool.name,
            before=advice.workers,
            after=decision.target,
            reason=decision.reason,
            measured=advice.gathered.shown,
            dry_run=self.settings.dry_run,
            at=at,
        )
        if self.settings.dry_run:
            return action
        try:
            self.pool.resize(decision.target, reason=decision.reason)
        except PoolFailed as fault:
            action.error = str(fault)
            action.save(update_fields=["error"])
        return action

    def _rests(self, advice: Advice, *, at: datetime) -> bool:
        """True while asking again for the same would only repeat what failed or what is a dry run."""
        last = ScalingAction.objects.filter(pool=self.pool.name).order_by("-at", "-id").first()
        if last is None or (last.before, last.after) != (advice.workers, advice.decision.target):
            return False
        return (last.dry_run and self.settings.dry_run) or bool(last.error and last.at > at - REST)

    def _note(self, advice: Advice, *, at: datetime) -> None:
        ScalingLook.objects.create(
            pool=self.pool.name,
            at=at,
            workers=advice.workers,
            wished=advice.decision.wished,
            target=advice.decision.target,
            reason=advice.decision.reason,
            measured=advice.gathered.shown,
        )
        ScalingLook.objects.filter(pool=self.pool.name, at__lt=at - KEPT).delete()

    def _note_effects(self, gathered: Gathered, *, at: datetime) -> None:
        """What is measured now is the effect of the actions whose time has come."""
        ScalingAction.objects.filter(
            pool=self.pool.name,
            effect__isnull=True,
            dry_run=False,
            error="",
            at__lte=at - self.settings.effect_after,
            at__gt=at - self.settings.effect_after - EFFECT_LATEST,
        ).update(effect=gathered.shown, effect_at=at)


def scale(*, at: datetime) -> ScalingAction | None:
    """One look of the pool that the environment names; returns what was done, None if nothing was."""
    scaling = Scaling.of_environment(at=at)
    if isinstance(scaling.pool, NoPool):
        return None
    return scaling.look(at=at)


def past_of(pool: str, policy: Policy, *, at: datetime) -> Past:
    """What was wished and done in a pool as far back as the policy remembers."""
    since = at - timedelta(seconds=policy.memory_s)
    looks = ScalingLook.objects.filter(pool=pool, at__gte=since, at__lte=at).order_by("at", "id")
    actions = ScalingAction.objects.filter(pool=pool, at__gte=since, at__lte=at, dry_run=False, error="")
    return Past(
        wishes=tuple(PastWish(*row) for row in looks.values_list("at", "wished")),
        changes=tuple(
            Change(*row) for row in actions.order_by("at", "id").values_list("at", "before", "after")
        ),
    )


def shown_in_minute(pool: str, *, at: datetime) -> list[Look]:
    """What the looks of the last minute measured, oldest first."""
    since = at - timedelta(seconds=MINUTE)
    looks = ScalingLook.objects.filter(pool=pool, at__gt=since, at__lt=at).order_by("at")
    return list(looks.values_list("at", "measured"))


def asked_or_alive(pool: str, *, at: datetime) -> int:
    """The number of workers that was asked for lately, else of those that beat."""
    asked = ScalingAction.objects.filter(pool=pool, at__gt=at - ASKED, at__lte=at, dry_run=False, error="")
    last = asked.order_by("-at", "-id").first()
    return last.after if last else nodes_load(PLACED, at=at).nodes


@contextmanager
def _alone() -> Iterator[bool]:
    """True for the one that may act; the lock goes with the session if this process dies."""
    with direct().cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SCALING])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SCALING])
