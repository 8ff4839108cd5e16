"""Notices to the services that Apprise knows: Telegram, Discord, Slack, Matrix, ntfy and many more."""
