"""Settings that would lose work are refused before the first message."""

import pytest
from django.core.checks import run_checks

from heliograph.config.checks import (
    check_notices,
    unsafe,
    unsafe_acknowledgements,
    unsafe_limits,
    unsafe_routes,
)
from heliograph.workers.app import app
from heliograph.workers.broker import broker, of_celery


@pytest.fixture
def conf():
    """A copy of the settings that a test may spoil."""
    names = (
        *("task_time_limit", "task_acks_late", "task_reject_on_worker_lost", "task_serializer"),
        *("worker_disable_prefetch", "worker_prefetch_multiplier", "accept_content", "result_backend"),
    )
    return {name: app.conf[name] for name in names} | {
        "broker_transport_options": dict(app.conf.broker_transport_options)
    }


def test_our_settings_are_safe(conf):
    assert list(unsafe(conf)) == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("task_time_limit", 170, "visibility_timeout must exceed task_time_limit by 30 seconds."),
        ("task_time_limit", None, "visibility_timeout must exceed task_time_limit by 30 seconds."),
        (
            "task_acks_late",
            False,
            "task_acks_late must be on: a killed worker would take its messages along.",
        ),
        (
            "worker_disable_prefetch",
            False,
            "worker_disable_prefetch must be on: a killed worker would take its messages along.",
        ),
        ("worker_prefetch_multiplier", 4, "worker_prefetch_multiplier must be 1."),
        ("accept_content", ["json", "pickle"], "Messages must be JSON alone: others can carry code."),
        ("result_backend", "redis://", "There must be no result backend: results are rows."),
    ],
)
def test_a_setting_that_loses_work_is_refused(conf, name, value, sentence):
    conf[name] = value

    assert list(unsafe(conf)) == [sentence]


def test_a_slow_sweep_is_refused(conf):
    conf["broker_transport_options"]["unacked_restore_interval"] = 100

    assert list(unsafe(conf)) == ["unacked_restore_interval must be 1 to 5 seconds."]


@pytest.mark.parametrize("name", ["socket_timeout", "socket_keepalive", "health_check_interval"])
def test_a_line_to_the_broker_that_could_be_cut_in_silence_is_refused(conf, name):
    del conf["broker_transport_options"][name]

    assert list(unsafe(conf)) == [
        f"{name} must be set for the broker: a worker would not notice that its line was cut."
    ]


def test_every_task_has_a_time_limit_within_the_visibility_of_its_message():
    assert list(unsafe_limits({"a": None, "b": 170, "c": 120}, visibility=180)) == [
        "a has no time limit.",
        "b may run for 170 seconds, too near to a visibility of 180.",
    ]


def test_every_task_goes_to_a_queue_that_workers_read():
    routes = {"a": {"queue": "ingest"}, "b": {"queue": "elsewhere"}, "gone": {"queue": "ingest"}}

    assert list(unsafe_routes(routes, tasks=["a", "b", "c"], queues=["ingest", "settle"])) == [
        "b goes to elsewhere, which is none of ingest, settle.",
        "c goes to no queue of its own, which is none of ingest, settle.",
        "gone has a route and is no task.",
    ]


def test_only_work_that_is_leased_in_rows_is_acknowledged_before_it_is_done():
    early = ["heliograph.workers.tasks.run_jobs", "settle_due"]

    assert list(unsafe_acknowledgements(early)) == [
        "settle_due must be acknowledged late: a killed worker would take it along."
    ]


def test_a_worker_without_redis_is_refused():
    assert [message.msg for message in run_checks(tags=["heliograph"])] == [
        "REDIS_URL is not set; name a Redis or Valkey, or start with `heliograph up`."
    ]


@pytest.mark.parametrize(
    ("redis_url", "named", "messages"),
    [
        (
            "unix:///run/valkey.sock",
            None,
            "redis+socket:///run/valkey.sock?virtual_host=1",
        ),
        ("redis://:pw@cache:6379/0", None, "redis://:pw@cache:6379/1"),
        ("rediss://cache", None, "rediss://cache:6379/1"),
        ("redis://cache/4", None, "redis://cache:6379/5"),
        ("redis://cache/4", "redis://broker/0", "redis://broker:6379/0"),
        (
            "sentinel://:p%2Fw@one,two:26380/0?service=main",
            None,
            "sentinel://:p%2Fw@one:26379/1;sentinel://:p%2Fw@two:26380/1",
        ),
    ],
)
def test_the_broker_never_shares_the_database_of_the_cache(redis_url, named, messages):
    assert of_celery(broker(redis_url, named)) == messages


def test_alerts_are_kept_for_a_day_at_least(settings):
    settings.HELIOGRAPH_ALERT_DAYS = 0
    assert [error.msg for error in check_notices()] == ["HELIOGRAPH_ALERT_DAYS is 0; 1 day is the least."]


@pytest.mark.parametrize(
    ("days", "url", "sentences"),
    [
        (90, "", []),
        (1, "https://signals.example.com/desk", []),
        (90, "http://10.0.0.7:8080", []),
        (0, "", ["HELIOGRAPH_NOTICE_DAYS is 0; 1 day is the least."]),
        (
            90,
            "signals.example.com",
            ["HELIOGRAPH_PUBLIC_URL is `signals.example.com`; it looks like https://signals.example.com."],
        ),
    ],
)
def test_notices_are_kept_and_link_somewhere(settings, days, url, sentences):
    settings.HELIOGRAPH_NOTICE_DAYS, settings.HELIOGRAPH_PUBLIC_URL = days, url
    assert [error.msg for error in check_notices()] == sentences
