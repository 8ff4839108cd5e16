"""Who asks: a person by their session, or a program by its token; what they may do, and what is hidden."""

from dataclasses import dataclass, field

from django.http import HttpRequest

from heliograph.accounts.audit import Actor
from heliograph.accounts.models import ApiToken, Person
from heliograph.accounts.people import role_of
from heliograph.accounts.roles import Role
from heliograph.accounts.tokens import role_with, shown, token_of
from heliograph.accounts.visible import hidden_from
from heliograph.kit.clock import utc_now
from heliograph.signals.queries import Hidden
from heliograph.web.accounts.access import is_for_programs

BEARER = "bearer "


@dataclass
class Asker:
    """Whoever makes a request; without a person nobody is known. What is asked of rows is asked once."""

    person: Person | None
    token: ApiToken | None = None
    recorded: int = 0
    _hidden: Hidden | None = field(default=None, repr=False)

    @property
    def role(self) -> Role | None:
        """What they may do; None where they may do nothing."""
        if self.token is not None:
            return role_with(self.token)
        return None if self.person is None else role_of(self.person)

    @property
    def hidden(self) -> Hidden:
        """The strategies that they may not see."""
        if self._hidden is None:
            self._hidden = () if self.person is None else hidden_from(self.person)
        return self._hidden


def asker_of(request: HttpRequest) -> Asker:
    """Who makes this request; TokenRefused if it shows a token that opens nothing."""
    known: Asker | None = getattr(request, "asker", None)
    if known is None:
        known = request.asker = _asker(request)  # type: ignore[attr-defined]
    return known


def _asker(request: HttpRequest) -> Asker:
    shown = request.headers.get("Authorization", "")
    if is_for_programs(request.path) and shown[: len(BEARER)].lower() == BEARER:
        token = token_of(shown[len(BEARER) :].strip(), at=utc_now())
        request.user, request.token = token.person, token  # type: ignore[attr-defined]
        return Asker(token.person, token)
    user = getattr(request, "user", None)
    return Asker(user if isinstance(user, Person) else _known(user))


def _known(user: object) -> Person | None:
    """The person behind Django's lazy user; None for its anonymous one."""
    return user if getattr(user, "is_authenticated", False) else None  # type: ignore[return-value]


def person_of(request: HttpRequest) -> Person:
    """The person who asks, themselves or by a token; only for views that somebody must be known to use."""
    person = asker_of(request).person
    assert person is not None
    return person


def hidden(request: HttpRequest) -> Hidden:
    """The strategies that whoever asks may not see: every query of a page or list goes by it."""
    return asker_of(request).hidden


def actor_of(request: HttpRequest) -> Actor:
    """Who the audit trail names."""
    asker = asker_of(request)
    if asker.person is None:
        return Actor(f"nobody, from {request.META.get('REMOTE_ADDR') or 'this machine'}")
    if asker.token is None:
        return Actor(asker.person.name, asker.person)
    return Actor(f"{asker.person.name}, by token {asker.token.name} {shown(asker.token)}", asker.person)
