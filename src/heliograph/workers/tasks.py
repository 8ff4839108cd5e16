"""All tasks: ids in, one call, a plain result out. Each may come twice, or not at all."""

from collections.abc import Sequence
from datetime import timedelta

from celery import shared_task

from heliograph.kit.clock import utc_now

# Before the limit a task is told, and can say where it stood; at the limit its process is killed.
LIMITS = {"soft_time_limit": 100, "time_limit": 120}
SHORT = {"time_limit": 60}
PIECE = timedelta(seconds=60)
# What goes on in small steps leaves room for what came meanwhile.
SOON = timedelta(seconds=5)
# Long work renews a lease of its own, and is handed back by its reports after this time.
LONG_PIECE = timedelta(minutes=10)
LONG = {"time_limit": 3_600, "acks_late": False, "reject_on_worker_lost": False}


@shared_task(**SHORT)
def generate_due() -> None:
    """Send the shards that have new bars to workers."""
    from heliograph.workers.dispatch import ring_due
    from heliograph.workers.standing import stand

    stand("generate_due", lambda at: ring_due(at=at))


@shared_task(**LIMITS)
def generate_shards(progress_ids: Sequence[int]) -> None:
    """Advance these shards over the bars that have closed."""
    from heliograph.workers.shards import work_on_shards

    work_on_shards(progress_ids)


@shared_task(**SHORT)
def warm_due() -> None:
    """Send the shards whose next bar is about to close to the nodes that will advance them, to be warmed."""
    from heliograph.workers.standing import stand
    from heliograph.workers.warm_ahead import send_warming

    stand("warm_due", lambda at: send_warming(at=at))


@shared_task(**SHORT)
def warm_shards(progress_ids: Sequence[int]) -> None:
    """Bring the states of these shards into memory."""
    from heliograph.workers.warm_ahead import warm

    warm(progress_ids)


@shared_task(**LIMITS)
def settle_due() -> None:
    """Look again at what waits for finer data, and end what is delisted."""
    from heliograph.workers.settling import settle_what_waits
    from heliograph.workers.standing import stand

    stand("settle_due", lambda at: settle_what_waits(at=at))


@shared_task(**LIMITS)
def poll_due() -> None:
    """Fetch the candles that exchanges should have by now, and ring for them."""
    from heliograph.market.sources.exchange.poll import poll_due as poll
    from heliograph.workers.ring import ring
    from heliograph.workers.standing import stand

    stand("poll_due", lambda at: poll(at=at) and ring("generate_due"))


@shared_task(**LIMITS)
def sync_due() -> None:
    """Read the lists of instruments of exchanges that are due."""
    from heliograph.market.sources.exchange.universe import sync_due as sync
    from heliograph.workers.standing import stand

    stand("sync_due", lambda at: sync(at=at))


@shared_task(**SHORT)
def replay_tick() -> None:
    """Play the bars that are due, and ring for them."""
    from heliograph.market.sources.replay.play import play_due
    from heliograph.workers.ring import ring
    from heliograph.workers.standing import stand

    stand("replay_tick", lambda at: play_due(at=at) and ring("generate_due"))


@shared_task(**LIMITS)
def deliver_due() -> None:
    """Deliver the notices that are due. Several may be at it: each channel has one that serves it."""
    from django.conf import settings

    from heliograph.notices.deliver import deliver_due as deliver
    from heliograph.workers.doorbell import release
    from heliograph.workers.unheard import unheard_by

    release(["deliver_due"])
    began = utc_now()
    site = settings.HELIOGRAPH_PUBLIC_URL
    deliver(at=began, stop=lambda: utc_now() - began > PIECE, site=site, hides=unheard_by)


@shared_task(**SHORT)
def reconcile() -> None:
    """Ring again for work that nobody is at."""
    from heliograph.workers.reconcile import reconcile as run
    from heliograph.workers.standing import stand

    stand("reconcile", lambda at: run(at=at))


@shared_task(**LONG)
def run_jobs() -> None:
    """Run long work, one job after another; the reports of each renew its lease."""
    from heliograph.workers.long import run_waiting

    end = utc_now() + LONG_PIECE
    run_waiting(stop=lambda: utc_now() > end)


@shared_task(**SHORT)
def scale() -> None:
    """Look whether there should be more or fewer workers."""
    from heliograph.workers.scale import scale as look
    from heliograph.workers.standing import stand

    stand("scale", lambda at: look(at=at))


@shared_task(**LIMITS)
def upkeep() -> None:
    """Remove what is kept no longer."""
    from django.conf import settings

    from heliograph.workers.retention.chosen import chosen
    from heliograph.workers.retention.daily import drop_daily
    from heliograph.workers.ring import ring
    from heliograph.workers.standing import stand
    from heliograph.workers.tuned import tune_daily
    from heliograph.workers.upkeep import forget_old

    stand("upkeep", lambda at: forget_old(at=at, kept=chosen()))
    asked = drop_daily(at=utc_now())
    if tune_daily(at=utc_now(), is_allowed=settings.HELIOGRAPH_TUNE) or asked:
        ring("run_jobs")


@shared_task(**SHORT)
def tell_troubles() -> None:
    """Raise notices of data that are stale and of work that is parked."""
    from heliograph.workers.ring import ring
    from heliograph.workers.standing import stand
    from heliograph.workers.troubles import tell_troubles as tell

    stand("tell_troubles", lambda at: tell(at=at) and ring("deliver_due"))


@shared_task(**LIMITS)
def check_rollouts() -> None:
    """Measure the rollouts that run, and roll back those that break their gates."""
    from heliograph.signals.rollout_gates import check_rollouts as check
    from heliograph.workers.standing import stand

    stand("check_rollouts", lambda at: check(at=at))


@shared_task(**SHORT)
def report_due() -> None:
    """Ask for the reports whose period is over, and ring for them."""
    from heliograph.reports.schedules import ask_due
    from heliograph.workers.ring import ring
    from heliograph.workers.standing import stand
    from heliograph.workers.unheard import hidden_from_report

    stand("report_due", lambda at: ask_due(at=at, hidden_from=hidden_from_report) and ring("run_jobs"))


@shared_task(**LIMITS)
def keep_quality() -> None:
    """Measure how good the newest days of data are."""
    from heliograph.reports.quality.keep import keep_newest
    from heliograph.workers.standing import stand

    stand("keep_quality", lambda at: keep_newest(at=at))


@shared_task(**LIMITS)
def fold_sums() -> None:
    """Add what has settled to the sums that analytics rest on, and look at what is new for them."""
    from heliograph.reports.keep_sums import keep_sums
    from heliograph.workers.standing import stand

    began = utc_now()
    stand("fold_sums", lambda at: keep_sums(at=at, stop=lambda: utc_now() - began > SOON))


@shared_task(**LIMITS)
def forecast() -> None:
    """Foresee what comes, and compare what was foreseen with what came."""
    from heliograph.workers.forecasting import forecast_when_due
    from heliograph.workers.standing import stand

    stand("forecast", lambda at: forecast_when_due(at=at))


@shared_task(**SHORT)
def measure() -> None:
    """Look at everything, and keep what was measured."""
    from heliograph.monitor.take import keep_look
    from heliograph.workers.measuring import ground
    from heliograph.workers.standing import stand

    stand("measure", lambda at: keep_look(ground(at=at)))


@shared_task(**SHORT)
def send_heartbeat() -> None:
    """Tell the dead-man's switch that all works, if it does."""
    from heliograph.monitor.alerts.heartbeat import send_heartbeat as send
    from heliograph.workers.standing import stand

    stand("send_heartbeat", lambda at: send(at=at))
