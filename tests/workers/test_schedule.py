"""The timetable rings tasks that exist."""

from heliograph.workers.app import app
from heliograph.workers.programs import Options
from heliograph.workers.schedule import QUEUES, timetable


def test_every_ring_is_a_task_and_goes_to_a_queue_that_the_worker_reads():
    app.loader.import_default_modules()
    names = {entry["task"] for entry in timetable(replay=True).values()}

    assert names <= app.tasks.keys()
    assert {app.amqp.router.route({}, name)["queue"].name for name in names} == set(QUEUES)


def test_without_a_replay_nothing_rings_for_one():
    assert sorted(timetable(replay=False)) == ["generate_due", "settle_due"]


def test_a_ring_that_nobody_heard_is_dropped_before_many_pile_up():
    assert {
        name: (entry["schedule"], entry["options"]) for name, entry in timetable(replay=True).items()
    } == {
        "generate_due": (30, {"expires": 150}),
        "settle_due": (60, {"expires": 300}),
        "replay_tick": (1, {"expires": 5}),
    }


def test_the_address_is_one_that_a_browser_can_open():
    hosts = ("127.0.0.1", "0.0.0.0", "::1")

    assert [Options(host=host, port=9000).address for host in hosts] == [
        "http://127.0.0.1:9000",
        "http://127.0.0.1:9000",
        "http://[::1]:9000",
    ]
