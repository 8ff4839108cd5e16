"""Health on the command line."""

import json
import re

import pytest

from heliograph.cli.output import number
from heliograph.fleet.models import Work
from heliograph.kit.clock import utc_now

pytestmark = pytest.mark.django_db


def test_a_part_of_which_nothing_is_known_says_why(heliograph):
    told = heliograph("health").out

    line = next(line for line in told.splitlines() if line.split()[:1] == ["web"])
    assert line.split(maxsplit=3)[1:] == ["unknown", "–", "too little was asked in the last five minutes"]


def test_people_read_when_it_was_looked_at_and_what_measures_are_called(heliograph):
    # Whatever else is well on this machine.
    Work.objects.create(kind="generate", key="shard:1", state="parked", started_at=utc_now())
    told = heliograph("health").out

    assert re.search(r"; at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", told)
    found = json.loads(heliograph("health", "--json").out)
    wrong = [one for part in found["parts"] for one in part["measures"] if one["state"] in ("red", "amber")]
    assert found["unknown"]
    assert "queues_parked_work" in {one["name"] for one in wrong}
    assert all(f"({one['measure']})" in told for one in found["unknown"])
    assert all(f"({one['name']}) is " in told for one in wrong)
    assert not any(f" {one['name']} is " in told for one in wrong)


@pytest.mark.parametrize(("value", "sign", "told"), [(-0.001, False, "0.00"), (-0.01, False, "-0.01")])
def test_what_rounds_to_zero_has_no_minus(value, sign, told):
    assert number(value, 2, sign=sign) == told
