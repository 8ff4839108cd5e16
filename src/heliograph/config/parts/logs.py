"""What is logged, and how."""

from heliograph.config import reading as read

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A ring a second would fill the disk with lines that say nothing.
    "loggers": {
        name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")
    },
    "root": {"handlers": ["stream"], "level": read.text("HELIOGRAPH_LOG_LEVEL")},
}
