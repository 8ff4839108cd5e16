"""How often one may ask."""

import pytest

from heliograph.web.api import bucket


@pytest.fixture
def limited(settings, servers):
    """Three reads a minute."""
    settings.REDIS_URL = servers["redis_url"]
    settings.HELIOGRAPH_API_READS, settings.HELIOGRAPH_API_WRITES = 3, 2
    yield settings
    bucket.buckets_at.cache_clear()


def ask(nobody, address):
    return nobody.get("/api/v1/openapi.json", REMOTE_ADDR=address)


@pytest.mark.django_db
def test_one_request_too_many_is_told_when_to_come_again(nobody, limited):
    answers = [ask(nobody, "10.1.0.1") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    last = answers[-1]
    assert last["Content-Type"] == "application/problem+json"
    # Three a minute: one comes back every 20 seconds, all within a minute.
    assert 19 <= int(last["Retry-After"]) <= 20
    assert 59 <= int(last["RateLimit-Reset"]) <= 60


@pytest.mark.django_db
def test_addresses_reads_and_writes_are_counted_apart(nobody, limited):
    for _ in range(4):
        ask(nobody, "10.1.0.2")

    assert ask(nobody, "10.1.0.3").status_code == 200
    write = nobody.post("/api/v1/openapi.json", REMOTE_ADDR="10.1.0.2")
    assert (write.status_code, write["RateLimit-Limit"]) == (405, "2")


@pytest.mark.django_db
def test_zero_is_no_limit(nobody, limited):
    limited.HELIOGRAPH_API_READS = 0

    assert not ask(nobody, "10.1.0.4").has_header("RateLimit-Limit")


@pytest.mark.django_db
def test_a_lost_redis_lets_requests_through_and_is_said_once(nobody, limited, caplog):
    limited.REDIS_URL = "redis://127.0.0.1:1/0"
    answers = [ask(nobody, "10.1.0.5") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert not answers[0].has_header("RateLimit-Limit")
    assert caplog.text.count("requests to the API are not counted") == 1


@pytest.mark.django_db
def test_a_person_and_each_of_their_tokens_are_counted_apart(client, as_token, limited):
    first, second = as_token("read"), as_token("read")

    for one in (client, first, second):
        assert [one.get("/api/v1/topics").status_code for _ in range(4)] == [200, 200, 200, 429]
