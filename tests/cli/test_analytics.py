"""`heliograph analytics` tells what the room of reports knows, for people and for programs."""

import json

import pytest
from django.db import connection

from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.groupings import By
from tests.cli.conftest import refused
from tests.reports.ledger import fill, make_ledger, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """Signals of two strategies."""
    fill(make_ledger(), 80)
    return table()


def test_json_is_the_answer_of_the_room(heliograph, rows):
    told = json.loads(heliograph("analytics", "--by", "hour", "--side", "long", "--json").out)

    wanted = analytics(Asked(side="long"), by=By.HOUR)
    assert told == json.loads(json.dumps(wanted.to_dict()))
    assert told["total"]["signals"] == (rows.side == "long").sum()


def test_people_see_a_line_for_each_group_and_one_for_all(heliograph, rows):
    answer = heliograph("analytics", "--by", "strategy")

    lines = answer.out.splitlines()
    pct = rows.return_pct.dropna()
    assert [line.split()[:2] for line in lines[2:5]] == [
        ["Busy", f"{(rows.strategy_id == rows.strategy_id.min()).sum()}"],
        ["Slow", f"{(rows.strategy_id == rows.strategy_id.max()).sum()}"],
        ["all", f"{len(rows)}"],
    ]
    assert f"{100 * (pct > 0).mean():.1f} % (" in lines[4]
    assert f"n {len(pct)})" in lines[4]
    # Of results after costs, as the page and reports have it.
    factor = analytics(Asked()).total.pct.profit_factor
    assert f" {factor:.2f} " in lines[4].rpartition("n ")[2]
    assert any(line.startswith("confidence: n ") for line in lines)


def test_only_what_is_asked_for_is_counted(heliograph, rows):
    day = sorted(rows.day)[40]

    first = json.loads(heliograph("analytics", "--until", day, "--strategy", "Busy", "--json").out)
    both = json.loads(
        heliograph("analytics", "--since", day, "--strategy", "Busy", "--strategy", "Slow", "--json").out
    )

    busy = rows.strategy_id == rows.strategy_id.min()
    assert first["total"]["signals"] == (busy & (rows.day <= day)).sum()
    assert both["total"]["signals"] == (rows.day >= day).sum()


def test_sums_are_formed_anew_when_asked(heliograph, rows):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reports_unsummed")

    assert "No such signal has settled" in heliograph("analytics").err
    told = json.loads(heliograph("analytics", "--recount", "--json").out)

    assert told["total"]["signals"] == len(rows)


def test_what_cannot_be_asked_is_refused_in_a_sentence(heliograph):
    make_ledger()

    assert "no strategy 'Nobody'" in refused(heliograph("analytics", "--strategy", "Nobody"))
    assert "before the start" in refused(
        heliograph("analytics", "--since", "2025-02-02", "--until", "2025-02-01")
    )
