"""What lasts, such as data that are stale: told once when it begins, and once when it is over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from heliograph.notices.message import iso
from heliograph.notices.models import Episode
from heliograph.notices.raise_notice import Told, raise_notices

Payload = Mapping[str, object]
LONGEST_SUBJECT = 96


@dataclass(frozen=True, slots=True)
class Lasting:
    """What lasts now, of one topic: by subject what there is to say of it.

    `still`: subjects that do not begin now, but are not over either. `patience`: what is over within it is
    not told. `over`: the `state` of the end.
    """

    topic: str
    going: Mapping[str, Payload]
    over: str
    still: Collection[str] = ()
    patience: timedelta = timedelta(0)


@transaction.atomic
def tell_episodes(lasting: Lasting, *, at: datetime) -> int:
    """Raise notices of what began and of what is over; how many. Told again, it raises nothing."""
    known = {
        one.subject: one
        for one in Episode.objects.filter(topic=lasting.topic).select_for_update().order_by("subject")
    }
    going = {subject[:LONGEST_SUBJECT]: payload for subject, payload in lasting.going.items()}
    still = going.keys() | {subject[:LONGEST_SUBJECT] for subject in lasting.still}
    fresh = [
        Episode(topic=lasting.topic, subject=subject, payload=dict(payload), since=at)
        for subject, payload in going.items()
        if subject not in known
    ]
    Episode.objects.bulk_create(fresh, ignore_conflicts=True)
    begun = [one for one in Episode.objects.filter(topic=lasting.topic, told_at=None) if one.subject in going]
    begun = [one for one in begun if at - one.since >= lasting.patience]
    ended = [one for one in known.values() if one.subject not in still]
    told = [_begun(one, going[one.subject]) for one in begun]
    told += [_over(one, lasting.over, at=at) for one in ended if one.told_at is not None]
    for one in begun:
        # As it was told; the end tells it again.
        Episode.objects.filter(pk=one.pk).update(told_at=at, payload=dict(going[one.subject]))
    Episode.objects.filter(pk__in=[one.pk for one in ended]).delete()
    return raise_notices(told, at=at)


def _begun(one: Episode, payload: Payload) -> Told:
    return Told(one.topic, _subject(one), {**payload, "since": iso(one.since)})


def _over(one: Episode, state: str, *, at: datetime) -> Told:
    payload = {**one.payload, "state": state, "since": iso(one.since), "until": iso(at)}
    return Told(one.topic, f"{_subject(one)}:over", payload)


def _subject(one: Episode) -> str:
    moment = iso(one.since.replace(microsecond=0))
    return f"{one.subject}:{moment}"
