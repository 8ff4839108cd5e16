"""Results as plain values for JSON."""

from datetime import datetime


def plain(value: object) -> object:
    """Times as ISO 8601 with Z, tuples as lists, unknown as null; what is inside likewise."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
