"""`heliograph report` writes a period in each form."""

import json
from datetime import timedelta

import pytest

from heliograph.reports.forms import FORMS
from heliograph.reports.make import make_report
from heliograph.reports.periods import Kind, last_period
from heliograph.signals.models import Signal
from tests.cli.conftest import refused
from tests.reports.ledger import BEGAN, fill, make_ledger

pytestmark = pytest.mark.django_db
AT = BEGAN + timedelta(days=40)


@pytest.fixture
def _signals():
    """Signals of two strategies."""
    fill(make_ledger(), 250)


@pytest.mark.usefixtures("_signals")
def test_json_is_the_report_of_the_room(heliograph):
    answer = heliograph("report", "weekly", "--at", AT.isoformat(), "--format", "json")

    assert answer.code == 0
    wanted = make_report(last_period(Kind.WEEKLY, at=AT)).to_dict()
    assert json.loads(answer.out) == json.loads(json.dumps(wanted))
    assert json.loads(answer.out)["performance"]["figures"]["settled"]["value"] > 0


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_the_same_each_time(heliograph, tmp_path, form):
    words = ("report", "monthly", "--at", AT.isoformat(), "--format", form, "-o")

    files = [tmp_path / "one", tmp_path / "two"]
    assert [heliograph(*words, file).code for file in files] == [0, 0]

    one, two = (file.read_bytes() for file in files)
    assert one == two
    assert len(one) > 1_000


def test_what_cannot_be_asked_is_refused_in_a_sentence(heliograph):
    assert "--until" in refused(heliograph("report", "--since", "2024-01-01"))
    assert "A report ends after it begins" in refused(
        heliograph("report", "--since", "2024-01-02", "--until", "2024-01-01")
    )
    nowhere = heliograph("report", "daily", "-o", "/nowhere/at/all.html")
    assert refused(nowhere) == "There is no folder /nowhere/at; make it, or name another file with -o."
    assert "an earlier end" in refused(heliograph("report", "--since", "1990-01-01", "--until", "2024-01-01"))
    assert "no time zone 'Moon'" in refused(heliograph("report", "daily", "--zone", "Moon"))


@pytest.mark.usefixtures("_signals")
def test_where_no_signal_is_of_the_period_the_newest_is_named(heliograph):
    answer = heliograph("report", "daily", "--at", "2026-01-01", "--json")

    newest = Signal.objects.latest("bar_time").bar_time
    assert json.loads(answer.out)["signals"]["figures"]["published"]["value"] == 0
    assert f"the newest is of {newest:%Y-%m-%d %H:%M}" in answer.err
    assert heliograph("report", "weekly", "--at", AT.isoformat(), "--json").err == ""
