"""What the log holds, for views: where it ends, and what it tells where the server holds no streams."""

from django.db import connection

from heliograph.web.stream.log import READ
from heliograph.web.stream.told import Admission, Told, gap_frame

AT_ONCE = 1_000
COME_AGAIN_MS = 5_000
# What a listener may know of: a strategy that was added later is looked at anew.
BOUNDS = """
SELECT coalesce(last.position, 0), coalesce(last.forgotten, 0),
       (SELECT coalesce(max(id), 0) FROM signals_strategy)
FROM (SELECT) AS one LEFT JOIN stream_last AS last ON last.id = 1
"""


def bounds() -> tuple[int, int, int]:
    """The newest event, the newest one that is kept no longer, and the newest strategy.

    What was just committed is counted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT stream_place_events(%s)", [AT_ONCE])
        cursor.execute(BOUNDS)
        found: tuple[int, int, int] = cursor.fetchone()
    return found


def told_at_once(admission: Admission) -> bytes:
    """The events there are; browsers come again by themselves, and say which was the last."""
    position = admission.after
    opening, told = f"retry: {COME_AGAIN_MS}\n".encode(), []
    if admission.gap is not None:
        told.append(gap_frame(position, admission.gap))
        position = admission.gap
    with connection.cursor() as cursor:
        cursor.execute(READ, [position, AT_ONCE])
        found = [Told.of(row) for row in cursor.fetchall()]
    told += [event.text for event in found if admission.lets(event)]
    position = found[-1].position if found else position
    return b"".join([opening, b"\n" if told else b"", *told, f"id: {position}\n\n".encode()])
