"""What notices can tell of, and what of it a subscription may ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from heliograph.notices.errors import NoSuchTopic

# What a subscription can be narrowed by; a filter of something that a topic does not have lets it through.
STRATEGY, INSTRUMENT, CONFIDENCE, SIDE = "strategy", "instrument", "confidence", "side"


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of notice. `fields`: which filters look at it."""

    name: str
    title: str
    says: str
    fields: tuple[str, ...]


OF_SIGNALS = (STRATEGY, INSTRUMENT, CONFIDENCE, SIDE)
PUBLISHED = Topic("signal.published", "Signal published", "a live strategy published a signal", OF_SIGNALS)
SETTLED = Topic("signal.settled", "Signal settled", "it is over: settled, missed or unresolved", OF_SIGNALS)
REVISED = Topic(
    "signal.revised", "Signal revised", "with today's candles it would end differently", OF_SIGNALS
)
STALE = Topic("data.stale", "Data stale", "candles do not come any more, or come again", (INSTRUMENT,))
PARKED = Topic("work.parked", "Work parked", "work failed again and again, or goes on again", (STRATEGY,))
# A topic for each severity, so that a subscription can ask for what is critical alone.
OF_INCIDENTS = {
    severity: Topic(f"incident.{severity}", f"Incident, {severity}", says, ())
    for severity, says in {
        "info": "something is unusual, and can wait",
        "warning": "something is wrong, and somebody should look today",
        "critical": "something is broken, and somebody should look now",
    }.items()
}
ESCALATED = Topic("incident.escalated", "Incident escalated", "nobody acknowledged an incident in time", ())
TEST = Topic("test", "Test", "somebody tries a channel", ())
# A test goes to the channel that is tried, whatever it asks for.
TOPICS = {
    topic.name: topic
    for topic in (PUBLISHED, SETTLED, REVISED, STALE, PARKED, *OF_INCIDENTS.values(), ESCALATED)
}
# The topic of a message that tells of several notices.
DIGEST = "digest"


def check_topics(wanted: Iterable[str]) -> list[str]:
    """The same in one order; NoSuchTopic where one names nothing, as `signal.published` or `signal.*` do."""
    found = list(dict.fromkeys(wanted))
    for one in found:
        if not any(is_wanted(name, [one]) for name in TOPICS):
            raise NoSuchTopic(one, known=list(TOPICS))
    return found


def is_wanted(topic: str, wanted: Sequence[str]) -> bool:
    """True if `topic` is among them; none at all means every topic, `signal.*` all below it."""
    return not wanted or any(
        topic == one or (one.endswith(".*") and topic.startswith(one[:-1])) for one in wanted
    )


def is_named(name: str, globs: Sequence[str]) -> bool:
    """True if one of these patterns (`*` and `?`) fits, however written; none at all means every name."""
    return not globs or any(fnmatchcase(name.casefold(), glob.casefold()) for glob in globs)
