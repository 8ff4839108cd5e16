"""Moments as people write them on the command line."""

import re
from datetime import UTC, datetime, timedelta

from heliograph.errors import UserError

UNITS = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}


def moment(text: str, *, option: str) -> datetime:
    """A date or a time as a moment in UTC, which is meant where no zone is written."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f"{option} takes a date or a time such as 2024-01-31 or 2024-01-31T09:00Z, not `{text}`."
        ) from None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)


def since(text: str, *, at: datetime) -> datetime:
    """The moment that a date or an age such as 30d names."""
    if age := re.fullmatch(r"(\d{1,5})([hdwy])", text):
        return at - timedelta(hours=int(age[1]) * UNITS[age[2]])
    return moment(text, option="--since")


def ahead(text: str, *, at: datetime) -> datetime:
    """The moment in the future that a date or a length such as 90d names."""
    if age := re.fullmatch(r"(\d{1,5})([hdwy])", text):
        return at + timedelta(hours=int(age[1]) * UNITS[age[2]])
    return moment(text, option="--expires")
