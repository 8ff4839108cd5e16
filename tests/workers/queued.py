"""What waits in a queue of the broker."""

import json
from base64 import b64decode


def messages(broker, queue="generate"):
    """The arguments of what waits in a queue, oldest first."""
    return [arguments for _, arguments in tasks(broker, queue)]


def tasks(broker, queue):
    """The task and the arguments of what waits in a queue, oldest first."""
    found = [json.loads(message) for message in reversed(broker.lrange(queue, 0, -1))]
    return [
        (message["headers"]["task"].rpartition(".")[2], json.loads(b64decode(message["body"]))[0])
        for message in found
    ]
