"""The bundled sample, made ready: its history, its strategies, and their signals over it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from heliograph.engine.strategy import Strategy as Checked
from heliograph.kit.clock import utc_now
from heliograph.market.models import Candle
from heliograph.market.sources.replay.samples import SAMPLES, sample_strategies
from heliograph.market.sources.replay.venue import load_sample
from heliograph.signals.generate import generate
from heliograph.signals.generated import Generated
from heliograph.signals.models import Strategy, StrategyVersion
from heliograph.signals.settle import settle
from heliograph.signals.strategies import add_strategy

Say = Callable[[str], None]
SILENCE = timedelta(seconds=5)


def make_sample_ready(*, at: datetime, say: Say) -> None:
    """Load what is missing of the sample and add its strategies; where all is there it changes nothing."""
    loaded = [sample.name for sample in SAMPLES if load_sample(sample, at=at)]
    if loaded:
        say(f"Sample loaded: {', '.join(loaded)}, {Candle.objects.count():,} bars")
    added = add_sample_strategies(at=at)
    if added:
        say(f"Sample strategies added: {added}")


def add_sample_strategies(*, at: datetime) -> int:
    """Add the bundled strategies whose names are free, live; returns how many."""
    texts = {Checked.parse(text).name: text for text in sample_strategies()}
    taken = set(Strategy.objects.filter(name__in=texts).values_list("name", flat=True))
    for name in texts.keys() - taken:
        add_strategy(text=texts[name], stage=StrategyVersion.Stage.LIVE, at=at)
    return len(texts.keys() - taken)


def catch_up(*, at: datetime, say: Say) -> None:
    """Generate and settle whatever is due, saying how much it was and, where it takes long, how far it is."""
    said = at

    def tell(so_far: Generated) -> None:
        nonlocal said
        if utc_now() - said > SILENCE:
            said = utc_now()
            say(f"{so_far.bars:,} bars evaluated so far")

    made = generate(at=at, on_step=tell)
    ended = settle(at=at)
    if made.bars:
        say(
            f"{made.bars:,} bars evaluated: {made.published:,} signals published, "
            f"{made.rejected:,} rejected, {made.settled + ended.settled:,} settled"
        )
