"""What operations share that change something."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest

from heliograph.accounts.roles import Role
from heliograph.signals.models import Strategy
from heliograph.web.accounts.asker import asker_of, hidden
from heliograph.web.api.problems import Refused
from heliograph.web.views.waking import wake


def wake_after(name: str) -> None:
    """Ring a task of the workers once what it is for can be seen by them."""
    transaction.on_commit(partial(wake, name))


def insist(request: HttpRequest, role: str, what: str) -> None:
    """Refused where whoever asks has not that role, which only some values of an operation need."""
    held = asker_of(request).role
    if held is None or not held.may(Role(role)):
        raise Refused(403, f"{what} needs the role {role}.")


def insist_on_all_scopes(request: HttpRequest, what: str) -> None:
    """Refused where a token of less than all scopes asks for what only its person may do."""
    token = asker_of(request).token
    if token is not None and token.scope != "admin":
        raise Refused(403, f"{what} a token needs the scope admin.")


def refuse_foreign_name(request: HttpRequest, name: str) -> None:
    """Refused where a strategy of that name is hidden from whoever asks."""
    if Strategy.objects.filter(name=name, pk__in=hidden(request)).exists():
        raise Refused(409, f"A strategy named '{name}' belongs to others; choose another name.", name="text")
