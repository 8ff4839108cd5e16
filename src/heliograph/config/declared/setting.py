"""What is said of a setting, and how it is read by what is said of it."""

from dataclasses import dataclass
from enum import StrEnum

from heliograph.kit.env import Environment


class Kind(StrEnum):
    """How the text of a setting is read."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    NAMES = "names"
    URL = "URL"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `default` as it would stand in the environment, `without` where words say it better.

    A pattern such as `HELIOGRAPH_<VENUE>_KEY` stands for many names.
    """

    name: str
    says: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    default: str = ""
    without: str = ""
    is_secret: bool = False

    def read(self, environment: Environment) -> str | bool | int | list[str]:
        """The value, or the default; BadSetting where it cannot be read."""
        match self.kind:
            case Kind.FLAG:
                return environment.flag(self.name, default=self.default == "1")
            case Kind.NUMBER:
                return environment.number(self.name, default=int(self.default or 0))
            case Kind.NAMES:
                return environment.names(self.name, default=self.default)
        return environment.text(self.name, default=self.default)


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together."""

    title: str
    settings: tuple[Setting, ...]
