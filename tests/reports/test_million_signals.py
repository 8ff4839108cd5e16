"""A million signals are answered from sums, and these are what adding up the rows gives."""

import json

import pytest

from benchmarks.parts.analysed import compare_with_rows
from heliograph.reports.sums import MOST_ADDED, MOST_WAITING, fold, fold_if_many, left_out, recount
from heliograph.signals.models import Outcome
from tests.reports.million import CAME_TO, DAYS, MANY, Million, Reading, run, told
from tests.web.people import person_with, signed_in, with_token

pytestmark = pytest.mark.django_db
ROWS = "^signals_(signal|outcome)$|^reports_(regime|wouldbe)$"


def look(client, address="/analytics/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def settled():
    return Outcome.objects.filter(state="settled").count()


def test_a_million_signals_are_answered_from_sums_that_are_those_of_the_rows():
    viewer, program = signed_in(person_with("viewer")), with_token("read", role="viewer")
    million = Million()
    million.fill()
    recount()

    of_rows, of_all = Reading(ROWS), Reading("")
    text = look(viewer)
    assert of_rows.rows < 100
    assert of_all.rows < MANY / 10
    assert f'<dd class="value">{settled():,}</dd>' in text

    # What comes later is added as it settles. So many nobody waits for who asks: the workers add them.
    many = settled()
    million.go_on(2 * MOST_ADDED)
    many = settled() - many
    assert many > MOST_ADDED
    assert (fold_if_many(), left_out(), fold(), left_out()) == (0, many, many, 0)

    # A few are read where they wait.
    million.go_on(MOST_WAITING)
    of_rows = Reading(ROWS)
    text = look(viewer)
    assert 0 < of_rows.rows < MANY / 10
    answer = json.loads(look(program, "/api/v1/analytics"))

    of_rows = Reading(ROWS)
    wanted = run(CAME_TO)[0]
    assert of_rows.rows > settled() > MANY / 2
    assert told(answer) == pytest.approx(wanted, rel=1e-7)
    days = [(one["day"], one["signals"], one["r"], one["pct"]) for one in answer["days"]]
    assert days == [(day, number, *map(pytest.approx, sums)) for day, number, *sums in run(DAYS)]
    assert f'<dd class="value">{wanted[0]:,}</dd>' in text
    assert f'<dd class="value">{100 * wanted[1]:.1f} <span class="unit">%</span></dd>' in text
    assert f'<dd class="value">{wanted[3]:+.2f}</dd>' in text
    compare_with_rows()
