"""What can go wrong with alert rules, incidents, silences and the dead-man's switch."""

from collections.abc import Sequence

from heliograph.errors import Conflict, NotFound, UserError


class NoSuchRule(NotFound):
    """There is no alert rule of that name."""

    def __init__(self, name: str, *, near: Sequence[str] = ()):
        hint = f"did you mean {', '.join(near)}?" if near else "`heliograph alert list` shows what there is."
        super().__init__(f"There is no alert rule '{name}'; {hint}")


class BadRule(UserError):
    """A rule cannot be as it was asked for; `field` is what is wrong."""

    def __init__(self, field: str, reason: str):
        super().__init__(reason)
        self.field = field


class RuleIsShipped(Conflict):
    """A rule that comes with Heliograph cannot be removed."""

    def __init__(self, name: str):
        super().__init__(
            f"'{name}' comes with Heliograph and cannot be removed; `heliograph alert disable {name}` "
            "switches it off."
        )


class NoSuchIncident(NotFound):
    """There is no incident of that number."""

    def __init__(self, number: int):
        super().__init__(
            f"There is no incident {number}; `heliograph incident list --all` shows what there is."
        )


class IncidentIsOver(Conflict):
    """An incident that is over can neither be acknowledged nor closed."""

    def __init__(self, number: int):
        super().__init__(f"Incident {number} is over already.")


class BadSilence(UserError):
    """A silence cannot be as it was asked for; `field` is what is wrong."""

    def __init__(self, field: str, reason: str):
        super().__init__(reason)
        self.field = field


class NoSuchSilence(NotFound):
    """There is no silence of that number that could be ended."""

    def __init__(self, number: int):
        super().__init__(
            f"There is no silence {number} to end; `heliograph silence list` shows what there is."
        )


class NoHeartbeat(NotFound):
    """No address is set for the dead-man's switch."""

    def __init__(self) -> None:
        super().__init__(
            "No address is set for the dead-man's switch; `heliograph heartbeat set URL` sets one."
        )


class BadHeartbeat(UserError):
    """The dead-man's switch cannot be as it was asked for."""
