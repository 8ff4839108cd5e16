"""Notices as signed HTTP requests, by Standard Webhooks."""
