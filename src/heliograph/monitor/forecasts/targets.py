"""What is foreseen of what is measured."""

from dataclasses import dataclass

from heliograph.monitor.forecasts.history import Aggregate


@dataclass(frozen=True, slots=True)
class Load:
    """Work that there will be, by the hour: which number of an hour is meant, and what it can be."""

    name: str
    aggregate: Aggregate
    says: str
    least: float | None = 0.0
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """What fills: it is full where the measure comes to `limit`. None: at what the disk has left for it."""

    name: str
    says: str
    limit: float | None
    # Full where it falls that far, instead of where it rises.
    falls: bool = False


# A measure that looks back an hour is read at the end of each.
LOADS = (
    Load("generation_published", "last", "signals published in an hour"),
    Load("generation_bars", "mean", "bars evaluated in a quarter of an hour"),
    Load("generation_steps", "mean", "steps of shards in a quarter of an hour"),
    Load("queues_generate_due", "mean", "shards with bars that nobody evaluated"),
    Load("queues_messages", "mean", "messages that wait in all queues"),
    Load("notices_tries", "last", "tries to send in an hour"),
    Load("host_cpu_ratio", "mean", "of the processors, in use", most=1.0),
)
SPACES = (
    Space("host_disk_free_bytes", "free on the disk of the data", 0.0, falls=True),
    Space("database_size_bytes", "size of the database", None),
    Space("database_table_size_bytes", "size of a table with its indexes", None),
    Space("database_transaction_numbers_ratio", "used of the numbers of transactions", 1.0),
    Space("redis_memory_ratio", "used of the memory that Redis may use", 1.0),
)
EXPECTANCY = "strategy_expectancy_r"
SAYS = {one.name: one.says for one in (*LOADS, *SPACES)} | {EXPECTANCY: "mean R of the next signals"}
