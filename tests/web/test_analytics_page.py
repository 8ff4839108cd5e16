"""The page of analytics shows what the answer says, sorts groups, and hides what belongs to others."""

import re

import pytest

from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.groupings import By
from heliograph.signals.models import Strategy
from tests.reports.ledger import fill, make_ledger, table
from tests.web.people import give_to, person_with, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer():
    """A browser of somebody who only looks."""
    return signed_in(person_with("viewer"))


def page(client, query=""):
    answer = client.get(f"/analytics/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def names(text):
    return re.findall(r'<td role="cell" class="c-name"><span class="name">([^<]+)</span>', text)


def test_figures_and_pictures_are_those_of_the_answer(viewer):
    fill(make_ledger(), 150)
    total = analytics(Asked()).total

    text = page(viewer)

    assert f'<dd class="value">{total.signals:,}</dd>' in text
    mean = total.r.expectancy
    told = f"{mean.low:+.2f} to {mean.high:+.2f}, n {mean.n:,}".replace("-", "−")
    assert told in text
    fall = f'{total.pct.series.max_drawdown:.1f} <span class="unit">%</span></dd>'
    assert f'{fall}<dd class="context">of one stake, below the highest sum · Sharpe' in text
    assert text.count('class="report-chart"') == 2
    assert 'style="' not in text
    assert names(text) == ["Busy", "Slow"]
    assert "correlation of days" in text


def test_groups_are_sorted_by_the_column_that_is_asked_for(viewer):
    fill(make_ledger(), 150)

    text = page(viewer, "?by=instrument&sort=total")

    groups = analytics(Asked(), by=By.INSTRUMENT).groups
    assert names(text) == [one.name for one in sorted(groups, key=lambda one: -one.figures.pct.total)]
    assert 'aria-sort="descending"' in text


def test_only_what_is_asked_for_is_counted(viewer):
    fill(make_ledger(), 80)
    rows = table()
    day = sorted(rows.day)[40]

    text = page(viewer, f"?strategy=Busy&side=long&until={day}")

    busy = rows.strategy_id == rows.strategy_id.min()
    assert f'<dd class="value">{(busy & (rows.side == "long") & (rows.day <= day)).sum()}</dd>' in text


def test_what_belongs_to_others_is_not_there(viewer):
    fill(make_ledger(), 60)
    give_to(Strategy.objects.get(name="Slow"), person_with("analyst", "other"))

    assert "Slow" not in page(viewer)
    assert viewer.get("/analytics/?strategy=Slow").status_code == 404


def test_without_signals_it_says_so(viewer):
    assert "No signal has settled yet." in page(viewer)
    assert "the end is before the start" in page(viewer, "?since=2025-02-02&until=2025-02-01")
