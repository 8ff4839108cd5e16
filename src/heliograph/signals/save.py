"""Saves a text that somebody wrote on top of a version, unless another one was faster."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from heliograph.engine.strategy import Strategy as Checked
from heliograph.signals.errors import SameText, SavedMeanwhile
from heliograph.signals.models import Strategy, StrategyVersion
from heliograph.signals.strategies import add_strategy


@transaction.atomic
def save_version(
    *, text: str, stage: str, base: int, origin: datetime | None = None, author: str = "", at: datetime
) -> StrategyVersion:
    """The new version of the strategy that the text names.

    `base` is the newest version that its author has seen, 0 for a strategy that was not there. SameText if a
    version means the same; SavedMeanwhile if there is a newer one; BadStrategy names all that is wrong.
    """
    checked = Checked.parse(text)
    # Whoever saves the same strategy waits here; of one that is new, the number tells who came second.
    strategy = Strategy.objects.select_for_update(no_key=True).filter(name=checked.name).first()
    if strategy:
        same = strategy.versions.filter(digest=checked.digest, origin=origin).first()
        if same:
            raise SameText(checked.name, same.number)
        newest = strategy.versions.aggregate(newest=Max("number"))["newest"] or 0
        if newest != base:
            raise SavedMeanwhile(checked.name, base=base, newest=newest)
    version = add_strategy(text=text, stage=stage, origin=origin, author=author, at=at)
    if strategy is None and version.number != 1:
        raise SavedMeanwhile(checked.name, base=0, newest=version.number - 1)
    return version
