"""What web processes answered is counted, handed over, and measured."""

from datetime import timedelta

import pytest

from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.monitor import traffic
from heliograph.monitor.gone import fold_gone
from heliograph.monitor.models import Traffic as Row
from heliograph.monitor.traffic import Traffic, quantile, tell
from tests.monitor.looking import look_at, values
from tests.web.streaming import SOON, served
from tests.web.test_handler import ask

SECOND = timedelta(seconds=1)


def noted(*answers, now=100.0):
    """A process that answered these: path, status, seconds."""
    made = Traffic()
    for path, status, seconds in answers:
        made.note(path, status, seconds, now=now)
    return made


def hand_over(made, *, at, now=100.0):
    tell(made.process, *made.told(now=now), at=at)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_quantile_is_at_most_a_quarter_too_large(share):
    seconds = [0.001 * number for number in range(1, 1001)]
    _, recent = noted(*[("/", 200, one) for one in seconds]).told(now=100.0)
    exact = seconds[int(share * 1000) - 1]
    assert exact <= quantile(recent["steps"]["page"], share) <= 1.25 * exact


def test_nothing_has_no_quantile_and_what_takes_for_ever_has_the_last_one():
    assert quantile([0] * 54, 0.5) is None
    _, recent = noted(("/", 200, 1e6)).told(now=100.0)
    assert quantile(recent["steps"]["page"], 0.5) == traffic.BOUNDS[-1]


@pytest.mark.django_db
def test_answers_are_measured_by_kind_and_class_over_all_processes():
    at = utc_now()
    assert values("web", "web_processes", at=at) == [0]
    hand_over(noted(*[("/signals/", 200, 0.01)] * 90, *[("/signals/", 500, 2.0)] * 10), at=at)
    hand_over(
        noted(*[("/api/v1/signals", 200, 0.004)] * 30, ("/api/v1/no", 404, 0.001), ("/healthz", 200, 0.001)),
        at=at,
    )
    found = look_at("web", at=at)
    assert found["web_processes"].value == 2
    counts = {name[1:]: one.value for name, one in found.items() if name[0] == "web_requests_total"}
    assert counts == {
        ("page", "2xx"): 90,
        ("page", "5xx"): 10,
        ("api", "2xx"): 30,
        ("api", "4xx"): 1,
        ("watching", "2xx"): 1,
    }
    assert found["web_errors_ratio"].value == pytest.approx(10 / 132)
    assert 0.01 <= found["web_request_p50_seconds", "page"].value <= 0.0125
    assert 2 <= found["web_request_p99_seconds", "page"].value <= 2.5
    assert (
        found["web_request_p99_seconds", "watching"].reason == "too little was asked in the last five minutes"
    )


@pytest.mark.django_db
def test_of_a_process_that_died_only_its_counts_stay():
    at = utc_now()
    hand_over(noted(*[("/", 500, 9.0)] * 50), at=at)
    hand_over(noted(*[("/", 200, 0.01)] * 50), at=at + 31 * SECOND)
    for later in (31, 32):
        found = look_at("web", at=at + later * SECOND)
        assert found["web_processes"].value == 1
        assert found["web_requests_total", "page", "5xx"].value == 50
        assert found["web_requests_total", "page", "2xx"].value == 50
        assert found["web_errors_ratio"].value == 0
        assert found["web_request_p99_seconds", "page"].value <= 0.0125
    assert values("web", ("web_requests_total", "page", "2xx"), at=at + 90 * SECOND) == [50]
    fold_gone(at=at + 90 * SECOND)
    fold_gone(at=at + 91 * SECOND)
    assert values("web", ("web_requests_total", "page", "2xx"), at=at + 92 * SECOND) == [50]
    assert Row.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_look_that_may_only_read_tells_of_the_others_where_one_died():
    at = utc_now()
    hand_over(noted(*[("/", 500, 9.0)] * 50), at=at - 31 * SECOND)
    hand_over(noted(*[("/", 200, 0.01)] * 50), at=at)

    found = look_at("web", at=at)

    assert found["web_processes"].value == 1
    assert found["web_requests_total", "page", "5xx"].value == 50
    assert found["web_errors_ratio"].value == 0


def test_what_was_answered_long_ago_is_counted_and_no_longer_recent():
    made = noted(("/", 500, 1.0), now=100.0)
    made.note("/", 200, 0.01, now=500.0)
    counts, recent = made.told(now=500.0)
    assert counts == {"page 5xx": 1, "page 2xx": 1}
    assert (sum(recent["steps"]["page"]), recent["failed"]) == (1, 0)


def refused():
    """How many requests to the API the processes told as refused; None before one told anything."""
    told = [row.counts.get("api 4xx", 0) for row in Row.objects.all()]
    return sum(told) if told else None


@pytest.mark.django_db(transaction=True)
def test_a_server_tells_what_it_answers(monkeypatch):
    monkeypatch.setattr("heliograph.web.telling.TELL_SECONDS", 0.05)
    with served() as run:
        assert ask(run.port, "/healthz").status == 200
        # The tests before were answered by this process too.
        assert wait_until(lambda: refused() is not None, seconds=SOON)
        before = refused()
        assert ask(run.port, "/api/v1/nothing").status in (401, 404)
        assert wait_until(lambda: refused() > before, seconds=SOON)
        assert refused() == before + 1
        assert look_at("web", at=utc_now())["web_requests_total", "api", "4xx"].value == before + 1
