"""What happens at the gate, told to the audit trail: comings in, failures, and ways in that change.

Django and allauth tell of these by signals of theirs.
"""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as second
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from heliograph.accounts.audit import Actor, record
from heliograph.accounts.models import Person
from heliograph.kit.clock import utc_now

UNKNOWN = "a name that nobody has"


def listen() -> None:
    """Hear of them from now on."""
    auth.user_logged_in.connect(_came_in, dispatch_uid="heliograph")
    auth.user_logged_out.connect(_went, dispatch_uid="heliograph")
    auth.user_login_failed.connect(_failed, dispatch_uid="heliograph")
    for signal, action in (
        (account.password_changed, "password.change"),
        (account.password_set, "password.set"),
        (second.authenticator_added, "second-factor.add"),
        (second.authenticator_removed, "second-factor.remove"),
        (second.authenticator_reset, "second-factor.renew"),
    ):
        signal.connect(_changed(action), weak=False, dispatch_uid=f"heliograph {action}")


def _came_in(request: HttpRequest, user: Person, **_: Any) -> None:
    _tell(request, user, "sign-in")


def _went(request: HttpRequest, user: Person | None, **_: Any) -> None:
    if user is not None:
        _tell(request, user, "sign-out")


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """What was typed is not kept: people type passwords where their name belongs."""
    name = str(credentials.get("username") or credentials.get("name") or "").replace("\x00", "")
    known = Person.objects.filter(name__iexact=name).first() if name else None
    address = _address(request)
    details = {"from": address} if address else {}
    record(Actor("nobody"), "sign-in.failed", known.name if known else UNKNOWN, details, at=utc_now())


def _changed(action: str) -> Any:
    def told(request: HttpRequest, user: Person, **named: Any) -> None:
        kind = getattr(named.get("authenticator"), "type", "")
        _tell(request, user, action, **({"kind": str(kind)} if kind else {}))

    return told


def _tell(request: HttpRequest | None, user: Person, action: str, **details: object) -> None:
    address = _address(request)
    said = details | ({"from": address} if address else {})
    record(Actor(user.name, user), action, user.name, said, at=utc_now())


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""
