"""Which database rows are read from: Django's router for the standby."""

from typing import Any

from heliograph.kit.replica import DEFAULT, REPLICA, chosen

# Who may come in is never some seconds old.
PRIMARY = ("accounts", "account", "auth", "contenttypes", "mfa", "sessions", "usersessions")


class ReadsFromStandby:
    """Reads within `from_replica` go to the standby, all else to the primary."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        """What was read from the standby before leads nobody back there later."""
        return DEFAULT if model._meta.app_label in PRIMARY else chosen()

    def db_for_write(self, model: Any, **_: Any) -> str:
        """The standby takes nothing."""
        return DEFAULT

    def allow_relation(self, *_: Any, **__: Any) -> bool:
        """Both have the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """Tables come to the standby by themselves."""
        return False if db == REPLICA else None
