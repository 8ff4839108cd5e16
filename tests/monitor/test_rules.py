"""The files for Prometheus, Alertmanager and Grafana go by measures that there are, and by their limits."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from heliograph.monitor.kept import EXPORTED
from tests.monitor.programs import program

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = DEPLOY / "prometheus"
RULES = [
    rule for group in yaml.safe_load((FILES / "rules.yml").read_text())["groups"] for rule in group["rules"]
]
DASHBOARD = json.loads((DEPLOY / "grafana" / "heliograph.json").read_text())
SHOWN = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
# What Prometheus itself knows.
ITS_OWN = {"up", "ALERTS"}
# A limit of an alert: the measure, how it compares, the number.
LIMIT = re.compile(r"^heliograph_(\w+) (>=|<=) ([\d.]+)$")


def run(*words):
    done = subprocess.run(
        [program(words[0]), *map(str, words[1:])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names_in(expression):
    """The metrics of an expression: what stands in front of labels, a range, or an end."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|(by|without) \([^)]*\)", " ", expression)
    return set(re.findall(r"\bheliograph[\w:]+|\bup\b|\bALERTS\b", bare))


def test_promtool_and_amtool_find_the_files_in_order():
    run("promtool", "check", "rules", FILES / "rules.yml")
    run("promtool", "check", "config", "--syntax-only", FILES / "prometheus.yml")
    run("amtool", "check-config", FILES / "alertmanager.yml")


def test_the_rules_fire_when_they_should():
    run("promtool", "test", "rules", FILES / "rules.test.yml")


def test_every_expression_of_the_dashboard_can_be_read(tmp_path):
    rules = [
        {"record": f"shown:{number}", "expr": expression.replace("$job", "heliograph")}
        for number, expression in enumerate(SHOWN)
    ]
    path = tmp_path / "shown.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "shown", "rules": rules}]}))
    assert f"{len(SHOWN)} rules found" in run("promtool", "check", "rules", path)


@pytest.mark.parametrize("expression", [*dict.fromkeys(rule["expr"] for rule in RULES), *SHOWN])
def test_every_metric_that_is_named_exists(expression):
    named = names_in(expression)
    assert named
    assert named - EXPORTED.names - RECORDED - ITS_OWN == set()


def test_an_alert_fires_where_the_measure_is_red():
    definitions = {one.name: one for one in EXPORTED.definitions}
    found = [match.groups() for rule in RULES if (match := LIMIT.match(rule["expr"]))]
    judged = {name: float(number) for name, _, number in found if definitions[name].rule}
    assert len(judged) > 10
    assert judged == {name: definitions[name].rule.red for name in judged}
    gates = {name for name, one in definitions.items() if one.rule and one.rule.gate}
    # Without the database nothing is told: that is an alert of its own.
    assert gates - judged.keys() == {"database_up"}
