"""What can go wrong with people, invitations and tokens."""

from heliograph.errors import UserError


class NoSuchPerson(UserError):
    """Nobody has that name."""

    def __init__(self, name: str):
        super().__init__(f"There is nobody named '{name}'; `heliograph person list` shows who is.")
        self.name = name


class NoSuchRole(UserError):
    """There are four roles, and that is none of them."""

    def __init__(self, word: str):
        super().__init__(f"'{word}' is no role; roles are viewer, analyst, operator and admin.")
        self.word = word


class NameTaken(UserError):
    """Somebody else has that name."""

    def __init__(self, name: str, *, kind: str = "Somebody"):
        super().__init__(f"{kind} is named '{name}' already; choose another name.")
        self.name = name


class NoSuchTeam(UserError):
    """No team has that name."""

    def __init__(self, name: str):
        super().__init__(f"There is no team '{name}'; the page People shows which there are.")
        self.name = name


class TeamInUse(UserError):
    """A team that owns strategies cannot go."""

    def __init__(self, name: str):
        super().__init__(f"{name} owns strategies; give them to somebody else first.")
        self.name = name


class BadName(UserError):
    """A name that nobody could sign in with."""


class LastAdmin(UserError):
    """Without an admin nobody could let others in."""

    def __init__(self, name: str):
        super().__init__(f"{name} is the only admin; make somebody else one first.")
        self.name = name


class BadLink(UserError):
    """A one-time link that is unknown, used or too old."""


class BadTokenName(UserError):
    """A token that cannot be made as it was asked for."""


class NoSuchToken(UserError):
    """No living token, or more than one, has that name."""

    def __init__(self, words: str, *, several: bool = False):
        fault = (
            f"More than one token is named '{words}'; use" if several else f"No token is named '{words}'; use"
        )
        super().__init__(f"{fault} a name or prefix that `heliograph token list` shows.")
        self.words = words


class TokenRefused(UserError):
    """A token that opens nothing: unknown, expired or revoked."""
