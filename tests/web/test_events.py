"""The stream of events: what is told, to whom, and what a listener that comes again gets."""

import asyncio
import json
from datetime import timedelta

import pytest
from django.db import connection

from heliograph.accounts.tokens import revoke
from heliograph.config.asgi import pages
from heliograph.fleet.jobs import cancel, enqueue
from heliograph.fleet.models import Job, Node, Work
from heliograph.fleet.nodes import drain, leave, register
from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.signals.models import Outcome, OutcomeRevision, Signal
from heliograph.web.stream.models import Event
from tests.signals.world import NOW
from tests.web.people import give_to, person_with
from tests.web.streaming import SOON, Listener, new_secret, served
from tests.web.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    """Signals of all kinds, of history alone: nothing was told of them."""
    return make_world()


@pytest.fixture
def server(transactional_db):
    """A server with short times, so that tests need not wait."""
    with served(heartbeat=0.2, look=0.1, recheck=0.3) as run:
        yield run


@pytest.fixture
def listen(server):
    """Opens listeners, and closes them."""
    opened, secret = [], new_secret("admin")

    def open_one(**asked):
        opened.append(Listener(server.port, **{"secret": secret} | asked))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def happen(number, *, start=0):
    """So many events, one transaction each."""
    for count in range(start, start + number):
        Job.objects.create(kind="backtest", title=f"Backtest {count}", created_at=utc_now())


def titles(events):
    """What `happen` wrote, as it arrived."""
    return [data["data"]["title"] for _, _, data in events]


def kinds():
    """The kinds of all events, in the order of writing."""
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_signals_and_their_ends_are_told_with_what_the_rows_say(world):
    assert kinds() == []
    known = Signal.objects.latest("pk").pk

    world.play(300, 360)

    published = Signal.objects.filter(pk__gt=known, state="published").order_by("pk")
    told = Event.objects.filter(kind="signal.published").order_by("pk")
    assert [event.data["signal_id"] for event in told] == [signal.pk for signal in published]
    first, signal = told[0], published.select_related("instrument", "version__strategy")[0]
    assert (first.topic, first.symbol, first.strategy) == (
        "signals",
        signal.instrument.symbol,
        signal.version.strategy.name,
    )
    assert {name: first.data[name] for name in ("side", "close", "stop", "targets", "stage", "late")} == {
        "side": signal.side,
        "close": signal.close,
        "stop": signal.stop,
        "targets": signal.targets,
        "stage": "shadow",
        "late": signal.late,
    }
    assert first.data["bar_time"] == signal.bar_time.isoformat().replace("+00:00", "Z")
    ended = Outcome.objects.filter(signal__pk__gt=known, settled_at__isnull=False, signal__historical=False)
    told_ends = Event.objects.filter(kind="signal.settled", data__signal_id__gt=known)
    found = {event.data["signal_id"]: event.data["outcome"]["r"] for event in told_ends}
    assert found == {outcome.pk: outcome.r for outcome in ended}
    assert found


def test_what_was_rejected_or_is_history_is_not_told(world):
    world.play(300, 360)

    told = set(Event.objects.filter(topic="signals").values_list("data__signal_id", flat=True))

    rejected = Signal.objects.filter(state="rejected").values_list("pk", flat=True)
    history = Signal.objects.filter(historical=True).values_list("pk", flat=True)
    assert rejected
    assert history
    assert told.isdisjoint(rejected)
    assert told.isdisjoint(history)


def test_a_revision_is_told_with_its_cause(world):
    world.play(300, 360)
    outcome = Outcome.objects.filter(state="settled", signal__historical=False).first()

    OutcomeRevision.objects.create(
        signal=outcome.signal, state="missed", cause="The bar of 12:00 was amended.", found_at=NOW
    )

    event = Event.objects.latest("pk")
    assert (event.topic, event.kind) == ("outcomes", "signal.revised")
    assert (event.data["outcome"]["state"], event.data["cause"]) == (
        "missed",
        "The bar of 12:00 was amended.",
    )


