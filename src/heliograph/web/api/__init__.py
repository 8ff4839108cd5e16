"""The read-only JSON API."""

from heliograph.web.api.routes import api

__all__ = ["api"]
