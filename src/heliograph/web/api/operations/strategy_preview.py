"""What a text that is not saved would have fired."""

from django.http import HttpRequest

from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.api.asked import Day, Id
from heliograph.web.api.limits import taken_of, too_often
from heliograph.web.api.operations.strategies import router
from heliograph.web.api.operations.strategy_writes import TextTold
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.asides import FireShape, WouldShape
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.reads.strategies.text import check_text
from heliograph.web.reads.strategies.watched import one_of, usual_since
from heliograph.web.reads.strategies.would import A_MINUTE, Would, would_have

# So many signals are told one by one.
MOST = 500
fire = filler(FireShape)


class PreviewTold(TextTold):
    """A text, one of the instruments that it watches (the first by symbol), and since when (the newest 500
    bars)."""

    instrument_id: Id | None = None
    since: Day | None = None


@router.post("strategy-preview", response=WouldShape, summary="What the text of a strategy would have fired")
@changes_nothing
@needs("analyst")
def preview_strategy(request: HttpRequest, told: PreviewTold) -> dict[str, object]:
    """For one instrument over its newest 20,000 bars; nothing is stored. It is answered 30 times a minute,
    and refused where it would take longer than four seconds."""
    checked = check_text(told.text)
    if checked.meant is None:
        raise Refused(422, str(checked.findings[0]), name="text")
    strategy = checked.meant.strategy
    series = one_of(strategy, told.instrument_id)
    if series is None and told.instrument_id is not None:
        sentence = f"The text watches no instrument {told.instrument_id} with {strategy.timeframe} bars."
        raise Refused(422, sentence, name="instrument_id")
    if series is None:
        sentence = f"No stored instrument with {strategy.timeframe} bars is in its universe."
        raise Refused(422, sentence, name="text")
    taken = taken_of(request, "would", per_minute=A_MINUTE)
    if taken is not None and not taken.granted:
        raise Refused(429, too_often(taken), headers={"Retry-After": str(taken.next_in)})
    return _told(would_have(strategy, series, since=told.since or usual_since(series)))


def _told(found: Would) -> dict[str, object]:
    rejected = sorted(found.rejected.items(), key=lambda one: (-one[1], one[0]))
    return filled(
        WouldShape,
        found,
        instrument_id=found.choice.id,
        venue=found.choice.venue,
        symbol=found.choice.symbol,
        published=len(found.fires),
        rejected=[{"reason": reason, "count": count} for reason, count in rejected],
        fires=[fire(one) for one in found.fires[:MOST]],
    )
