"""Records as lines: for people, or one JSON object a line for programs."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from heliograph.kit.logs.context import ids
from heliograph.kit.logs.hiding import Hiding

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class TextLines(logging.Formatter):
    """`time LEVEL logger: message`, an exception on the lines after it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(LINE)
        self._hide = Hiding(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The lines, without secrets."""
        return self._hide(super().format(record))


class JsonLines(logging.Formatter):
    """An object a line: `time` (UTC), `level`, `logger`, `message`, `process`, ids, and the exception."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._hide = Hiding(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The object, without secrets."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._hide(record.getMessage()),
            "process": record.process,
            **{name: self._hide(value) for name, value in ids().items()},
        }
        for name, value in vars(record).items():
            if name not in OF_EVERY_RECORD and isinstance(value, str | int | float | bool):
                told.setdefault(name, self._hide(value) if isinstance(value, str) else value)
        if record.exc_info:
            told["exception"] = self._hide(self.formatException(record.exc_info))
        if record.stack_info:
            told["stack"] = self._hide(self.formatStack(record.stack_info))
        return json.dumps(told, ensure_ascii=False, default=str)
