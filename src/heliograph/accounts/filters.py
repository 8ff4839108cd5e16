"""Filters that a person keeps for a page."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from heliograph.accounts.errors import NameTaken
from heliograph.accounts.models import Person, SavedFilter
from heliograph.errors import NotFound, UserError

MOST = 20
LONGEST = SavedFilter._meta.get_field("name").max_length or 0


class NoSuchFilter(NotFound):
    """They keep no filter of that number."""

    def __init__(self, filter_id: int):
        super().__init__(f"You keep no filter {filter_id}.")


class BadFilter(UserError):
    """A filter that cannot be kept."""


def filters_of(person: Person, page: str) -> QuerySet[SavedFilter]:
    """What a person keeps for a page, in their order."""
    return SavedFilter.objects.filter(person=person, page=page)


@transaction.atomic
def save_filter(person: Person, *, page: str, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; BadFilter, or NameTaken where one of that name is kept."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise BadFilter(f"A filter needs a name of 1 to {LONGEST} letters.")
    # One of a person's tabs after the other, or two would take the same place.
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    kept = filters_of(person, page).count()
    if kept >= MOST:
        raise BadFilter(f"You keep {kept} filters, which are the most; remove one of them first.")
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(person=person, page=page, name=name, query=query, position=kept)
    except IntegrityError as fault:
        raise NameTaken(name, kind="A filter of yours") from fault


def find_filter(person: Person, filter_id: int) -> SavedFilter:
    """A filter that this person keeps, or NoSuchFilter."""
    found = SavedFilter.objects.filter(person=person, pk=filter_id).first()
    if found is None:
        raise NoSuchFilter(filter_id)
    return found


def remove_filter(person: Person, filter_id: int) -> SavedFilter:
    """Keep it no longer; NoSuchFilter if they do not. Returns what it was."""
    found = find_filter(person, filter_id)
    SavedFilter.objects.filter(pk=found.pk).delete()
    return found
