"""Who asks, and whose channels and subscriptions they may see."""

from collections.abc import Sequence

from django.http import HttpRequest

from heliograph.accounts.errors import TokenRefused
from heliograph.accounts.people import role_of
from heliograph.accounts.roles import Role
from heliograph.web.accounts.asker import Asker, asker_of


def caller(request: HttpRequest) -> str:
    """Who asks, as an opaque text: a token, a person, or else an address."""
    try:
        asker = asker_of(request)
    except TokenRefused:
        # What an alert from outside bears is the secret of its source, and no token of ours.
        asker = Asker(None)
    if asker.token is not None:
        return f"token:{asker.token.pk}"
    if asker.person is not None:
        return f"person:{asker.person.pk}"
    return f"address:{request.META.get('REMOTE_ADDR', '')}"


def audiences_of(request: HttpRequest) -> Sequence[str] | None:
    """Whose channels and subscriptions whoever asks may see, such as "person:7"; None: everybody's."""
    asker = asker_of(request)
    if asker.person is None or role_of(asker.person) is Role.ADMIN:
        return None
    own = [f"person:{asker.person.pk}", *(f"team:{team.pk}" for team in asker.person.teams.order_by("pk"))]
    held = role_of(asker.person)
    # What is nobody's own is the installation's, which operators tend.
    return [*own, ""] if held is not None and held.may(Role.OPERATOR) else own
