"""A house with something of every kind: what all share, and what belongs to one person alone."""

from django.contrib.sessions.models import Session

from heliograph.accounts import links
from heliograph.accounts.models import StrategyOwner, Team
from heliograph.accounts.teams import add_team
from heliograph.fleet.jobs import run_next
from heliograph.fleet.models import Job, Node, Work
from heliograph.inbound.accept import accept
from heliograph.inbound.sources import Asked, add_source, renew_secret
from heliograph.kit.clock import utc_now
from heliograph.market.models import Instrument, Replay, Series, Venue, Watch
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.forecasts.models import Forecast
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Channel, Notice
from heliograph.notices.subscription import Wish, add_subscription
from heliograph.reports.keep import request_report, run_report
from heliograph.reports.periods import Kind as ReportKind
from heliograph.reports.periods import last_period
from heliograph.reports.schedules import Wish as ReportWish
from heliograph.reports.schedules import add_schedule
from heliograph.research.request import Scope, Text, request_backtest
from heliograph.research.run import run_backtest
from heliograph.signals.generate import generate
from heliograph.signals.models import Progress, Signal
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW, feed, make_venue, walk
from tests.web.house_alerts import alerts
from tests.web.people import JOINED, give_to, person_with
from tests.web.workshop import make_workshop
from tests.web.world import make_world

# No page but an admin's may say this word.
FOREIGN = "Clandestine"


def make_house():
    """What addresses and bodies of requests are filled in with, by name.

    Names that begin with `foreign_` are of a strategy that belongs to one person whom no test asks as.
    """
    world = make_world(symbols=("BTC/USDT",), history=200)
    secret = add_strategy(text=BUSY.replace("Busy", FOREIGN), stage="shadow", at=NOW)
    generate(at=NOW)
    make_workshop()
    give_to(secret.strategy, person_with("analyst", "somebody else"))
    Replay.objects.filter(pk=world.replay.pk).update(finished_at=NOW, sample="eurusd")
    names = {
        "replay": world.replay.pk,
        "instrument": world.instruments[0].pk,
        "node": Node.objects.order_by("name").first().name,
    }
    draft, _ = [
        add_strategy(text=text.replace("cooldown = 3", "cooldown = 5"), stage="draft", at=NOW)
        for text in (BUSY, secret.text)
    ]
    _forecasts(secret)
    names |= _recommendations(world.version, secret)
    names |= _of(world.version, "") | _data(world) | _notices(world.version, secret) | {"draft": draft.pk}
    names |= alerts()
    names |= _of(secret, "foreign_") | _backtests(secret) | _people() | _inbound()
    return names | _reports()


def _forecasts(secret):
    """What the strategy of somebody else will bring."""
    facts = {
        "kind": "expectancy",
        "name": "strategy_expectancy_r",
        "strategy": secret.strategy,
        "version": secret,
    }
    Forecast.objects.create(**facts, made_at=utc_now(), reason="too few")


def _recommendations(shared, secret):
    """What could be better in a strategy that all share, and in that of somebody else."""
    found = {}
    for prefix, version in (("", shared), ("foreign_", secret)):
        one = Recommendation.objects.create(
            rule="silent strategy",
            subject=f"version {version.pk}",
            title=f"Look at {version}",
            why="it says nothing",
            strategy=version.strategy,
            opened_at=NOW,
            seen_at=NOW,
        )
        found[f"{prefix}recommendation"] = one.pk
    return found


def _of(version, prefix):
    shard = f"shard:{Progress.objects.get(version=version).pk}"
    Work.objects.filter(key=shard).delete()
    Work.objects.create(
        key=shard, kind="generate", state="parked", tries=3, error="division by zero", started_at=NOW
    )
    return {
        f"{prefix}strategy": version.strategy.name,
        f"{prefix}strategy_id": version.strategy_id,
        f"{prefix}version": version.pk,
        f"{prefix}signal": Signal.objects.filter(version=version).latest("pk").pk,
        f"{prefix}shard": shard,
    }


def _data(world):
    exchange = Venue.objects.create(name="kraken", kind=Venue.Kind.EXCHANGE)
    idle = Venue.objects.create(name="idle", kind=Venue.Kind.EXCHANGE)
    watched = Instrument.objects.create(venue=exchange, symbol="BTC/USDT")
    watch = Watch.objects.create(instrument=watched, timeframe="1h", since=NOW, created_at=NOW)
    upload = Job.objects.create(kind="import", title="import of a file", created_at=NOW)
    return {
        "series": Series.objects.get(instrument=world.instruments[0]).pk,
        "batch": world.batch.pk,
        "watch": watch.pk,
        "exchange": idle.name,
        "upload": upload.pk,
    }


