"""Market data: what is watched in vain, sources that fail, and gaps that others could fill."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max, Sum

from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.models import Feed, Instrument, Series, Unserved, Venue, Watch
from heliograph.monitor.advice.finding import Effect, Evidence, Finding, heliograph
from heliograph.monitor.advice.kept import last_value, lowered

# Without a candle for so long while others of its venue have some, it is dead.
SILENT = timedelta(days=14)
ALIVE = timedelta(days=2)
# Failures in a row, and by how much another source is fresher.
FAILS, FRESHER = 3, timedelta(minutes=10)
# Asked for so often in vain, a gap is one that its venue cannot fill.
TRIES = 2
# Of many symbols a command names so many.
NAMED = 20


def dead_watches(at: datetime) -> Iterator[Finding]:
    """Instruments that are watched though they are delisted, or have no candles any more."""
    newest = {
        (one.instrument_id, one.timeframe): one
        for one in Series.objects.filter(bars__gt=0, instrument__watches__isnull=False)
    }
    watches = list(Watch.objects.filter(paused=False).select_related("instrument__venue").order_by("pk"))
    alive = {
        (watch.instrument.venue_id, watch.timeframe)
        for watch in watches
        if (one := newest.get((watch.instrument_id, watch.timeframe))) and at - one.last_open < ALIVE
    }
    for watch in watches:
        series = newest.get((watch.instrument_id, watch.timeframe))
        ended = watch.instrument.delisted_at
        is_silent = series is not None and at - series.last_open > SILENT
        others_live = (watch.instrument.venue_id, watch.timeframe) in alive
        if (ended is not None and ended < at) or (is_silent and others_live):
            yield _dead(watch, series, at=at)


def _dead(watch: Watch, series: Series | None, *, at: datetime) -> Finding:
    name = f"{watch.instrument.symbol} {watch.timeframe} at {watch.instrument.venue}"
    ended = watch.instrument.delisted_at
    newest = series.last_open.isoformat() if series else "none"
    source = f"market_series {series.pk}" if series else "market_series"
    evidence = [Evidence("newest candle", newest, source)]
    if ended:
        evidence.append(Evidence("delisted", ended.isoformat(), f"market_instrument {watch.instrument_id}"))
    asked = DAY / (Timeframe.parse(watch.timeframe).ms or 31 * DAY)
    place = ("--timeframe", watch.timeframe, "--venue", watch.instrument.venue)
    evidence.append(Evidence("requests a day", asked, f"market_watch {watch.pk}"))
    awaited = last_value("market_awaited_series", at=at)
    return Finding(
        rule="dead instrument",
        subject=f"watch {watch.pk}",
        title=f"Watch {name} no more",
        why="It was delisted."
        if ended
        else f"It has had no candle for more than {SILENT.days} days, others there have.",
        command=heliograph("unwatch", watch.instrument.symbol, *place),
        evidence=tuple(evidence),
        effect=lowered(
            "market_stale_ratio",
            by=1 / awaited if awaited else 0.0,
            at=at,
            basis="one of the awaited series is no longer awaited, and not asked for once a bar",
        ),
    )


def stale_sources(at: datetime) -> Iterator[Finding]:
    """Watches whose first source fails while another answers."""
    failing = Feed.objects.filter(failures__gte=FAILS, watch__paused=False)
    rows = failing.values("venue", "venue__name").annotate(
        watches=Count("watch"), failures=Max("failures"), answered=Max("answered_at")
    )
    used = Feed.objects.filter(watch__paused=False).count()
    for row in rows.order_by("venue__name"):
        watches = failing.filter(venue=row["venue"]).values("watch")
        others = Feed.objects.filter(watch__in=watches, failures=0, answered_at__isnull=False)
        best = (
            others.exclude(venue=row["venue"])
            .values("venue__name", "venue__priority")
            .annotate(answered=Max("answered_at"), watches=Count("watch"))
            .order_by("-watches", "venue__name")
            .first()
        )
        if best and (row["answered"] is None or best["answered"] - row["answered"] > FRESHER):
            yield _stale_source(row, best, used=used, at=at)


def _stale_source(row: dict, best: dict, *, used: int, at: datetime) -> Finding:
    answered = row["answered"].isoformat() if row["answered"] else "never"
    source = f"market_feed of venue {row['venue']}"
    timeframe, symbols = _most(row["venue"])
    return Finding(
        rule="stale source",
        subject=f"venue {row['venue__name']}",
        title=f"Ask {best['venue__name']} before {row['venue__name']}",
        why=f"{row['venue__name']} failed {row['failures']} times in a row for {row['watches']} series, "
        f"for {best['watches']} of which {best['venue__name']} answers.",
        command=heliograph("watch", *symbols, "--timeframe", timeframe, "--venue", best["venue__name"]),
        evidence=(
            Evidence("failures in a row", row["failures"], source),
            Evidence("series", row["watches"], source),
            Evidence("last answer", answered, source),
            Evidence(f"last answer of {best['venue__name']}", best["answered"].isoformat(), "market_feed"),
        ),
        effect=lowered(
            "market_failing_feeds_ratio",
            by=row["watches"] / used,
            at=at,
            basis="its share of the feeds in use does not fail any more",
        ),
    )


def _most(venue: int) -> tuple[str, list[str]]:
    """The timeframe of which most is asked from a venue that fails, and its first symbols."""
    symbols: dict[str, list[str]] = defaultdict(list)
    failing = Feed.objects.filter(venue=venue, failures__gte=FAILS, watch__paused=False).order_by("symbol")
    for timeframe, symbol in failing.values_list("watch__timeframe", "watch__instrument__symbol"):
        symbols[timeframe].append(symbol)
    timeframe = max(symbols, key=lambda name: len(symbols[name]))
    return timeframe, symbols[timeframe][:NAMED]


def gaps_elsewhere(at: datetime) -> Iterator[Finding]:
    """Gaps that a venue cannot fill, of symbols that another exchange lists, too."""
    rows = (
        Unserved.objects.filter(tries__gte=TRIES, watch__paused=False)
        .values("watch")
        .annotate(gap=Sum("bars"), gaps=Count("pk"))
        .order_by("-gap", "watch")[:100]
    )
    found = {row["watch"]: row for row in rows}
    watches = Watch.objects.filter(pk__in=found).select_related("instrument__venue").prefetch_related("feeds")
    for watch in sorted(watches, key=lambda one: -found[one.pk]["gap"]):
        other = (
            Instrument.objects.filter(
                symbol=watch.instrument.symbol, venue__kind=Venue.Kind.EXCHANGE, delisted_at=None
            )
            .exclude(venue__in=[feed.venue_id for feed in watch.feeds.all()] + [watch.instrument.venue_id])
            .select_related("venue")
            .order_by("venue__priority", "venue__name")
            .first()
        )
        if other:
            yield _gap(watch, other, found[watch.pk], at=at)


def _gap(watch: Watch, other: Instrument, row: dict, *, at: datetime) -> Finding:
    symbol, venue = watch.instrument.symbol, watch.instrument.venue
    series = Series.objects.filter(instrument=watch.instrument, timeframe=watch.timeframe).first()
    stored = series.bars if series else 0
    place = ("--timeframe", watch.timeframe, "--venue", venue)
    evidence = [
        Evidence("missing bars", row["gap"], f"market_unserved of watch {watch.pk}"),
        Evidence("gaps", row["gaps"], f"market_unserved of watch {watch.pk}"),
        Evidence("stored bars", stored, f"market_series {series.pk}" if series else "market_series"),
    ]
    return Finding(
        rule="gaps",
        subject=f"watch {watch.pk}",
        title=f"Let {other.venue} fill {row['gap']:,} missing bars of {symbol} {watch.timeframe}",
        why=f"{venue} was asked for them {TRIES} times or more in vain; {other.venue} lists the symbol.",
        command=heliograph("watch", symbol, *place, "--fallback", other.venue),
        evidence=tuple(evidence),
        effect=Effect(
            "market_coverage_ratio",
            "up",
            f"of this series from {stored / (stored + row['gap']):.4f} to 1 at best",
            now=last_value("market_coverage_ratio", at=at),
        ),
    )
