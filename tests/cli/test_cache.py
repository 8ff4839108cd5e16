"""`heliograph cache` over the levels that processes share."""

import json
from types import SimpleNamespace

import pytest

from heliograph.kit.cache import process
from heliograph.kit.cache.cache import Cache


@pytest.fixture
def own(servers, monkeypatch):
    """The cache of this process is one on real servers, and another process shares it."""
    cache = Cache(None, servers["redis_url"], servers["database_url"], namespace="cli")
    monkeypatch.setitem(process._own, (None, None), cache)
    yield SimpleNamespace(cache=cache, other=Cache(None, servers["redis_url"], namespace="cli"))
    cache.clear()
    cache.close()


@pytest.mark.django_db
def test_levels_and_prefixes_are_shown(heliograph, own):
    own.cache.set("bars:1", [1, 2], ttl=60, tags=["candles"])
    for _ in range(3):
        own.cache.get("bars:1")
    shown = json.loads(heliograph("cache", "--json").out)
    lines = {line["level"]: line for line in shown["levels"]}
    assert list(lines) == ["memory", "redis", "table"]
    assert (lines["memory"]["hits"], lines["memory"]["entries"], lines["table"]["entries"]) == (3, 1, 1)
    assert [line["prefix"] for line in shown["prefixes"]] == ["bars"]
    answer = heliograph("cache")
    assert (answer.code, "memory" in answer.out, "bars" in answer.out) == (0, True, True)


@pytest.mark.django_db
def test_a_tag_or_all_is_cleared(heliograph, own):
    own.cache.set("bars:1", 1, ttl=60, tags=["candles"])
    own.cache.set("rest:1", 2, ttl=60)
    assert heliograph("cache", "clear", "candles").err == "What carries the tag 'candles' is outdated.\n"
    assert (own.other.get("bars:1"), own.other.get("rest:1")) == (None, 2)
    assert heliograph("cache", "clear").err == "The cache is empty.\n"
    assert (own.cache.get("rest:1"), Cache(None, own.cache._asked[1], namespace="cli").get("rest:1")) == (
        None,
    ) * 2
