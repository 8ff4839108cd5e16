"""The queues, one for each concern, and which task goes where."""

QUEUES = ("ingest", "generate", "settle", "notices", "research", "upkeep")
# Work that computes, and work that waits for others: an exchange that does not answer must not hold back
# signals, nor must long work, such as looking at what rejected signals would have come to.
QUICK = ("generate", "settle", "upkeep")
OUTSIDE = ("ingest", "notices", "research")
# Work whose engine state a node keeps warm is placed on it.
PLACED = "generate"

TASKS = {
    "replay_tick": "ingest",
    "poll_due": "ingest",
    "sync_due": "ingest",
    "generate_due": "generate",
    "generate_shards": "generate",
    "warm_due": "generate",
    "warm_shards": "generate",
    "settle_due": "settle",
    "deliver_due": "notices",
    "send_heartbeat": "notices",
    "run_jobs": "research",
    "reconcile": "upkeep",
    "scale": "upkeep",
    "upkeep": "upkeep",
    "tell_troubles": "upkeep",
    "check_rollouts": "upkeep",
    "report_due": "upkeep",
    "fold_sums": "research",
    "keep_quality": "upkeep",
    "measure": "upkeep",
    "forecast": "research",
}
MODULE = "heliograph.workers.tasks"
ROUTES = {f"{MODULE}.{name}": {"queue": queue} for name, queue in TASKS.items()}


def queue_of(node: str) -> str:
    """Where work goes that is placed on a node."""
    return f"{PLACED}.{node}"


def read_by(node: str, queues: tuple[str, ...]) -> tuple[str, ...]:
    """What a worker of these concerns reads: their queues, and its own for placed work."""
    return (*queues, queue_of(node)) if PLACED in queues else queues
