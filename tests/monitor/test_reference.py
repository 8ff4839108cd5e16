"""The page of measures is what the program knows, and each measure is of the part that reads it."""

from pathlib import Path

from heliograph.monitor.probes import DEFINITIONS, PROBES
from heliograph.monitor.reference import measures_reference
from heliograph.monitor.score import WEIGHTS

PAGE = Path(__file__).parents[2] / "docs/reference/measures.md"


def test_the_page_is_up_to_date():
    """`make docs` writes it."""
    assert PAGE.read_text() == measures_reference()


def test_each_measure_is_read_by_one_probe_of_its_part():
    assert len({one.name for one in DEFINITIONS}) == len(DEFINITIONS)
    assert [one.name for probe in PROBES for one in probe.measures if one.part != probe.part] == []
    assert {probe.part for probe in PROBES} <= WEIGHTS.keys()
