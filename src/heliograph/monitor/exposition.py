"""Measures in the text format of Prometheus."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from heliograph.monitor.measure import Definition, Measure

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
PREFIX = "heliograph_"
# Of one name; Prometheus keeps each for weeks.
MOST_SERIES = 200


class _Told(Collector):
    """Gives measures to the writer of the library."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(measures: Iterable[Measure]) -> bytes:
    """What is known, by name; what is unknown has no number and is left out."""
    return generate_latest(_Told(_families(measures)))


def _families(measures: Iterable[Measure]) -> Iterator[Metric]:
    by_definition: dict[Definition, list[Measure]] = defaultdict(list)
    for one in measures:
        if one.value is not None:
            by_definition[one.definition].append(one)
    for definition, found in sorted(by_definition.items(), key=lambda item: item[0].name):
        family = _family(definition)
        for one in sorted(found, key=lambda one: one.key)[:MOST_SERIES]:
            family.add_metric([one.labels[name] for name in definition.labels], one.value)
        yield family


def _family(definition: Definition) -> CounterMetricFamily | GaugeMetricFamily:
    kind = CounterMetricFamily if definition.unit == "total" else GaugeMetricFamily
    # The library puts `_total` behind the names of counters by itself.
    name = definition.name.removesuffix("_total")
    return kind(PREFIX + name, _sentence(definition.says), labels=definition.labels)


def _sentence(says: str) -> str:
    return f"{says[0].upper()}{says[1:]}."
