"""Late and corrected candles: what they change, and what they must not."""

from dataclasses import replace
from datetime import datetime

from heliograph.signals.due import Due
from heliograph.signals.generated import Generated
from heliograph.signals.state import ShardState


def heed_amendments(state: ShardState, due: Due, *, at: datetime) -> Generated:
    """Rebuilds the indicators of rows whose past was amended; slots, levels and published signals stay."""
    state.stand = replace(state.stand, amendments=due.amendments)
    return Generated()
