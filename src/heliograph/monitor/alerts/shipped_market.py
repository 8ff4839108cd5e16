"""Rules of market data."""

from heliograph.monitor.alerts.shipping import SERVED, above, below, rule
from heliograph.monitor.alerts.terms import CRITICAL, INFO, WARNING

COMES = (*SERVED, "exchange-failing", "ingest-behind")

OF_MARKET = dict(
    [
        rule(
            "exchange-failing",
            above("market_failing_feeds_ratio", 0.1, clear=0.02, for_seconds=20),
            CRITICAL,
            "exchange",
            follows=SERVED,
            title="An exchange does not answer as it should",
            says="More than a tenth of the series that are fetched failed three times and more in a row, or "
            "twice and gave no answer for a minute.",
            comes_from="The exchange is down or slow, has banned this address, or the network is cut.",
            look="heliograph venue list",
            remedy="See the status page of the exchange; `heliograph watch list` names the faults. It is "
            "asked "
            "again by itself, and what was missed is fetched.",
        ),
        rule(
            "data-stale",
            above("market_stale_ratio", 0.2, clear=0.1, for_seconds=60),
            WARNING,
            "data",
            follows=COMES,
            title="Candles do not come",
            says="More than a fifth of the series that exchanges should bring lack two bars and more.",
            comes_from="A source that answers and brings nothing new, or series that trade no longer.",
            look="heliograph coverage",
            remedy="See whether the exchange trades; `heliograph watch list` shows what is fetched.",
        ),
        rule(
            "ingest-behind",
            above("queues_ingest_age_seconds", 300, clear=60, for_seconds=30),
            WARNING,
            "ingest",
            follows=SERVED,
            title="Candles are not asked for",
            says="A series has been due for five minutes and nobody has asked the exchange.",
            comes_from="The worker of `ingest` is away or waits for a slow exchange.",
            look="heliograph nodes list",
            remedy="Start a worker for it: `heliograph worker --queues ingest`.",
        ),
        rule(
            "replay-late",
            above("market_replay_lag_seconds", 60, clear=10, for_seconds=30),
            WARNING,
            "ingest",
            follows=SERVED,
            title="The replay stands still",
            says="A bar of a replay has been due for a minute.",
            comes_from="The worker of `ingest` is away or busy.",
            look="heliograph nodes list",
            remedy="Start a worker for it: `heliograph worker --queues ingest`.",
        ),
        rule(
            "coverage-low",
            below("market_coverage_ratio", 0.9, clear=0.92, for_seconds=0),
            WARNING,
            "gaps",
            title="Market data has gaps",
            says="Of the bars that calendars expect, less than nine in ten are stored.",
            comes_from="An import with holes, a source that was away, or a wrong calendar.",
            look="heliograph coverage",
            remedy="`heliograph watch heal` fetches gaps; import what is missing; or set the right calendar.",
        ),
        rule(
            "corrections-many",
            above("market_revised_bars", 500, for_seconds=60),
            INFO,
            "corrections",
            title="Many candles are corrected",
            says="More than five hundred candles of the past were corrected within an hour.",
            comes_from="A source that revises its history, or an import over what was there.",
            look="heliograph coverage",
            remedy="See which source it is; outcomes that would differ have revisions.",
        ),
        rule(
            "outcomes-differing",
            above("outcomes_differing_ratio", 0.1, for_seconds=300),
            WARNING,
            "corrections",
            title="Outcomes would differ with today's candles",
            says="Of the newest hundred outcomes more than ten would have ended otherwise.",
            comes_from="Candles that were corrected after signals were settled by them.",
            look="heliograph signals",
            remedy="The page of a signal shows what differs; prefer a source that does not correct so much.",
        ),
    ]
)
