"""Taking back the messages that were placed on a node which takes no more work."""

from heliograph.workers import doorbell
from heliograph.workers.app import app
from heliograph.workers.shards import shard_key


def hand_back(queue: str) -> int:
    """Take what waits in the queue of a node away, so that its shards are sent anew; returns how many."""
    count = 0
    with app.connection_for_read() as connection, connection.channel() as channel:
        # What is due stands in rows: nothing is lost with the message.
        while (message := channel.basic_get(queue, no_ack=True)) is not None:
            arguments, _, _ = message.payload
            doorbell.release(shard_key(one) for one in arguments[0])
            count += 1
    return count
