"""Notices as e-mail, by any server that speaks SMTP."""
