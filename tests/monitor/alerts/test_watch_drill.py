"""What is told of the drill of incidents is what it does."""

from pathlib import Path

from benchmarks.drills.parts.watch_faults import ROUNDS
from heliograph.monitor.alerts.shipped import SHIPPED

PAGE = Path(__file__).parents[3] / "docs/concepts/alerts.md"


def test_each_fault_of_the_drill_stands_on_the_page_with_its_rule_and_how_soon_it_is_told():
    rows = [
        f"| {fault.title} | `{'`, `'.join(fault.names)}` | {fault.within:g} s |"
        for faults in ROUNDS
        for fault in faults
    ]
    told = PAGE.read_text().splitlines()
    assert [row for row in rows if not any(line.startswith(row) for line in told)] == []


def test_no_two_faults_that_go_on_at_once_are_of_one_cause():
    for faults in ROUNDS:
        causes = [{SHIPPED[name].cause for name in fault.names} for fault in faults]
        assert sum(map(len, causes)) == len(set().union(*causes))
