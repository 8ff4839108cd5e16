"""People and programs that ask: by a session, or by a token."""

from datetime import UTC, datetime, timedelta

from django.test import Client

from heliograph.accounts.models import Person, StrategyOwner
from heliograph.accounts.people import add_person
from heliograph.accounts.tokens import add_token
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.presence import BEGAN, SEEN

JOINED = datetime(2024, 1, 1, tzinfo=UTC)
ROLES = ("viewer", "analyst", "operator", "admin")


def person_with(role, name=None):
    """A person of that role; the same one each time."""
    name = name or f"the {role}"
    return Person.objects.filter(name=name).first() or add_person(name, role=role, at=JOINED)


def signed_in(person):
    """A browser in which that person is signed in."""
    client = Client()
    client.force_login(person)
    # As if they looked at another page all the time: nobody is noted to be there twice a minute. Where a test
    # takes longer than that, one of its requests would write, and the number of its queries be another.
    session = client.session
    session[BEGAN] = utc_now().timestamp()
    session[SEEN] = (utc_now() + timedelta(hours=1)).timestamp()
    session.save()
    return client


def with_token(scope, *, role="admin", name=None):
    """A program with a token of that scope, of a person of that role."""
    person = person_with(role)
    made = add_token(name or f"{scope} {person.tokens.count()}", person=person, scope=scope, at=JOINED)
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


def give_to(strategy, person):
    """From now on the strategy is that person's alone."""
    return StrategyOwner.objects.create(strategy=strategy, person=person)
