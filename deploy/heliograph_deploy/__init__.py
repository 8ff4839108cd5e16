"""Upgrade and rollback of an installation, with nothing but Python's standard library."""
