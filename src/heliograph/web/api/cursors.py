"""Cursors: where a list goes on, opaque to those who hold one."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from heliograph.signals.errors import BadCursor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_cursor(moment: datetime, key: int) -> str:
    """The cursor behind a row."""
    micros = (moment - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}:{key}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """The row that a cursor stands behind; BadCursor if it is not one of ours."""
    try:
        micros, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":")
        if not -(2**63) <= int(key) < 2**63:
            raise BadCursor
        return EPOCH + timedelta(microseconds=int(micros)), int(key)
    except (ValueError, binascii.Error, OverflowError) as fault:
        raise BadCursor from fault
