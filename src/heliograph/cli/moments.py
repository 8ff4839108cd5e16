"""Moments as people write them on the command line."""

from datetime import UTC, datetime

from heliograph.errors import UserError


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
