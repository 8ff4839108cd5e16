"""Whether this process lives, and whether it can serve."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from heliograph.kit.migrating.phases import waiting
from heliograph.kit.redis_url import redis_client
from heliograph.kit.release import release
from heliograph.web.accounts.access import public

SECONDS = 2


@require_safe
@never_cache
@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and Redis answer and the tables are as this release needs them; 503 says which are not."""
    found = parts()
    ready = all(found.values())
    told = {"status": "ready" if ready else "not ready", "release": release(), **found}
    return JsonResponse(told, status=200 if ready else 503)


def parts() -> dict[str, bool]:
    """Whether the database and Redis answer, and whether all migrations are applied."""
    database = _database()
    return {"database": database, "migrations": database and _migrated(), "redis": _redis()}


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrated() -> bool:
    try:
        found = waiting(connection)
    except DatabaseError:
        return False
    # What only takes away what an older release needs may wait until none is left.
    return not found.expand and not found.behind


def _redis() -> bool:
    if not settings.REDIS_URL:
        return False
    try:
        with redis_client(
            settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
