"""What is logged, how, and where to. Gunicorn takes the same (see gunicorn.py)."""

from heliograph.config import reading as read
from heliograph.config.hidden import secrets_of
from heliograph.kit.errors import BadSetting

FORMS = {"text": "heliograph.kit.logs.TextLines", "json": "heliograph.kit.logs.JsonLines"}
FORM = read.text("HELIOGRAPH_LOG_FORMAT")
if FORM not in FORMS:
    raise BadSetting(f"HELIOGRAPH_LOG_FORMAT is '{FORM}'; use {' or '.join(FORMS)}.")
FILE = read.text("HELIOGRAPH_LOG_FILE")
QUIET = ("celery.beat", "celery.worker.strategy", "celery.app.trace")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": FORMS[FORM], "secrets": secrets_of()}},
    "handlers": {
        # Opened anew when logrotate has put it aside.
        "lines": {"class": "logging.handlers.WatchedFileHandler", "filename": FILE, "formatter": "line"}
        if FILE
        else {"class": "logging.StreamHandler", "formatter": "line"}
    },
    "loggers": {
        # A ring a second would fill the disk with lines that say nothing.
        **{
            name: {"level": "WARNING"}
            for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")
        },
        "gunicorn.error": {"level": "INFO", "handlers": ["lines"], "propagate": False},
        # A line for each request; nginx writes one too.
        "gunicorn.access": {
            "level": "INFO" if read.flag("HELIOGRAPH_ACCESS_LOG") else "CRITICAL",
            "handlers": ["lines"],
            "propagate": False,
        },
    },
    "root": {"handlers": ["lines"], "level": read.text("HELIOGRAPH_LOG_LEVEL")},
}
