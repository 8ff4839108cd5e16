"""What Prometheus scrapes, and who may."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from heliograph.kit.clock import utc_now
from heliograph.monitor.kept import EXPORTED
from heliograph.monitor.measure import known, unknown
from heliograph.monitor.probes import cache, database, host
from heliograph.monitor.store import write
from heliograph.monitor.take import SCORE, keep_look
from tests.monitor.looking import GROUND
from tests.monitor.programs import program
from tests.web.people import person_with, with_token

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def scraped(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_measures_of_the_newest_looks_are_told_and_what_is_unknown_is_left_out(as_token):
    at = utc_now()
    write(
        [
            known(database.CONNECTIONS, 4),
            known(database.COMMITS, 10),
            known(cache.READS, 7, level="redis"),
            unknown(database.HITS, "no page was read yet"),
        ],
        at=at - 10 * SECOND,
        spent_ms=40,
    )
    write([known(database.CONNECTIONS, 5), known(SCORE, 88)], at=at - 2 * SECOND, spent_ms=50)
    write([known(host.SWAP, 1, host="gone")], at=at - 600 * SECOND, spent_ms=1)

    found = scraped(as_token("read"))
    age = found.pop(("heliograph_look_age_seconds",))
    assert 2 <= age < 60
    ((build, version),) = [key for key in found if key[0] == "heliograph_build_info"]
    assert found.pop((build, version)) == 1
    assert found == {
        ("heliograph_database_connections",): 5,
        ("heliograph_database_commits_total",): 10,
        ("heliograph_cache_reads_total", "redis"): 7,
        ("heliograph_health_score",): 88,
        ("heliograph_health_unknown_measures", "cache"): 0,
        ("heliograph_health_unknown_measures", "database"): 1,
        ("heliograph_health_unknown_measures", "health"): 0,
        ("heliograph_look_duration_seconds",): 0.05,
    }


def test_before_the_first_look_there_is_no_age(as_token):
    assert {name for name, *_ in scraped(as_token("read"))} == {"heliograph_build_info"}


def test_all_that_is_told_has_a_name_that_rules_can_go_by_and_is_well_formed(as_token):
    keep_look(replace(GROUND, at=utc_now()))
    client = as_token("read")
    found = {name for name, *_ in scraped(client)}
    assert len(found) > 60
    assert found <= EXPORTED.names
    # It counts as a fault what could be named better, too.
    said = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=client.get("/metrics").content,
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stdout + said.stderr) == (0, b"")


def test_only_who_shows_a_token_may_scrape():
    person_with("viewer")
    assert Client().get("/metrics").status_code == 401
    refused = Client(headers={"Authorization": "Bearer hg_00000000_nonsense"}).get("/metrics")
    assert (refused.status_code, refused["Content-Type"]) == (401, "application/problem+json")
    assert with_token("read", role="viewer").get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 401),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 401),
    ],
)
def test_as_long_as_nobody_has_an_account_programs_of_this_machine_may(address, headers, status):
    assert Client(headers=headers).get("/metrics", REMOTE_ADDR=address).status_code == status
    # Nothing else is open then.
    assert Client(headers=headers).get("/api/v1/health", REMOTE_ADDR=address).status_code == 401
    person_with("viewer")
    assert Client(headers=headers).get("/metrics", REMOTE_ADDR=address).status_code == 401
