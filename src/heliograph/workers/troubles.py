"""Tells of data that are stale and of work that is parked, and of their ends."""

from datetime import datetime, timedelta

from django.db.models import Q

from heliograph.fleet.models import Work
from heliograph.fleet.work import MOST_INTERRUPTIONS, MOST_TRIES
from heliograph.notices.episodes import Lasting, tell_episodes
from heliograph.notices.message import iso
from heliograph.notices.topics import PARKED, STALE
from heliograph.signals.models import Progress
from heliograph.signals.stale import Late, Stale, stale

# After a start, or after this machine slept, data are stale until they have been fetched.
PATIENCE = timedelta(minutes=2)
SHARD = "shard:"


def tell_troubles(*, at: datetime) -> int:
    """Raise notices of what began and of what is over since the last look; how many."""
    return tell_episodes(stale_data(at=at), at=at) + tell_episodes(parked_work(), at=at)


def stale_data(*, at: datetime) -> Lasting:
    """The venue where most of its instruments are stale, else each that is."""
    found = stale(at=at)
    going = {_subject(one): _of_venue(one) for one in found if one.is_whole}
    single = {_subject(one, late): _of_series(one, late) for one in found for late in one.late}
    going |= {
        _subject(one, late): single[_subject(one, late)]
        for one in found
        if not one.is_whole
        for late in one.late
    }
    return Lasting(STALE.name, going, "fresh", still=single.keys(), patience=PATIENCE)


def parked_work() -> Lasting:
    """What is parked. What is tried again by itself is not over before it works."""
    rows = list(Work.objects.filter(state=Work.State.PARKED).order_by("kind", "key"))
    counted = Q(tries__gte=MOST_TRIES) | Q(interruptions__gte=MOST_INTERRUPTIONS)
    tried = Work.objects.filter(counted, state__in=(Work.State.RUNNING, Work.State.FAILED))
    still = [_work(kind, key) for kind, key in tried.values_list("kind", "key")]
    named = _shards({row.key for row in rows})
    going = {
        _work(row.kind, row.key): {
            "state": "parked",
            "kind": row.kind,
            "key": row.key,
            "tries": row.tries,
            "error": row.error,
            **named.get(row.key, {}),
        }
        for row in rows
    }
    return Lasting(PARKED.name, going, "over", still=still)


def _subject(one: Stale, late: Late | None = None) -> str:
    return f"data:{one.venue}:{one.timeframe}" + (f":{late.symbol}" if late else "")


def _of_venue(one: Stale) -> dict[str, object]:
    newest = max(one.late, key=lambda late: late.newest)
    return {
        "state": "stale",
        "venue": one.venue,
        "timeframe": one.timeframe,
        "newest": iso(newest.newest),
        "behind": newest.behind,
        "stale": len(one.late),
        "series": one.of,
    }


def _of_series(one: Stale, late: Late) -> dict[str, object]:
    return {
        "state": "stale",
        "venue": one.venue,
        "symbol": late.symbol,
        "timeframe": one.timeframe,
        "newest": iso(late.newest),
        "behind": late.behind,
    }


def _work(kind: str, key: str) -> str:
    return f"work:{kind}:{key}"


def _shards(keys: set[str]) -> dict[str, dict[str, object]]:
    """What is known of those keys that are of shards."""
    numbers = {key: key.removeprefix(SHARD) for key in keys if key.startswith(SHARD)}
    wanted = {key: int(number) for key, number in numbers.items() if number.isdecimal()}
    rows = Progress.objects.filter(pk__in=wanted.values()).select_related("version__strategy", "venue")
    known = {
        row.pk: {
            "title": f"{row.version}, {row.venue} shard {row.shard}",
            "strategy": row.version.strategy.name,
            "version": row.version.number,
            "venue": row.venue.name,
        }
        for row in rows
    }
    return {key: known[number] for key, number in wanted.items() if number in known}
