"""`heliograph up` with HELIOGRAPH_POOL=local: more work starts a worker, and its end lets it go."""

import psycopg
import redis
from kombu import Connection

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import keeper_state
from heliograph.kit.wait import wait_until
from heliograph.workers.app import app
from heliograph.workers.broker import broker, of_celery
from heliograph.workers.programs import node_name
from heliograph.workers.queues import PLACED
from heliograph.workers.supervisor import read_state
from tests.workers.running import home_folder, said, up_process, wait_until_ready

# Counts pieces alone, and goes down as soon as they are done.
POLICY = """
down_window_s = 0
down_cooldown_s = 0
horizon_s = 0
[targets]
age_s = 0
pieces_per_worker = 20
cpu_pct = 0
memory_pct = 0
busy_pct = 0
"""
# A shard that does not exist: the message is work, and changes nothing.
NOBODY = 0
FULL, MORE = 300, 300
ACTIONS = 'SELECT "before", "after", split_part(reason, \':\', 1), error FROM fleet_scalingaction ORDER BY id'


def ask(home, question, *values):
    with psycopg.connect(keeper_state(Home(home))["database_url"]) as connection:
        return connection.execute(question, values).fetchall()


def nodes(home):
    """The workers for signals: name, and whether it drains or has left."""
    return ask(
        home, 'SELECT name, draining, "left" FROM fleet_node WHERE %s = ANY(queues) ORDER BY name', PLACED
    )


def test_more_work_starts_a_worker_and_its_end_lets_one_go_after_draining(monkeypatch):
    first, second = node_name("worker"), node_name("worker-2")
    with home_folder() as home:
        (home / "policy.toml").write_text(POLICY)
        monkeypatch.setenv("HELIOGRAPH_POOL", "local")
        monkeypatch.setenv("HELIOGRAPH_WORKERS_MAX", "2")
        monkeypatch.setenv("HELIOGRAPH_SCALING", str(home / "policy.toml"))
        with up_process(home, sample=False) as process:
            wait_until_ready(home, process)
            messages = of_celery(broker(keeper_state(Home(home))["redis_url"], None))
            plain = messages.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
            with Connection(messages) as line, redis.Redis.from_url(plain) as queues:

                def comes():
                    if queues.llen(PLACED) < FULL:
                        for _ in range(MORE):
                            app.send_task(
                                "heliograph.workers.tasks.generate_shards",
                                ([NOBODY],),
                                queue=PLACED,
                                connection=line,
                            )
                    return (second, False, False) in nodes(home)

                assert wait_until(comes, seconds=240, every=0.5), said(home)
            assert set(read_state(Home(home))["children"]) >= {"worker", "worker-2"}

            assert wait_until(lambda: (second, True, True) in nodes(home), seconds=240, every=0.5), said(home)
            assert wait_until(lambda: "worker-2 ended in order" in said(home), seconds=60)
            assert "worker-2" not in read_state(Home(home))["children"]
            assert (first, False, False) in nodes(home)
            assert ask(home, ACTIONS) == [(1, 2, "Up from 1 to 2", ""), (2, 1, "Down from 2 to 1", "")]
