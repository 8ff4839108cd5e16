"""Cursors: where a list goes on, opaque to those who hold one and of no use in another list."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TypeAlias

import msgspec
from django.conf import settings

from heliograph.signals.errors import BadCursor

Place: TypeAlias = datetime | int | float | str | None
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARK = 8


def write_cursor(name: str, places: Sequence[Place]) -> str:
    """The cursor behind a row of the list of that name; the row is known by its places in the order."""
    told = msgspec.json.encode([_told(place) for place in places])
    return base64.urlsafe_b64encode(_mark(name, told) + told).decode().rstrip("=")


def read_cursor(name: str, cursor: str) -> list[Place]:
    """The places of the row that a cursor stands behind; BadCursor if this list did not give it out."""
    try:
        whole = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as fault:
        raise BadCursor from fault
    mark, told = whole[:MARK], whole[MARK:]
    if not hmac.compare_digest(mark, _mark(name, told)):
        raise BadCursor
    return [_place(one) for one in msgspec.json.decode(told)]


def _mark(name: str, told: bytes) -> bytes:
    """What only this installation can write."""
    key = blake2b(settings.SECRET_KEY.encode()).digest()
    return blake2b(name.encode() + b"\0" + told, key=key, digest_size=MARK).digest()


def _told(place: Place) -> object:
    # A moment in whole microseconds: a float would lose the last digit.
    return [(place - EPOCH) // timedelta(microseconds=1)] if isinstance(place, datetime) else place


def _place(told: object) -> Place:
    if isinstance(told, list):
        return EPOCH + timedelta(microseconds=told[0])
    assert told is None or isinstance(told, int | float | str)
    return told
