"""Whether a subscription wants a notice."""

from collections.abc import Mapping

from heliograph.notices.models import Subscription
from heliograph.notices.topics import (
    CONFIDENCE,
    INSTRUMENT,
    OF_SIGNALS,
    SIDE,
    STRATEGY,
    TOPICS,
    is_named,
    is_wanted,
)
from heliograph.notices.words import number_of

Payload = Mapping[str, object]


def matches(asked: Subscription, topic: str, payload: Payload) -> bool:
    """True if it wants the topic and no filter of the topic's fields stands against it.

    What a notice does not know, such as a confidence that was not computed, fits no filter that asks for it.
    """
    if not is_wanted(topic, asked.topics):
        return False
    known = TOPICS.get(topic)
    fields = known.fields if known else OF_SIGNALS if topic.startswith("signal.") else ()
    if STRATEGY in fields and not is_named(str(payload.get("strategy", "")), asked.strategies):
        return False
    if INSTRUMENT in fields and not _is_of(payload, asked.instruments):
        return False
    if SIDE in fields and asked.side and payload.get("side") != asked.side:
        return False
    if CONFIDENCE not in fields or asked.least_confidence is None:
        return True
    confidence = number_of(payload, "confidence")
    return confidence is not None and confidence >= asked.least_confidence


def _is_of(payload: Payload, globs: list[str]) -> bool:
    """By symbol, or by venue:symbol. Of a whole venue every instrument is one."""
    symbol = payload.get("symbol")
    if symbol is None:
        return True
    return is_named(str(symbol), globs) or is_named(f"{payload.get('venue')}:{symbol}", globs)
