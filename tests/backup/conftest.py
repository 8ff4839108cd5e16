"""Backups are made and restored by commands."""

from tests.cli.conftest import heliograph

__all__ = ["heliograph"]
