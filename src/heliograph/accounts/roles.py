"""What people may do: four roles, each of which may also do what those before it may."""

from enum import StrEnum


class Role(StrEnum):
    """A role; its name is that of a Django group."""

    VIEWER = "viewer"  # looks at everything
    ANALYST = "analyst"  # writes strategies, imports, runs backtests
    OPERATOR = "operator"  # changes stages, channels, venues and work
    ADMIN = "admin"  # people, teams, tokens of others, settings

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Role).index(self)

    def may(self, asked: "Role") -> bool:
        """Whether this role may do what another is needed for."""
        return self.rank >= asked.rank
