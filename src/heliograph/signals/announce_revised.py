"""Tells of outcomes that would be others with today's candles, to those who were told of the signal."""

from collections import defaultdict
from collections.abc import Sequence

from heliograph.notices.models import Notice
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.signals.announce import PUBLISHED, Name, iso, shortened, subject_of
from heliograph.signals.models import Outcome, OutcomeRevision, Signal

REVISED = "signal.revised"
NUMBERS = ("entry_price", "exit_price", "r", "return_pct")


def tell_revised(found: Sequence[OutcomeRevision]) -> int:
    """Raise a notice for each of these, which are stored already; how many."""
    if not found:
        return 0
    numbers = [one.signal_id for one in found]
    signals = Signal.objects.filter(pk__in=numbers).select_related(
        "version__strategy", "instrument__venue", "outcome"
    )
    subjects = {signal.pk: _subject(signal) for signal in signals}
    outcomes = {signal.pk: signal.outcome for signal in signals}
    published = Notice.objects.filter(topic=PUBLISHED, subject__in=subjects.values())
    payloads = dict(published.values_list("subject", "payload"))
    earlier: dict[int, list[OutcomeRevision]] = defaultdict(list)
    for one in OutcomeRevision.objects.filter(signal__in=numbers).order_by("pk"):
        earlier[one.signal_id].append(one)
    told = []
    for one in found:
        number = next(place for place, row in enumerate(earlier[one.signal_id]) if row.pk == one.pk)
        before = earlier[one.signal_id][number - 1] if number else outcomes[one.signal_id]
        subject = subjects[one.signal_id]
        if subject in payloads:
            payload = payloads[subject] | {
                "outcome": _plain(one),
                "before": _plain(before),
                "cause": one.cause,
            }
            told.append(Told(REVISED, shortened(f"{subject}:{number + 1}"), payload))
    return raise_notices(told, at=found[0].found_at)


def _subject(signal: Signal) -> str:
    name = Name(signal.instrument.venue.name, signal.instrument.symbol)
    return subject_of(signal.version, name, signal.bar_time, signal.side)


def _plain(outcome: Outcome | OutcomeRevision) -> dict[str, object]:
    times = {name: getattr(outcome, name) for name in ("entry_time", "exit_time")}
    return {
        "state": outcome.state,
        **{name: getattr(outcome, name) for name in NUMBERS},
        **{name: None if time is None else iso(time) for name, time in times.items()},
        "exit_reason": outcome.exit_reason or None,
    }
