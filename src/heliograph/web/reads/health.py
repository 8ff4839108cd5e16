"""How well all of it is."""

from heliograph.kit.cache import cached
from heliograph.kit.clock import utc_now
from heliograph.monitor.score import health_of
from heliograph.monitor.take import measure_for_answer
from heliograph.monitor.told import ToldHealth, told

# Nobody waits longer for an answer; what was not measured until then is unknown.
SECONDS = 4.0


@cached(key="health:measured", ttl=10.0)
def measured() -> ToldHealth:
    """At most ten seconds old, for all who ask. Measured here and now: it does not need the workers."""
    # Celery is loaded when somebody asks for this, and not into every web process.
    from heliograph.workers.measuring import ground

    at = utc_now()
    return told(health_of(measure_for_answer(ground(at=at), seconds=SECONDS)), at=at, notes=False)
