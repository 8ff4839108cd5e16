"""Forecasts are made every four hours, by a process that comes and goes."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from heliograph.fleet.clock import shared_now
from heliograph.monitor.forecasts.history import hour_of
from heliograph.monitor.forecasts.models import Forecast
from heliograph.workers.forecasting import ForecastsFailed, forecast_when_due
from tests.monitor.past import keep_hours

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def child(servers, monkeypatch):
    """A process that is started finds the database of the tests."""
    name = connection.settings_dict["NAME"]
    monkeypatch.setenv("DATABASE_URL", servers["database_url"].replace("/heliograph?", f"/{name}?"))


def due():
    """A moment of this hour at which forecasts are due."""
    return hour_of(shared_now()) + timedelta(minutes=6)


def test_they_are_made_every_four_hours_and_only_where_something_was_measured(child):
    forecast_when_due(at=due())
    assert not Forecast.objects.exists()

    keep_hours({"generation_published": np.arange(5.0)}, until=hour_of(shared_now()))
    forecast_when_due(at=due() - timedelta(minutes=2))
    assert not Forecast.objects.exists()
    forecast_when_due(at=due())

    (made,) = Forecast.objects.values_list("reason", "made_at")
    assert made[0] == "Its history is of 5 hours; 3 days are needed."
    forecast_when_due(at=due())
    assert Forecast.objects.get().made_at == made[1]

    Forecast.objects.update(made_at=made[1] - timedelta(hours=4))
    forecast_when_due(at=due())
    assert Forecast.objects.get().made_at > made[1]


def test_a_process_that_ends_badly_is_a_failure_with_its_last_line(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@/nothing?host=/not/there")
    keep_hours({"generation_published": np.arange(5.0)}, until=hour_of(shared_now()))

    with pytest.raises(ForecastsFailed, match="/not/there"):
        forecast_when_due(at=due())
