"""Where the view of Django and the async door meet: the view decides, the door keeps what it decided."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest

from heliograph.web.stream.told import Admission

# The key in the scope of a request that came through the async door.
DOOR = "heliograph.events"


class Door:
    """One request to listen; `admission` stays None where it is refused.

    `again` is True for one who listens already, and of whom it is asked whether they still may.
    """

    def __init__(self, listeners: Mapping[str, int], *, again: bool = False) -> None:
        self._listeners = listeners
        self._again = again
        self.admission: Admission | None = None

    @property
    def is_full(self) -> bool:
        """True if this process serves as many listeners as it may."""
        return not self._again and sum(list(self._listeners.values())) >= settings.HELIOGRAPH_STREAMS

    def is_full_for(self, person: str) -> bool:
        """True if somebody has as many streams as one may."""
        return not self._again and self._listeners.get(person, 0) >= settings.HELIOGRAPH_STREAMS_PER_PERSON


def door_of(request: HttpRequest) -> Door | None:
    """The door that the request came through; None under a server that holds no streams."""
    door = getattr(request, "scope", {}).get(DOOR)
    return door if isinstance(door, Door) else None
