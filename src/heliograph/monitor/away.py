"""What is known while the database does not answer; needs none itself."""

from heliograph.monitor.measure import Definition, Measure, Rule, known

UP = Definition("database_up", "count", "1 while the database answers", Rule(1, 0, gate=True))


def away(reason: str) -> Measure:
    """The database does not answer."""
    return known(UP, 0, note=reason)
