"""Backups that are proven: one file of an installation, archives of a server, and their restoring."""
