"""Before a worker of this machine ends, no more work is placed on it; when it comes again, it is."""

from heliograph.workers.programs import node_name

# What a person drains is a person's to take back.
LET_GO = "Its pool lets it go. "


def worker_name(number: int) -> str:
    """The name of a pool's worker; the first is plain `worker`."""
    return "worker" if number == 1 else f"worker-{number}"


def let_go(name: str, *, reason: str) -> None:
    """Place nothing more on the node of that worker; it finishes what it holds."""
    # The supervisor, which knows these names too, runs without Django.
    from heliograph.fleet.models import Node

    Node.objects.filter(name=node_name(name), draining=False).update(draining=True, reason=LET_GO + reason)


def take_back(name: str) -> None:
    """Place work on it again if it was a pool that let it go."""
    from heliograph.fleet.models import Node

    ours = Node.objects.filter(name=node_name(name), draining=True, reason__startswith=LET_GO)
    ours.update(draining=False, reason="")
