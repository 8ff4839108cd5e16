"""Of the threads that want one thing at once, one computes and the others take what it got."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Flight(Generic[T]):
    def __init__(self) -> None:
        self.landed = threading.Event()
        self.pilot = threading.get_ident()
        self.got: T | None = None
        self.fault: BaseException | None = None


class Flights(Generic[T]):
    """The computations under way in this process, by what they answer to.

    Who asks after a change must not get what began before it: the name of a flight has what was known then.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, _Flight[T]] = {}

    def join(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, called by the first to come; the others wait for it, also for its failure."""
        with self._lock:
            flight = self._flights.get(name)
            leads = flight is None
            if flight is None:
                flight = self._flights[name] = _Flight()
        if not leads:
            # A computation that asks for its own key would wait for itself.
            return make() if flight.pilot == threading.get_ident() else _landed(flight)
        try:
            flight.got = make()
            return flight.got
        except BaseException as fault:
            flight.fault = fault
            raise
        finally:
            with self._lock:
                del self._flights[name]
            flight.landed.set()


def _landed(flight: _Flight[T]) -> T:
    flight.landed.wait()
    if flight.fault is not None:
        raise flight.fault
    return flight.got  # type: ignore[return-value]
