"""The views for tools of business intelligence say what the rows say, and what their columns mean."""

import re
from pathlib import Path

import pytest
from django.db import connection

from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.sums import fold
from heliograph.signals.models import Signal
from tests.reports.ledger import fill, make_ledger, table
from tests.web.world import make_world

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "views.md"
DESCRIBED = """
SELECT c.relname, obj_description(c.oid), a.attname, format_type(a.atttypid, NULL),
       col_description(c.oid, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind = 'v' AND c.relname LIKE 'bi\\_%' ORDER BY c.relname, a.attnum
"""


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_results_by_day_are_those_of_the_rows():
    fill(make_ledger(), 60)
    fold(most=40)
    rows = table()

    found = ask("SELECT sum(settled), sum(hits), sum(sum_r), sum(sum_return_pct) FROM bi_results_by_day")

    total = analytics(Asked()).total
    wanted = (len(rows), (rows.return_pct > 0).sum(), rows.r.sum(), total.pct.total)
    assert [float(value) for value in found[0]] == pytest.approx(list(map(float, wanted)))
    assert ask("SELECT count(*), count(r) FROM bi_signals WHERE outcome = 'settled'") == [
        (len(rows), rows.r.notna().sum())
    ]


def test_each_view_answers():
    make_world()
    counts = {name: ask(f"SELECT count(*) FROM {name}")[0][0] for name in {row[0] for row in ask(DESCRIBED)}}

    assert counts["bi_signals"] == Signal.objects.count()
    assert counts["bi_candles"] == 900
    assert set(counts) == {
        "bi_signals", "bi_results_by_day", "bi_quality_by_day", "bi_candles", "bi_measures_by_hour",
    }  # fmt: skip


def test_the_reference_says_what_the_database_says_of_itself():
    told = re.findall(
        r"^\| `(\w+)` \| ([\w ]+) \| (.+) \|$|^## `(\w+)`\n\n(.+)$", PAGE.read_text(), re.MULTILINE
    )
    views, wanted = {}, {}
    for column, kind, says, view, about in told:
        if view:
            newest = views[view] = (about, [])
        else:
            newest[1].append((column, kind, says))
    for view, about, column, kind, says in ask(DESCRIBED):
        wanted.setdefault(view, (about, []))[1].append((column, kind, says))
    assert views == wanted
