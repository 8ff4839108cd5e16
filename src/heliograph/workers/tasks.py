"""All tasks: ids in, one call, a plain result out."""

from datetime import timedelta

from celery import shared_task

from heliograph.kit.clock import utc_now

# A long way to catch up is gone in pieces: each step is stored, and the next ring goes on behind it.
PIECE = timedelta(seconds=60)


@shared_task(time_limit=120)
def generate_due() -> None:
    """Advance every running version over the bars that have closed."""
    from heliograph.signals.generate import generate

    began = utc_now()
    generate(at=began, stop=lambda: utc_now() - began > PIECE)


@shared_task(time_limit=120)
def settle_due() -> None:
    """Finish the outcomes that waited for finer data or a delisting."""
    from heliograph.signals.settle import settle

    settle(at=utc_now())


@shared_task(time_limit=60)
def replay_tick() -> None:
    """Play the bars that are due, and ring for them."""
    from heliograph.market.sources.replay.play import play_due

    if play_due(at=utc_now()):
        generate_due.delay()
