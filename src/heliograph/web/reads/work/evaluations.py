"""The newest steps with their gates, and the shards that wait."""

from heliograph.signals.evaluations import newest_steps, postponements
from heliograph.signals.models import Evaluation, Postponement
from heliograph.signals.queries import Hidden

NEWEST = 100


def newest_evaluations(*, hidden: Hidden = ()) -> list[Evaluation]:
    """The steps stored last, newest first. One statement."""
    return list(newest_steps(hidden=hidden)[:NEWEST])


def postponed(*, hidden: Hidden = ()) -> list[Postponement]:
    """The shards whose gates are closed, the longest waiting first. One statement."""
    return list(postponements(hidden=hidden))
