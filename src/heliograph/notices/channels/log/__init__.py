"""Notices as lines of the log, and of a file of JSON lines."""
