"""Lists of people, for pages and commands."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Q

from heliograph.accounts.models import Person, Team
from heliograph.accounts.people import role_of
from heliograph.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person as lists show them."""

    person: Person
    role: Role | None
    teams: list[Team]
    has_password: bool
    has_second: bool

    @property
    def way(self) -> str:
        """How they come in."""
        if not self.has_password:
            return "passkey" if self.has_second else "link only"
        return "password and second factor" if self.has_second else "password"


def all_people() -> list[PersonLine]:
    """Everybody, those who may come in first, by name."""
    people = Person.objects.prefetch_related("groups", "teams").order_by("-is_active", "name")
    return person_lines(list(people))


def person_lines(people: list[Person]) -> list[PersonLine]:
    """Lines of persons whose groups and teams were prefetched; one statement for all second factors."""
    second = set(
        Authenticator.objects.filter(
            Q(type=Authenticator.Type.TOTP) | Q(type=Authenticator.Type.WEBAUTHN), user__in=people
        ).values_list("user", flat=True)
    )
    return [
        PersonLine(
            person,
            role_of(person),
            list(person.teams.all()),
            person.has_usable_password(),
            person.pk in second,
        )
        for person in people
    ]
