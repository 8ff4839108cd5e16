"""Venues and instruments, made when their first candles come."""

from collections.abc import Mapping

from heliograph.errors import UserError
from heliograph.market.models import Instrument, Venue


class WrongVenue(UserError):
    """Files cannot be imported into that venue."""


def venue_for_files(name: str) -> Venue:
    """The venue of that name, made if need be; WrongVenue if it is a replay."""
    venue, _ = Venue.objects.get_or_create(name=name, defaults={"kind": Venue.Kind.FILE})
    if venue.kind == Venue.Kind.REPLAY:
        raise WrongVenue(
            f"{name} is a replay, whose bars come from its sample; import under another --venue."
        )
    return venue


def find_or_make(venue: Venue, calendars: Mapping[str, str], *, overrule: bool) -> dict[str, int]:
    """The numbers of the instruments of these symbols. New ones get the calendar given with their symbol;
    with `overrule` those that exist get it too."""
    Instrument.objects.bulk_create(
        [Instrument(venue=venue, symbol=symbol, calendar=name) for symbol, name in calendars.items()],
        ignore_conflicts=True,
    )
    found = Instrument.objects.filter(venue=venue, symbol__in=calendars)
    if overrule:
        for instrument in found:
            instrument.calendar = calendars[instrument.symbol]
        Instrument.objects.bulk_update(found, ["calendar"])
    return dict(found.values_list("symbol", "pk"))
