"""Caches on real servers; each test has a namespace and a database of its own to write in."""

import os
import secrets

import psycopg
import pytest

from heliograph.kit.cache import Cache
from tests.kit.cache.valkey import Valkey


@pytest.fixture(scope="session")
def database_url(servers):
    """A database for the cache alone."""
    name = f"cache_{os.getpid()}"
    with psycopg.connect(servers["database_url"], autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    return servers["database_url"].replace("/heliograph?", f"/{name}?")


@pytest.fixture
def make_cache(servers, database_url):
    """Makes caches that share their levels, as those of several processes do."""
    namespace, made = f"test-{secrets.token_hex(4)}", []

    def make(l1=None, *, redis_url=servers["redis_url"], table_url=database_url, **named):
        cache = Cache(l1, redis_url, table_url, namespace=namespace, **named)
        made.append(cache)
        return cache

    yield make
    for cache in made:
        cache.close()
    with psycopg.connect(database_url, autocommit=True) as link:
        link.execute("DROP TABLE IF EXISTS cache_entry, cache_change, cache_process")


@pytest.fixture
def valkey(tmp_path):
    """A Redis of this test's own, to be stopped and started."""
    with Valkey(tmp_path / "r.sock") as server:
        yield server