def test_jobs_tell_how_far_they_are_a_percent_at_a_time():
    job = enqueue("backtest", title="Backtest Pullback v3", arguments={}, at=NOW)
    Job.objects.filter(pk=job.pk).update(state="running", total=1_000)
    for done in (1, 9, 10, 15, 20, 1_000):
        Job.objects.filter(pk=job.pk).update(done=done)
    Job.objects.filter(pk=job.pk).update(state="done")

    told = Event.objects.filter(topic="progress").order_by("pk").values_list("kind", "data__done")
    assert list(told) == [
        ("job.queued", 0),
        ("job.progress", 0),
        ("job.progress", 10),
        ("job.progress", 20),
        ("job.progress", 1_000),
        ("job.done", 1_000),
    ]


def test_the_fleet_tells_of_its_nodes_and_of_parked_work():
    register("desk:worker-1", queues=["generate"], capacity=1, at=NOW)
    drain("desk:worker-1", reason="new memory on Friday")
    leave("desk:worker-1")
    register("desk:worker-1", queues=["generate"], capacity=1, at=NOW + timedelta(hours=1))
    Work.objects.create(kind="generate", key="shard:9", state="running", started_at=NOW)
    Work.objects.update(state="parked", tries=3, error="division by zero")
    Work.objects.update(state="failed")

    told = Event.objects.order_by("pk")
    assert [event.kind for event in told] == [
        "node.joined",
        "node.draining",
        "node.left",
        "node.back",
        "work.parked",
        "work.resumed",
    ]
    assert told[1].data["reason"] == "new memory on Friday"
    assert told[4].data == {"kind": "generate", "key": "shard:9", "tries": 3, "error": "division by zero"}


def test_a_node_that_falls_silent_is_told_of_once(listen):
    now = utc_now()
    register("desk:worker-1", queues=["generate"], capacity=1, at=now - timedelta(seconds=30))

    listener = listen(after=0)

    assert [(name, data["type"]) for _, name, data in listener.events(2)] == [
        ("health", "node.joined"),
        ("health", "node.lost"),
    ]
    Node.objects.update(heartbeat_at=now)
    assert listener.event()[2]["type"] == "node.back"


def test_an_event_arrives_after_its_commit(listen):
    listener = listen()
    listener.frame()

    happen(2)

    events = listener.events(2)
    assert titles(events) == ["Backtest 0", "Backtest 1"]
    assert [(number, name, data["type"]) for number, name, data in events] == [
        (1, "progress", "job.queued"),
        (2, "progress", "job.queued"),
    ]


def test_what_happens_between_admission_and_the_first_frame_is_told(transactional_db):
    meanwhile = iter(range(9))

    def happen_once():
        happen(1, start=next(meanwhile))
        connection.close()

    async def application(scope, receive, send):
        await pages(scope, receive, send)
        await asyncio.to_thread(happen_once)

    with served(application, recheck=2.0) as run:
        listener = Listener(run.port)

        assert titles(listener.events(1)) == ["Backtest 0"]
        listener.close()


def test_who_may_listen_no_longer_is_cut_off(transactional_db):
    revoked = []

    async def application(scope, receive, send):
        if revoked:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await pages(scope, receive, send)

    with served(application, recheck=0.2, look=0.1) as run:
        listener = Listener(run.port)
        listener.frame()
        revoked.append(True)

        assert listener.frame() == {" you may listen no longer": ""}
        assert listener.frame() is None
        listener.close()


def test_nobody_gets_no_stream(listen):
    refused = listen(secret="")

    assert (refused.status, refused.headers["content-type"]) == (401, "application/problem+json")


def test_a_revoked_token_ends_its_streams(listen):
    secret = new_secret("viewer")
    listener = listen(secret=secret)
    listener.frame()

    revoke(person_with("viewer").tokens.get(), at=utc_now())

    frames = iter(listener.frame, None)
    assert {" you may listen no longer": ""} in frames
    assert listener.frame() is None


def test_what_is_hidden_is_not_told_and_what_becomes_hidden_is_told_no_more(world, listen):
    viewer = listen(secret=new_secret("viewer"), topics="signals,outcomes,progress")
    viewer.frame()
    world.play(300, 330)
    happen(1)
    heard = list(iter(lambda: viewer.event()[1], "progress"))
    assert "signals" in heard

    give_to(world.version.strategy, person_with("admin"))
    later = listen(secret=new_secret("viewer"), after=0, topics="signals,outcomes,progress")

    # Of all that happened only the job is to be seen.
    assert titles([later.event()]) == ["Backtest 0"]


