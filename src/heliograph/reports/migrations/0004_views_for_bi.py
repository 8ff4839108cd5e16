"""Views for tools of business intelligence: names instead of numbers, and a comment on each column.

Their columns are a promise (docs/reference/views.md): a migration that changes a table under them drops and
makes them anew.
"""

from django.db import migrations

NAMED = """
JOIN signals_strategyversion v ON v.id = s.version_id JOIN signals_strategy st ON st.id = v.strategy_id
JOIN market_instrument i ON i.id = s.instrument_id JOIN market_venue ve ON ve.id = i.venue_id
"""
OF_BARS = """
JOIN market_instrument i ON i.id = {of}.instrument_id JOIN market_venue ve ON ve.id = i.venue_id
"""
# Each view: what it says, from where, and its columns: an expression, and what it says.
VIEWS = {
    "bi_signals": (
        "Signals, published and rejected, with their outcomes; one row each.",
        f"FROM signals_signal s {NAMED} LEFT JOIN signals_outcome o ON o.signal_id = s.id",
        {
            "signal_id": ("s.id", "The number of the signal."),
            "strategy": ("st.name", "The name of its strategy."),
            "version": ("v.number", "The number of the strategy version."),
            "stage": ("v.stage", "The stage of that version now: draft, shadow, live or retired."),
            "timeframe": ("v.timeframe", "The timeframe of its bars, such as 1h."),
            "venue": ("ve.name", "Where the instrument trades."),
            "symbol": ("i.symbol", "The instrument, such as BTC/USDT."),
            "side": ("s.side", "long or short."),
            "bar_time": ("s.bar_time", "The open of its bar."),
            "state": ("s.state", "published or rejected."),
            "reason": ("nullif(s.reason, '')", "Why it was rejected; null if published."),
            "close": ("s.close", "The close of its bar."),
            "stop": ("s.stop", "The price of its stop; null without one."),
            "confidence": ("s.confidence", "0 to 1 where it is a probability; null if unknown."),
            "reward_risk": ("s.reward_risk", "Reward over risk at the close of its bar."),
            "historical": ("s.historical", "True if its bar is from before the version was active."),
            "late": ("s.late", "True if it was found too late to be announced."),
            "created_at": ("s.created_at", "When it was found."),
            "outcome": (
                "o.state",
                "pending, open, missed, settled, unresolved or unscored; null if rejected.",
            ),
            "entry_time": ("o.entry_time", "The open of the bar of entry."),
            "entry_price": ("o.entry_price", "The price of entry, with slippage."),
            "exit_time": ("o.exit_time", "The open of the bar of exit."),
            "exit_price": ("o.exit_price", "The mean price of exit, with slippage."),
            "exit_reason": (
                "nullif(o.exit_reason, '')",
                "Why it left: stop, target, exit, expired and so on.",
            ),
            "r": ("o.r", "The result in R, before fees; null without a stop."),
            "return_pct": ("o.return_pct", "The result in percent of one stake, after costs."),
            "fees_pct": ("o.fees_pct", "Fees in percent of one stake."),
            "mfe_r": ("o.mfe_r", "The best that was reached, in R."),
            "mae_r": ("o.mae_r", "The worst that was reached, in R."),
            "bars_held": ("o.bars_held", "Bars from entry to exit."),
        },
    ),
    "bi_results_by_day": (
        "What settled signals came to, by the UTC day of their exit, version and side; from the kept sums.",
        "FROM (SELECT version_id, side, period, number, hits, with_pct, with_r, r, pct FROM reports_sum "
        "WHERE part = 'day' UNION ALL SELECT version_id, side, day, number, hits, with_pct, with_r, r, pct "
        "FROM reports_pending()) d JOIN signals_strategyversion v ON v.id = d.version_id "
        "JOIN signals_strategy st ON st.id = v.strategy_id GROUP BY 1, 2, 3, 4",
        {
            "day": ("d.period", "The UTC day on which they left."),
            "strategy": ("st.name", "The name of the strategy."),
            "version": ("v.number", "The number of the strategy version."),
            "side": ("d.side", "long or short."),
            "settled": ("sum(d.number)::bigint", "How many settled."),
            "hits": ("sum(d.hits)::bigint", "Those with a return above zero after costs."),
            "with_return": ("sum(d.with_pct)::bigint", "Those whose return is known."),
            "with_r": ("sum(d.with_r)::bigint", "Those that have an R."),
            "sum_r": ("sum(d.r)", "The sum of R."),
            "sum_return_pct": ("sum(d.pct)", "The sum of returns, in percent of one stake."),
        },
    ),
    "bi_quality_by_day": (
        "How complete, timely and sound the bars of each series were, by UTC days.",
        "FROM reports_qualityday q JOIN market_series se ON se.id = q.series_id " + OF_BARS.format(of="se"),
        {
            "day": ("q.day", "The UTC day."),
            "venue": ("ve.name", "Where the instrument trades."),
            "symbol": ("i.symbol", "The instrument."),
            "timeframe": ("se.timeframe", "The timeframe of the bars."),
            "expected": ("q.expected", "Bars that the calendar expects."),
            "stored": ("q.stored", "Bars that are stored."),
            "gaps": ("q.gaps", "Stretches of bars that lack."),
            "timed": ("q.timed", "Bars that came as they closed."),
            "timely": ("q.timely", "Those of them that came soon."),
            "revised": ("q.revised", "Bars that were corrected."),
            "judged": ("q.judged", "Bars that were looked at for what is implausible."),
            "implausible": ("q.implausible", "Those that are."),
            "duplicates": ("q.duplicates", "Identical rows in their deliveries, by share."),
            "measured_at": ("q.measured_at", "When that was measured."),
        },
    ),
    "bi_candles": (
        "Closed bars; always ask for an instrument, a timeframe and a span.",
        "FROM candle c " + OF_BARS.format(of="c"),
        {
            "venue": ("ve.name", "Where the instrument trades."),
            "symbol": ("i.symbol", "The instrument."),
            "timeframe": ("c.timeframe", "The timeframe, such as 1h."),
            "open_time": ("c.open_time", "The open of the bar."),
            "open": ("c.open", "The first price."),
            "high": ("c.high", "The highest price."),
            "low": ("c.low", "The lowest price."),
            "close": ("c.close", "The last price."),
            "volume": ("nullif(c.volume, 'NaN')", "The volume; null where the source has none."),
        },
    ),
    "bi_measures_by_hour": (
        "What was measured of the installation, by the hour, such as health_score.",
        "FROM monitor_hour h CROSS JOIN LATERAL unnest(h.series, h.counts, h.least, h.most, h.sums, h.last) "
        "AS u(id, count, least, most, sum, last) JOIN monitor_series m ON m.id = u.id",
        {
            "hour": ("h.at", "When the hour began."),
            "measure": ("m.name", "The name of the measure; see docs/reference/measures.md."),
            "labels": ("m.labels", "What tells it from others of that name."),
            "looks": ("u.count", "How often it was known in that hour."),
            "least": ("u.least", "The lowest value."),
            "mean": ("u.sum / u.count", "The mean value."),
            "most": ("u.most", "The highest value."),
            "last": ("u.last", "The last value."),
        },
    ),
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def made(name: str, says: str, source: str, columns: dict[str, tuple[str, str]]) -> str:
    chosen = ", ".join(f"{term} AS {column}" for column, (term, _) in columns.items())
    comments = [
        f"COMMENT ON COLUMN {name}.{column} IS {quoted(words)};" for column, (_, words) in columns.items()
    ]
    about = f"COMMENT ON VIEW {name} IS {quoted(says)};"
    return f"CREATE VIEW {name} AS SELECT {chosen} {source};\n{about}\n" + "\n".join(comments)


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0006_undo"),
        ("monitor", "0001_rows"),
        ("signals", "0009_outcomes_know_their_bar"),
        ("reports", "0003_quality_by_days"),
    ]

    operations = [
        migrations.RunSQL(
            "\n".join(made(name, *told) for name, told in VIEWS.items()),
            "\n".join(f"DROP VIEW {name};" for name in VIEWS),
        )
    ]
