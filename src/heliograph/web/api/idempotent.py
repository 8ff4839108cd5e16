"""Writes that happen once, however often a client has to repeat them: the header Idempotency-Key."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from heliograph.kit.clock import utc_now
from heliograph.web.api.bodies import FORM
from heliograph.web.api.problems import Refused
from heliograph.web.api.seen import caller
from heliograph.web.models import KeptAnswer

View = TypeVar("View", bound=Callable[..., Any])
HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
LONGEST = 255
# Each write that has a key also takes away a few that are too old.
SWEPT = 20
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def idempotent(view: View) -> View:
    """A write that a client may repeat under the same key: it is done once, and answered the same again."""
    view.idempotent = True  # type: ignore[attr-defined]
    return view


def once(request: HttpRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Run a write unless its key was used; key and effect are one transaction, so that neither is alone.

    Only what succeeded is kept: a refused request had no effect, and may be mended and sent again.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return _wholly(run)
    _check(key)
    actor, digest = caller(request), _digest(request)
    with transaction.atomic():
        _lock(actor, key)
        kept = KeptAnswer.objects.filter(actor=actor, key=key, created_at__gt=utc_now() - KEPT_FOR).first()
        if kept is not None:
            return _again(kept, digest)
        made = run()
        if not 200 <= made.status_code < 300 or made.streaming:
            transaction.set_rollback(True)
            return made
        _keep(actor, key, digest, made)
    return made


def _wholly(run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The change and what the audit trail tells of it, or neither."""
    with transaction.atomic():
        made = run()
        if made.status_code >= 300:
            transaction.set_rollback(True)
    return made


def _check(key: str) -> None:
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        sentence = f"{HEADER} has 1 to {LONGEST} printable ASCII characters, such as a UUID."
        raise Refused(422, sentence, name=HEADER)


def _lock(actor: str, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"idempotent {actor} {key}"])
        if not cursor.fetchone()[0]:
            sentence = "A request of that key is being answered; ask again in a moment."
            raise Refused(409, sentence, name=HEADER, headers={"Retry-After": "1"})


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.request_digest != digest:
        raise Refused(422, "That key was used for another request; choose a new one.", name=HEADER)
    headers = kept.headers | {"Idempotency-Replayed": "true"}
    return HttpResponse(bytes(kept.body), status=kept.status, headers=headers)


def _keep(actor: str, key: str, digest: str, made: HttpResponse) -> None:
    headers = {name: value for name, value in made.items() if name in ("Content-Type", "Location", "ETag")}
    KeptAnswer.objects.filter(actor=actor, key=key).delete()
    KeptAnswer.objects.create(
        actor=actor,
        key=key,
        request_digest=digest,
        status=made.status_code,
        headers=headers,
        body=made.content,
        created_at=utc_now(),
    )
    old = KeptAnswer.objects.filter(created_at__lte=utc_now() - KEPT_FOR).order_by("created_at")
    KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:SWEPT])).delete()


def _digest(request: HttpRequest) -> str:
    """What was asked: method, address and body."""
    digest = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != FORM:
        digest.update(request.body)
        return digest.hexdigest()
    for name, values in sorted(request.POST.lists()):
        digest.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