@pytest.mark.parametrize("way", ["header", "parameter"])
def test_a_listener_that_comes_again_goes_on_behind_its_last_event(listen, way):
    happen(9)
    given = {"headers": ["Last-Event-ID: 4"]} if way == "header" else {"after": 4}

    listener = listen(**given)

    assert [number for number, _, _ in listener.events(5)] == [5, 6, 7, 8, 9]


def test_the_header_of_a_browser_that_comes_again_counts_more_than_its_address(listen):
    happen(9)

    assert listen(after=2, headers=["Last-Event-ID: 7"]).event()[0] == 8


def test_what_memory_no_longer_holds_comes_from_the_database_and_nothing_twice(transactional_db):
    happen(1_250)
    with served(newest=10, look=0.1) as run:
        first, second = Listener(run.port, after=0), Listener(run.port, after=700)
        whole = first.events(1_240)
        happen(20, start=1_250)
        whole += first.events(30)
        rest = second.events(570)
        first.close()
        second.close()

    assert [number for number, _, _ in whole] == list(range(1, 1_271))
    assert titles(whole) == [f"Backtest {count}" for count in range(1_270)]
    assert [number for number, _, _ in rest] == list(range(701, 1_271))


def test_no_event_is_lost_or_told_twice_while_a_listener_comes_and_goes(server):
    seen, after = [], 0
    for turn in range(12):
        happen(5, start=5 * turn)
        listener = Listener(server.port, after=after)
        events = listener.events(1 + turn % 5)
        listener.close()
        seen += events
        after = events[-1][0]
    last = Listener(server.port, after=after)
    seen += last.events(60 - len(seen))
    last.close()

    assert titles(seen) == [f"Backtest {count}" for count in range(60)]


def test_topics_and_names_narrow_what_is_told(world, listen):
    world.play(300, 360)
    happen(1)
    everything = Event.objects.order_by("pk")
    strategy = world.version.strategy.name

    btc = listen(after=0, topics="signals", symbol="BTC/USDT")
    jobs = listen(after=0, topics="progress, health")
    ours = listen(after=0, strategy=strategy)

    wanted = everything.filter(topic="signals", symbol="BTC/USDT").values_list("data__signal_id", flat=True)
    assert [data["data"]["signal_id"] for _, _, data in btc.events(len(wanted))] == list(wanted)
    assert titles([jobs.event()]) == ["Backtest 0"]
    about = everything.exclude(topic="progress").count()
    assert {name for _, name, _ in ours.events(about)} == {"signals", "outcomes"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"after": "4a"}, "`after`: it must be"),
        ({"after": "-1"}, "`after`: it must be"),
        ({"after": "9" * 30}, "`after`: it must be"),
        ({"headers": ["Last-Event-ID: x"]}, "`Last-Event-ID` must be the id of an event"),
        ({"after": 4}, "Event 4 was never sent; the newest is 3"),
        ({"topics": "signals,candles"}, "`topics`: there is no `candles`"),
        ({"topics": ""}, "`topics`: there is no ``"),
        ({"beats": "maybe"}, "`beats`: it must be a valid boolean"),
        ({"symbols": "BTC/USDT"}, "There is no parameter `symbols` here"),
        ({"symbol": "B" * 200}, "`symbol`: String should have at most 120 characters"),
    ],
)
def test_a_wrong_question_is_a_problem_that_says_what_is_wrong(listen, asked, sentence):
    happen(3)

    answer = listen(**asked)

    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert sentence in answer.body()["detail"]


