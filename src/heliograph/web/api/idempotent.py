"""Writes that happen once, however often a client has to repeat them: the header Idempotency-Key."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from django.db import connection, transaction
from django.db.models import Q
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
# A write that asks somebody outside has its key claimed meanwhile; a process that died claims it no longer.
UNDER_WAY, CLAIMED_FOR = 102, timedelta(minutes=5)
LONGEST = 255
# Each write that has a key also takes away a few that are too old.
SWEPT = 20
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def idempotent(view: View) -> View:
    """A write that a client may repeat under the same key: it is done once, and answered the same again."""
    view.idempotent = True  # type: ignore[attr-defined]
    return view


def hushed(*names: str) -> Callable[[View], View]:
    """A write that is done once, and answered again with null in these fields: secrets are not kept."""

    def mark(view: View) -> View:
        view.idempotent, view.hushed = True, names  # type: ignore[attr-defined]
        return view

    return mark


def reaches_out(view: View) -> View:
    """A write that asks somebody outside, for whose answer no transaction waits; it too is done once.

    The view stores what came of it together with what the audit trail tells of it.
    """
    view.idempotent = view.reaches_out = True  # type: ignore[attr-defined]
    return view


def once_outside(request: HttpRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Run a write that asks somebody outside, unless its key was used, or another request is using it."""
    use = _use(request)
    if use is None:
        return run()
    with transaction.atomic():
        if (known := _answered(*use)) is not None:
            return known
        _keep(*use, HttpResponse(status=UNDER_WAY))
    made: HttpResponseBase | None = None
    try:
        made = run()
    finally:
        with transaction.atomic():
            if isinstance(made, HttpResponse) and 200 <= made.status_code < 300:
                _keep(*use, made)
            else:
                KeptAnswer.objects.filter(actor=use[0], key=use[1]).delete()
    return made


def once(
    request: HttpRequest, run: Callable[[], HttpResponseBase], *, hush: Sequence[str] = ()
) -> HttpResponseBase:
    """Run a write unless its key was used; key and effect are one transaction, so that neither is alone.

    Only what succeeded is kept: a refused request had no effect, and may be mended and sent again.
    """
    use = _use(request)
    if use is None:
        return _wholly(run)
    with transaction.atomic():
        if (known := _answered(*use)) is not None:
            return known
        made = run()
        if not 200 <= made.status_code < 300 or made.streaming:
            transaction.set_rollback(True)
            return made
        _keep(*use, made, hush=hush)
    return made


def _use(request: HttpRequest) -> tuple[str, str, str] | None:
    """Who uses which key for what: caller, key and digest; None where no key is given."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    _check(key)
    return caller(request), key, _digest(request)


def _answered(actor: str, key: str, digest: str) -> HttpResponse | None:
    """What was answered under the key, which is this transaction's from now on."""
    _lock(actor, key)
    kept = _known(actor, key)
    return None if kept is None else _again(kept, digest)


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
            raise _still()


def _still() -> Refused:
    sentence = "A request of that key is being answered; ask again in a moment."
    return Refused(409, sentence, name=HEADER, headers={"Retry-After": "1"})


def _known(actor: str, key: str) -> KeptAnswer | None:
    """What was answered under that key, or is being answered."""
    at = utc_now()
    left = Q(status=UNDER_WAY, created_at__lte=at - CLAIMED_FOR)
    found = KeptAnswer.objects.filter(actor=actor, key=key, created_at__gt=at - KEPT_FOR)
    return found.exclude(left).first()


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.request_digest != digest:
        raise Refused(422, "That key was used for another request; choose a new one.", name=HEADER)
    if kept.status == UNDER_WAY:
        raise _still()
    headers = kept.headers | {"Idempotency-Replayed": "true"}
    return HttpResponse(bytes(kept.body), status=kept.status, headers=headers)


def _keep(actor: str, key: str, digest: str, made: HttpResponse, *, hush: Sequence[str] = ()) -> None:
    headers = {name: value for name, value in made.items() if name in ("Content-Type", "Location", "ETag")}
    KeptAnswer.objects.filter(actor=actor, key=key).delete()
    KeptAnswer.objects.create(
        actor=actor,
        key=key,
        request_digest=digest,
        status=made.status_code,
        headers=headers,
        body=_hushed(made.content, hush) if hush else made.content,
        created_at=utc_now(),
    )
    old = KeptAnswer.objects.filter(created_at__lte=utc_now() - KEPT_FOR).order_by("created_at")
    KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:SWEPT])).delete()


def _hushed(body: bytes, names: Sequence[str]) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body) | dict.fromkeys(names))


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
