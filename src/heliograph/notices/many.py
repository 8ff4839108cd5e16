"""Several notices told together: how many of what, the busiest strategies, the first of them in full."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from heliograph.notices.incident_words import INCIDENTS
from heliograph.notices.topics import TOPICS
from heliograph.notices.words import line_of, moment, version_of

FIRST = 20
BUSIEST = 5
Payload = Mapping[str, object]
WORDS = {
    "signal.published": "published",
    "signal.settled": "settled",
    "signal.revised": "revised",
    "data.stale": "on data",
    "work.parked": "on work",
    **dict.fromkeys(INCIDENTS, "on incidents"),
}


def title_of_many(payload: Payload) -> str:
    """`500 signals in 1 min: 312 long, 188 short`, or `Digest: 12 notices, 8 published, 4 settled`."""
    told = _told(payload)
    topics = Counter(str(one.get("type")) for one in told)
    if set(topics) == {"signal.published"}:
        sides = Counter(str(_data(one).get("side")) for one in told)
        what, split = _counted(len(told), "signal"), [f"{sides[side]:,} {side}" for side in sorted(sides)]
    else:
        what = _counted(len(told), "notice")
        split = [f"{count:,} {WORDS.get(name, name)}" for name, count in _in_order(topics)]
    start, reason = "", payload.get("reason")
    if reason == "digest":
        start = "Digest: "
    if reason == "quiet":
        start = "Of the quiet hours: "
    return f"{start}{what}{_span(told)}: {', '.join(split)}"


def lines_of_many(payload: Payload, *, at: datetime) -> list[str]:
    """The busiest strategies, the first notices, and how many more there are."""
    told = _told(payload)
    busiest = Counter(version_of(_data(one)) for one in told if _data(one).get("strategy"))
    lines = []
    if len(busiest) > 1:
        most = [f"{name} {count:,}" for name, count in busiest.most_common(BUSIEST)]
        rest = len(busiest) - len(most)
        lines.append(f"Strategies: {', '.join(most)}" + (f" and {rest:,} more" if rest else ""))
    lines += [_line(one, at) for one in told[:FIRST]]
    if len(told) > FIRST:
        lines.append(f"and {len(told) - FIRST:,} more")
    return lines


def _line(one: Payload, at: datetime) -> str:
    data = _data(one)
    line = line_of(str(one.get("type")), data, at=at, subject=str(data.get("subject")))
    return (
        line if one.get("type") == "signal.published" else f"{line} · {moment(one.get('timestamp'), at=at)}"
    )


def _told(payload: Payload) -> Sequence[Payload]:
    found = payload.get("notices")
    return found if isinstance(found, list) else []


def _data(one: Payload) -> Payload:
    data = one.get("data")
    return data if isinstance(data, Mapping) else {}


def _in_order(topics: Counter[str]) -> list[tuple[str, int]]:
    known = list(TOPICS)
    return sorted(topics.items(), key=lambda pair: known.index(pair[0]) if pair[0] in known else len(known))


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _span(told: Sequence[Payload]) -> str:
    """` in 1 min`: between the first and the last, rounded up."""
    times = [datetime.fromisoformat(str(one.get("timestamp"))) for one in told if one.get("timestamp")]
    if not times:
        return ""
    minutes = max(1, -int(-(max(times) - min(times)).total_seconds() // 60))
    if minutes < 120:
        return f" in {minutes:,} min"
    hours = -(-minutes // 60)
    return f" in {hours:,} h" if hours < 48 else f" in {-(-hours // 24):,} d"
