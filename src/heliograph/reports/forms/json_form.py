"""A report as JSON, for programs."""

import json
from collections.abc import Mapping


def as_json(report: Mapping[str, object]) -> bytes:
    """The same values give the same bytes; NaN is refused, since unknown is null."""
    return (json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
