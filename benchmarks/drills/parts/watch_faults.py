"""The faults of the drill of incidents: each breaks a real part, and returns what mends it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread

import psycopg
import redis

from benchmarks.drills.parts.watch_ground import PING, Watched
from benchmarks.drills.parts.watch_pace import SKEW_ENV

Mend = Callable[[], None]
BACKLOG = 900
POISON = """
CREATE FUNCTION drill_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a step that cannot be stored'; END $$;
CREATE TRIGGER drill_refuse BEFORE INSERT ON signals_evaluation FOR EACH ROW
    WHEN (NEW.version_id = {}) EXECUTE FUNCTION drill_refuse()
"""
REJECTED = """
name = "Rejected"
timeframe = "5m"
max_age = 100000
[long]
enter = "close > 0"
stop = "if_else(close > 0, close * 2, close - 1)"
targets = ["close * 3"]
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """`names`: rules by any of which the incident may be named. It is named within so many seconds, and over
    within so many after it was mended. `seen_after`: only then, as nobody could write before."""

    title: str
    names: tuple[str, ...]
    begin: Callable[[Watched], Mend]
    within: float
    over_within: float = 90.0
    seen_after: float | None = None


def worker_killed(all_: Watched) -> Mend:
    """`kill -9` of the only worker of three concerns."""
    all_.kill("worker-1")
    return lambda: all_.start("worker-1")


def beat_killed(all_: Watched) -> Mend:
    """Nobody rings any more, not even for looks."""
    all_.kill("beat-1")
    return lambda: all_.start("beat-1")


def redis_killed(all_: Watched) -> Mend:
    """`kill -9` of Redis."""
    all_.servers.valkey.process.kill()
    all_.servers.valkey.process.wait()
    return all_.servers.revive


def redis_full(all_: Watched) -> Mend:
    """It may use no more memory than it does: writes are refused."""
    with redis.Redis.from_url(all_.servers.direct["redis_url"]) as client:
        used = client.info("memory")["used_memory"]
        client.config_set("maxmemory", int(used * 0.97))
    return lambda: _give_room(all_)


def _give_room(all_: Watched) -> None:
    with redis.Redis.from_url(all_.servers.direct["redis_url"]) as client:
        client.config_set("maxmemory", 1 << 30)
    # A worker whose broker refuses what it writes ends; here nobody else starts it again.
    for name, child in all_.children.items():
        if not child.pid:
            all_.start(name)


def postgres_killed(all_: Watched) -> Mend:
    """`kill -9` of PostgreSQL."""
    all_.servers.postgres.process.kill()
    all_.servers.postgres.process.wait()
    return all_.servers.revive


def postgres_stalled(all_: Watched) -> Mend:
    """It takes what is sent, and answers nothing."""
    all_.servers.postgres.proxy.stall()
    return all_.servers.postgres.proxy.pass_on


def disk_nearly_full(all_: Watched) -> Mend:
    """The disk is as it is; the limit is moved to where it lies."""
    return _limit("disk-filling", {"below": 2.0})


def _limit(name: str, options: dict[str, object]) -> Mend:
    from heliograph.monitor.alerts.rules import change_rule, find_rule

    before = dict(find_rule(name).options)
    change_rule(name, {"options": options})
    return lambda: change_rule(name, {"options": before}) and None


def exchange_errors(all_: Watched) -> Mend:
    """Each request is answered by 5xx."""
    return _exchange(all_, "down")


def exchange_stalled(all_: Watched) -> Mend:
    """No request is answered."""
    return _exchange(all_, "stall")


def _exchange(all_: Watched, kind: str) -> Mend:
    all_.faults_of_exchange[kind] = 1.0
    return all_.faults_of_exchange.clear


def candles_stop(all_: Watched) -> Mend:
    """The exchange answers, and has no new candle."""
    return _exchange(all_, "lost")


def clock_skewed(all_: Watched) -> Mend:
    """The worker that looks has a clock that is ten seconds ahead."""
    all_.kill("worker-1")
    all_.start("worker-1", **{SKEW_ENV: "10"})

    def mend() -> None:
        all_.kill("worker-1")
        all_.start("worker-1")

    return mend


def slow_query(all_: Watched) -> Mend:
    """A statement that does not end."""
    session = all_.session()
    Thread(target=_run, args=(session, "SELECT pg_sleep(600)"), daemon=True).start()
    return lambda: _cancel(session)


def long_transaction(all_: Watched) -> Mend:
    """A session that was left open within a transaction."""
    session = all_.session()
    session.execute("SELECT count(*) FROM market_series")
    return session.close


def lock_wait(all_: Watched) -> Mend:
    """Somebody holds a table, somebody else waits for it."""
    holder, waiter = all_.session(), all_.session()
    holder.execute("LOCK TABLE research_storedbacktest IN ACCESS EXCLUSIVE MODE")
    Thread(target=_run, args=(waiter, "SELECT count(*) FROM research_storedbacktest"), daemon=True).start()

    def mend() -> None:
        holder.close()
        _cancel(waiter)

    return mend


def _run(session: "psycopg.Connection[tuple[object, ...]]", statement: str) -> None:
    try:
        session.execute(statement.encode())
    except psycopg.Error:
        return