def _notices(shared, secret):
    """A channel of the installation, one of somebody else with a subscription, and what was told of both."""
    other = f"person:{person_with('analyst', 'somebody else').pk}"
    add_channel("desk", kind="log", options={}, topics=[], at=NOW)
    add_channel("theirs", kind="log", options={}, topics=[], at=NOW)
    for name in ("hook", "their-hook"):
        add_channel(name, kind="webhook", options={"url": "https://hooks.example/x"}, topics=None, at=NOW)
    Channel.objects.filter(name__in=("theirs", "their-hook")).update(audience=other)
    theirs = add_subscription(Wish(channel="theirs", audience=other), at=NOW)
    told = {"foreign_subscription": theirs.pk}
    for prefix, version in (("", shared), ("foreign_", secret)):
        signal = Signal.objects.filter(version=version).latest("pk")
        payload = {
            "strategy": version.strategy.name,
            "version": version.number,
            "venue": signal.instrument.venue.name,
            "symbol": signal.instrument.symbol,
            "bar_time": signal.bar_time.isoformat(),
            "side": signal.side,
        }
        notice = Notice.objects.create(
            topic="signal.published", subject=f"{prefix}signal", payload=payload, created_at=NOW
        )
        told[f"{prefix}notice"] = notice.pk
    return told


def _inbound():
    """A source that all share and one of somebody else; each has an alert, and two secrets."""
    found = {}
    for prefix, name, strategy in (
        ("", "scanner", "Scanner"),
        ("foreign_", "theirs-too", f"{FOREIGN} alerts"),
    ):
        source, secret = add_source(name, asked=Asked(), strategy=strategy, at=NOW)
        alert = accept(name, b"buy NOWHERE", secret=secret, at=NOW).alert
        renew_secret(name)
        found |= {f"{prefix}source": name, f"{prefix}alert": alert.pk}
    give_to(source.version.strategy, person_with("analyst", "somebody else"))
    return found


def _backtests(secret):
    """One of the shared strategy and one of the other's, over candles of their own."""
    batch, instruments = make_venue("paper", symbols=("Z/USDT",))
    feed(batch, instruments, walk(5, 120))
    found = {}
    for prefix, text in (("", BUSY), ("foreign_", secret.text)):
        done = request_backtest(Text(text), Scope(venue="paper", close_at_end=True), at=NOW).backtest
        run_next({"backtest": run_backtest}, holder="a test", only=done.job_id)
        waiting = request_backtest(Text(text), Scope(venue="paper"), at=NOW).backtest
        found |= {
            f"{prefix}backtest": done.pk,
            f"{prefix}waiting": waiting.pk,
            f"{prefix}job": waiting.job_id,
        }
    assert Job.objects.filter(key__startswith="backtest:", state="done").count() == 2
    return found


def _reports():
    """A report without the other's strategies, one that tells of them, and a schedule of somebody else."""
    period, found = last_period(ReportKind.DAILY, at=NOW), {}
    owned = tuple(StrategyOwner.objects.values_list("strategy_id", flat=True))
    for prefix, hidden in (("", owned), ("foreign_", ())):
        stored = request_report(period, hidden=hidden, at=NOW)
        run_next({"report": run_report}, holder="a test", only=stored.job_id)
        found[f"{prefix}report"] = stored.pk
    other = f"person:{person_with('analyst', 'somebody else').pk}"
    return found | {"foreign_schedule": add_schedule(ReportWish("daily", audience=other), at=NOW).pk}


def _people():
    somebody = person_with("viewer", "somebody")
    team = add_team("Desk", at=JOINED)
    assert isinstance(team, Team)
    asked = links.invite("newcomer", role="viewer", at=utc_now())
    return {
        "person": somebody.pk,
        "team": team.pk,
        "invitation": asked.invitation.pk,
        "sessions": Session.objects.count(),
    }


def known_ids(house):
    """Ids of the house by the names of parameters."""
    return {
        "signal_id": [house["signal"]],
        "version_id": [house["version"], house["draft"]],
        "backtest_id": [house["backtest"], house["waiting"]],
        "job_id": [house["job"], house["upload"]],
        "import_id": [house["batch"]],
        "instrument_id": [house["instrument"]],
        "watch_id": [house["watch"]],
        "replay_id": [house["replay"]],
        "subscription_id": [house["foreign_subscription"]],
        "person_id": [house["person"]],
        "team_id": [house["team"]],
        "invitation_id": [house["invitation"]],
        "alert_id": [house["alert"]],
        "report_id": [house["report"]],
        "schedule_id": [house["foreign_schedule"]],
        "recommendation_id": [house["recommendation"]],
        "incident_id": [house["incident"], house["over"]],
        "silence_id": [house["silence"]],
        "name": [
            "desk",
            "theirs",
            "hook",
            house["source"],
            house["node"],
            house["exchange"],
            "ema",
            house["rule"],
        ],
        "source": ["scanner"],
    }
