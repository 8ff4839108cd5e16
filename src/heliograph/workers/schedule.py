"""The timetable. A ring that is missed or doubled changes nothing: what is due stands in rows."""

QUEUES = ("signals", "replay")


def timetable(*, replay: bool) -> dict[str, dict[str, object]]:
    """What beat rings, and every how many seconds."""
    seconds = {"generate_due": 30, "settle_due": 60}
    if replay:
        seconds["replay_tick"] = 1
    # A ring that nobody heard in time is dropped: the next one does the same work.
    return {
        name: {
            "task": f"heliograph.workers.tasks.{name}",
            "schedule": every,
            "options": {"expires": 5 * every},
        }
        for name, every in seconds.items()
    }
