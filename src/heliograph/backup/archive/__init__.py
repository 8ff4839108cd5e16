"""The archive of a server: base backups and its log of changes, from which any moment can be restored."""
