"""What pages and lists keep in the cache: as it was, told of changes, and with ETags."""

import pytest

from heliograph.kit.cache import process
from heliograph.kit.cache.cache import Cache
from heliograph.kit.cache.encoding import decode, encode
from heliograph.kit.clock import utc_now
from heliograph.web.reads import freshness, overview
from tests.web.people import give_to, person_with

# The session, its person, their role.
WHO_ASKS = 3
READS = {
    "figures": lambda: (overview.figures, {"at": utc_now()}),
    "open": lambda: (overview.open_items, {"limit": 5}),
    "settled": lambda: (overview.settled_items, {"limit": 5}),
    "runs": lambda: (overview.runs, {}),
    "reasons": lambda: (overview.recent_reasons, {"at": utc_now()}),
    "venues": lambda: (freshness.venues, {}),
    "newest": lambda: (freshness.newest_lines, {"limit": 5}),
}


@pytest.fixture
def kept(monkeypatch):
    """The cache of this process keeps what it is given."""
    own = Cache()
    monkeypatch.setitem(process._own, (None, None), own)
    return own


@pytest.mark.django_db
@pytest.mark.parametrize("name", READS)
def test_what_is_kept_comes_back_as_it_was_read(world, name):
    read, named = READS[name]()
    found = read.uncached(**named)
    assert found or name == "reasons"
    assert decode(encode(found), read._rule.kind) == found


@pytest.mark.django_db
def test_a_list_is_read_once_until_it_changes(world, client, kept, django_assert_num_queries):
    first = client.get("/api/v1/signals?limit=3")
    with django_assert_num_queries(WHO_ASKS):
        again = client.get("/api/v1/signals?limit=3")
    assert (again.content, again["ETag"], again["Content-Type"]) == (
        first.content,
        first["ETag"],
        first["Content-Type"],
    )
    kept.invalidate("signals")
    assert client.get("/api/v1/signals?limit=3").content == first.content
    assert kept.counters().prefixes["api"].computed == 2


@pytest.mark.django_db
def test_who_has_the_newest_answer_is_told_so(world, client, kept):
    etag = client.get("/api/v1/instruments")["ETag"]
    answer = client.get("/api/v1/instruments", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.django_db
def test_problems_are_not_kept(world, client, nobody, kept):
    assert client.get("/api/v1/signals?limit=nonsense").status_code == 422
    assert client.get("/api/v1/signals?colour=red").status_code == 422
    assert nobody.get("/api/v1/signals").status_code == 401
    assert kept.counters().entries == 0


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/signals", "/api/v1/strategies", "/"])
def test_what_is_kept_for_one_is_not_shown_to_whom_it_is_hidden_from(world, client, as_role, kept, address):
    viewer = as_role("viewer")
    shared = viewer.get(address).content.decode()
    give_to(world.version.strategy, person_with("analyst"))
    others, admins = viewer.get(address).content.decode(), client.get(address).content.decode()

    assert "BTC/USDT" in shared or "Busy" in shared
    assert "Busy" not in others
    assert "Busy" in admins
    # Both are kept: asked again they are what they were.
    assert viewer.get("/api/v1/signals").json()["items"] == []
    assert client.get("/api/v1/signals").json()["items"] != []
