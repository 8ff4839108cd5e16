"""What a rejected signal would have come to, in one line; and why that is not known."""

from heliograph.reports.models import WouldBe
from heliograph.reports.rejected import WHY_UNKNOWN
from heliograph.signals.models import Signal
from heliograph.web.life import LEFT
from heliograph.web.numbers import signed

BEGIN = "Had it been published, taken alone, it would"
NOT_YET = "What it would have come to is not looked at yet."


def would_be_words(signal: Signal) -> str:
    """Empty for one that was published. One statement."""
    if signal.state != Signal.State.REJECTED:
        return ""
    found = WouldBe.objects.filter(signal=signal).first()
    if found is None:
        return NOT_YET
    if found.state == WouldBe.State.SETTLED:
        return f"{BEGIN} have come to {_result(found)}."
    if found.state == WouldBe.State.MISSED:
        return f"{BEGIN} have missed its entry: the next bar opened at or beyond a level."
    if found.state == WouldBe.State.RUNNING:
        return f"{BEGIN} still run, as far as it was looked at."
    return f"What it would have come to is unknown: {WHY_UNKNOWN[found.state]}."


def _result(found: WouldBe) -> str:
    """`+0.44 R before fees (+0.31 % after costs) within 12 bars, and have left at the stop`."""
    percent = "" if found.return_pct is None else f"{signed(found.return_pct, 2)} % after costs"
    # Without a stop there is no R.
    told = f"{signed(found.r, 2)} R before fees ({percent})" if found.r is not None else percent
    held = "" if found.bars_held is None else f" within {found.bars_held:,} bar{'s' * (found.bars_held != 1)}"
    return f"{told}{held}, and have {LEFT.get(found.exit_reason, 'left')}"