def _cancel(session: "psycopg.Connection[tuple[object, ...]]") -> None:
    session.cancel()
    session.close()


def notices_refused(all_: Watched) -> Mend:
    """The receiver of signals answers errors; that of incidents does not."""
    all_.broken.add("/")
    all_.feed(6)

    def mend() -> None:
        from heliograph.notices.models import Channel, Sending

        all_.broken.discard("/")
        # Pauses are made for receivers that are gone for hours: they are cut short.
        Channel.objects.update(rests_until=None)
        Sending.objects.filter(state="pending").update(not_before=datetime.now(UTC))

    return mend


def backlog(all_: Watched) -> Mend:
    """A worker process stands still while messages come."""
    from heliograph.workers.ring import send

    mend = all_.freeze("long")
    for _ in range(BACKLOG):
        send("run_jobs", queue="research", expires=600)
    return mend


def poison(all_: Watched) -> Mend:
    """The rows of one version's steps are refused: its shards fail however often they are tried."""
    from heliograph.fleet import work
    from heliograph.signals.models import StrategyVersion

    version = StrategyVersion.objects.filter(stage="live").order_by("pk").first()
    assert version
    with all_.session() as session:
        session.execute(POISON.format(version.pk).encode())
    all_.feed(1)

    def mend() -> None:
        with all_.session() as session:
            session.execute("DROP FUNCTION drill_refuse() CASCADE")
        work.retry(None, at=datetime.now(UTC))

    return mend


def gaps(all_: Watched) -> Mend:
    """Candles are gone from the middle of what is stored."""
    with all_.session() as session:
        session.execute(
            "CREATE TABLE drill_gone AS SELECT * FROM candle WHERE timeframe = '5m' AND open_time IN ("
            "SELECT DISTINCT open_time FROM candle WHERE timeframe = '5m' ORDER BY 1 OFFSET 5 LIMIT 20)"
        )
        session.execute(
            "DELETE FROM candle USING drill_gone g WHERE candle.instrument_id = g.instrument_id "
            "AND candle.timeframe = g.timeframe AND candle.open_time = g.open_time"
        )
        session.execute("UPDATE market_series SET bars = bars - 20 WHERE timeframe = '5m'")

    def mend() -> None:
        with all_.session() as session:
            session.execute("INSERT INTO candle SELECT * FROM drill_gone")
            session.execute("UPDATE market_series SET bars = bars + 20 WHERE timeframe = '5m'")
            session.execute("DROP TABLE drill_gone")

    return mend


def rejects(all_: Watched) -> Mend:
    """A live strategy whose stop is on the wrong side."""
    from heliograph.signals.strategies import add_strategy, retire

    version = add_strategy(text=REJECTED, stage="live", at=datetime.now(UTC))
    all_.feed(5)
    return lambda: retire(version, at=datetime.now(UTC)) and None


def unevaluated(all_: Watched) -> Mend:
    """The worker process that evaluates stands still while bars come."""
    mend = all_.freeze("worker-1")
    all_.feed(3)
    return mend


def heartbeat_unreached(all_: Watched) -> Mend:
    """The dead-man's switch answers errors."""
    all_.broken.add(PING)
    return lambda: all_.broken.discard(PING)


# Faults of one cause stand far apart: what comes back at once is the same incident.
FAULTS = (
    Fault("worker killed", ("concern-unserved",), worker_killed, 60),
    Fault("slow query", ("slow-query",), slow_query, 75),
    Fault("Redis killed", ("redis-down",), redis_killed, 60),
    Fault("exchange answers errors", ("exchange-failing",), exchange_errors, 150),
    Fault("PostgreSQL killed", ("database-down",), postgres_killed, 60, seen_after=12),
    Fault("disk nearly full", ("disk-filling",), disk_nearly_full, 45),
    Fault("beat killed", ("timetable-late",), beat_killed, 120),
    Fault("heartbeat unreached", ("heartbeat-unreached",), heartbeat_unreached, 90),
    Fault("lock wait", ("lock-waits",), lock_wait, 45),
    Fault("work parked", ("work-parked",), poison, 120, 120),
    Fault("gaps in data", ("coverage-low",), gaps, 120, 120),
    Fault("clock skewed", ("clock-skewed",), clock_skewed, 90),
    Fault("queue backlog", ("queue-backlog",), backlog, 60, 120),
    Fault("notices refused", ("channel-failing", "notices-late"), notices_refused, 90, 120),
    Fault("long transaction", ("long-transaction",), long_transaction, 75),
    Fault("rejects", ("rejects-invalid",), rejects, 120, 150),
    Fault("Redis full", ("redis-memory",), redis_full, 120, 120),
    Fault("strategy unevaluated", ("strategy-unevaluated", "evaluation-behind"), unevaluated, 120, 120),
    Fault("exchange stalled", ("exchange-failing",), exchange_stalled, 200, 150),
    Fault("candles stop", ("data-stale",), candles_stop, 300, 180),
    Fault("PostgreSQL stalled", ("database-down",), postgres_stalled, 60, seen_after=15),
)
