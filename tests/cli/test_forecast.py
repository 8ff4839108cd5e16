"""Forecasts and trends on the command line."""

import json

import pytest

from heliograph.monitor.forecasts.models import Trend
from tests.web.api.test_forecasts import foresee

pytestmark = pytest.mark.django_db


def items(answer):
    assert answer.code == 0, answer.err
    return json.loads(answer.out)["items"]


def test_commands_show_the_same(heliograph):
    for words in (("forecast",), ("trends",), ("trends", "--shifted")):
        assert heliograph(*words).err.startswith(("Nothing was foreseen", "Nothing was looked at"))
    foresee()

    shown = heliograph("forecast")
    assert "Its history is of 9 hours; 3 days are needed." in shown.out
    assert "host_disk_free_bytes a" in shown.out
    assert [one["kind"] for one in items(heliograph("forecast", "--json"))] == ["load", "space"]
    assert [one["kind"] for one in items(heliograph("forecast", "--kind", "space", "--json"))] == ["space"]
    assert "host_disk_free_bytes a" in heliograph("trends").out
    assert heliograph("trends", "--shifted").err == "No level changed.\n"
    assert items(heliograph("trends", "--json"))[0]["name"] == "host_disk_free_bytes"
    Trend.objects.update(reason="Its history has 9 hours; 72 are needed.")
    told = heliograph("trends", "--shifted").err
    assert told == "Of no measure is it known. Its history has 9 hours; 72 are needed.\n"
