"""What the drill of incidents breaks: real parts, each with what mends it again."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread

import psutil
import psycopg
import redis

from benchmarks.drills.parts.pipeline import NotDone
from benchmarks.drills.parts.watch_ground import PING, Watched, frozen
from benchmarks.drills.parts.watch_pace import SKEW_ENV

Mend = Callable[[], None]
BACKLOG, MINUTE_MS = 900, 60_000
# So often it is tried to stop a process while it works, which takes it some tens of milliseconds.
TRIES = 40
AT_WORK = "SELECT FROM fleet_work WHERE kind = 'generate' AND state = 'running' AND node LIKE 'worker-1@%'"
OPEN = "SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
POISON = """
CREATE FUNCTION drill_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a step that cannot be stored'; END $$;
CREATE TRIGGER drill_refuse BEFORE INSERT ON signals_evaluation FOR EACH ROW
    WHEN (NEW.version_id = {}) EXECUTE FUNCTION drill_refuse()
"""
GONE = """
CREATE TABLE drill_gone AS SELECT * FROM candle WHERE timeframe = '5m' AND open_time IN (
    SELECT DISTINCT open_time FROM candle WHERE timeframe = '5m' ORDER BY 1
    OFFSET 5 LIMIT (SELECT count(DISTINCT open_time) / 3 FROM candle WHERE timeframe = '5m'))
"""
REMOVED = """
DELETE FROM candle c USING drill_gone g
WHERE (c.instrument_id, c.timeframe, c.open_time) = (g.instrument_id, g.timeframe, g.open_time)
"""
STORED = "INSERT INTO candle SELECT * FROM drill_gone"
COUNTED = """
UPDATE market_series s SET bars = s.bars {} g.bars
FROM (SELECT instrument_id, timeframe, count(*) AS bars FROM drill_gone GROUP BY 1, 2) AS g
WHERE (s.instrument_id, s.timeframe) = (g.instrument_id, g.timeframe)
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
    if all_.ended:
        raise NotDone(f"Redis refused writes, and these ended: {', '.join(all_.ended)}.")


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
    market, since = all_.exchange.market, datetime.now(UTC).timestamp() * 1000 - MINUTE_MS
    opens = [datetime.fromtimestamp(ms / 1000, UTC) for ms in market.opens_ms.tolist() if ms > since]
    marks = [(symbol, opened) for symbol in market.symbols for opened in opens]

    def mark(*, lost: bool) -> None:
        for symbol, opened in marks:
            all_.exchange.mark("lost", symbol, opened, befalls=lost)

    mark(lost=True)
    return lambda: mark(lost=False)


def clock_skewed(all_: Watched) -> Mend:
    """The worker that looks has a clock that is ten seconds ahead."""
    all_.replace("worker-1", by="worker-2", **{SKEW_ENV: "10"})
    return lambda: all_.replace("worker-2", by="worker-1")


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

    mend = frozen(all_.descendants("long"))
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
    """A third of the candles is gone from the middle of what is stored."""

    _run_all(all_, GONE, REMOVED, COUNTED.format("-"))
    return lambda: _run_all(all_, STORED, COUNTED.format("+"), "DROP TABLE drill_gone")


def _run_all(all_: Watched, *statements: str) -> None:
    with all_.session() as session:
        for statement in statements:
            session.execute(statement.encode())


def rejects(all_: Watched) -> Mend:
    """A live strategy whose stop is on the wrong side."""
    from heliograph.signals.strategies import add_strategy, retire

    version = add_strategy(text=REJECTED, stage="live", at=datetime.now(UTC))
    all_.feed(5)
    return lambda: retire(version, at=datetime.now(UTC)) and None


def unevaluated(all_: Watched) -> Mend:
    """The worker process that evaluates stands still in the middle of its work while bars come.

    One that stands still before it took any is ended by its worker after half a minute, and started anew.
    """
    # To find them takes longer than what they do.
    processes = all_.descendants("worker-1")
    with all_.feeder() as feeder, all_.session() as session:
        session.autocommit = True
        for _ in range(TRIES):
            feeder.feed(1)
            if thaw := _frozen_at_work(processes, session):
                feeder.feed(3)
                return thaw
    raise NotDone("No worker process could be stopped in the middle of its work.")


def _frozen_at_work(
    processes: list[psutil.Process], session: "psycopg.Connection[tuple[object, ...]]"
) -> Mend | None:
    """Holding work and nothing else: a transaction that stays open is another fault."""

    def told(question: str) -> bool:
        return bool(session.execute(question.encode()).fetchall())

    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        if told(AT_WORK):
            thaw = frozen(processes)
            # What it had sent before is stored by then.
            time.sleep(0.1)
            if told(AT_WORK) and not told(OPEN):
                return thaw
            thaw()
            time.sleep(0.005)
    return None


def heartbeat_unreached(all_: Watched) -> Mend:
    """The dead-man's switch answers errors."""
    all_.broken.add(PING)
    return lambda: all_.broken.discard(PING)
