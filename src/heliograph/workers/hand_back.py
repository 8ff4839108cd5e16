"""Taking back the messages that were placed on a node which takes no more work."""

from heliograph.workers import doorbell
from heliograph.workers.app import app
from heliograph.workers.queues import queue_of
from heliograph.workers.shards import shard_key


def hand_back(node: str) -> int:
    """Take the waiting messages of a node away, so that their shards are sent anew; returns how many."""
    name = queue_of(node)
    if not doorbell.lengths([name])[name]:
        return 0
    count = 0
    with app.connection_for_read() as connection, connection.channel() as channel:
        # What is due stands in rows: nothing is lost with the message.
        while (message := channel.basic_get(name, no_ack=True)) is not None:
            arguments, _, _ = message.payload
            doorbell.release(shard_key(one) for one in arguments[0])
            count += 1
    return count