def test_who_comes_again_too_late_is_told_which_events_are_gone(listen, server):
    happen(9)
    Event.objects.filter(data__title__in=[f"Backtest {count}" for count in range(5)]).update(
        at=utc_now() - timedelta(days=8)
    )
    first = listen(after=0)
    assert wait_until(lambda: Event.objects.count() == 4, seconds=SOON, every=0.05)
    first.close()

    listener = listen(after=2)

    assert listener.event() == (
        5,
        "gap",
        {
            "type": "gap",
            "data": {
                "after": 2,
                "until": 5,
                "detail": "Events 3 to 5 are kept no longer; what they told is in the API.",
            },
        },
    )
    assert [number for number, _, _ in listener.events(4)] == [6, 7, 8, 9]


def test_silence_is_broken_by_a_comment_that_moves_the_id_on(listen):
    happen(3)
    listener = listen(topics="signals")
    assert listener.frame() == {"retry": "2000", "id": "3"}
    happen(2)

    frames = [listener.frame() for _ in range(4)]

    assert all(frame.keys() == {" still here", "id"} for frame in frames)
    assert frames[-1]["id"] == "5"


def test_a_browser_can_ask_for_heartbeats_that_its_script_sees(listen):
    listener = listen(topics="signals", beats="true")
    listener.frame()

    assert listener.frame() == {"id": "0", "event": "beat", "data": "{}"}


def test_a_stream_is_neither_kept_nor_held_up_by_those_between(listen):
    listener = listen()

    assert listener.status == 200
    assert listener.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (listener.headers["cache-control"], listener.headers["x-accel-buffering"]) == ("no-store", "no")


def test_a_listener_that_takes_nothing_is_cut_off_and_others_are_not(transactional_db):
    title = "x" * 100_000
    with served(slow=2.0, look=0.1, heartbeat=0.3) as run:
        deaf, good = Listener(run.port, buffer=4_096), Listener(run.port)
        for _ in range(100):
            Job.objects.create(kind="backtest", title=title, created_at=utc_now())
            assert titles([good.event()]) == [title]
        assert wait_until(lambda: sum(run.stream.listeners.values()) == 1, seconds=SOON, every=0.05)
        happen(1)
        assert titles([good.event()]) == ["Backtest 0"]
        deaf.close()
        good.close()


def test_streams_end_in_order_when_the_server_does(transactional_db):
    with served() as run:
        listener = Listener(run.port)
        listener.frame()
        run.end()

        assert listener.frame() == {" the server ends; come again": ""}
        assert listener.frame() is None
        listener.close()


def test_a_person_has_so_many_streams_and_no_more(settings, listen, server):
    settings.HELIOGRAPH_STREAMS_PER_PERSON = 2
    kept = [listen(), listen()]
    for one in kept:
        one.frame()

    refused = listen()

    assert (refused.status, refused.headers["retry-after"]) == (429, "5")
    assert "as many streams open as one person may" in refused.body()["detail"]
    kept[0].close()
    assert wait_until(lambda: sum(server.stream.listeners.values()) == 1, seconds=SOON, every=0.05)
    assert listen().status == 200


def test_a_server_has_so_many_streams_and_no_more(settings, listen):
    settings.HELIOGRAPH_STREAMS = 1
    listen().frame()

    refused = listen()

    assert refused.status == 429
    assert "as many streams are open" in refused.body()["detail"].lower()


def test_the_stream_outlives_a_database_that_restarts(listen):
    listener = listen()
    listener.frame()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%stream%'"
        )
    happen(3)

    assert titles(listener.events(3)) == ["Backtest 0", "Backtest 1", "Backtest 2"]


def test_a_server_that_holds_no_streams_tells_what_there_is_and_is_asked_again(client):
    happen(3)

    first = client.get("/api/v1/events", {"after": 1})
    again = client.get("/api/v1/events", headers={"Last-Event-ID": "3"})

    assert first.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    frames = first.content.decode().strip().split("\n\n")
    assert [frame.split("\n")[0] for frame in frames] == ["retry: 5000", "id: 2", "id: 3", "id: 3"]
    assert json.loads(frames[1].split("data: ")[1])["data"]["title"] == "Backtest 1"
    assert again.content.decode() == "retry: 5000\nid: 3\n\n"


def test_a_cancelled_job_is_told(db):
    job = enqueue("backtest", title="Backtest", arguments={}, at=NOW)

    cancel(job.pk)

    assert kinds() == ["job.queued", "job.cancelled"]
