"""Who may see or do what: each view and each operation of the API says it, in one word above it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What a person may do; each may also do what those before may."""

    VIEWER = "viewer"  # looks at everything
    ANALYST = "analyst"  # writes strategies, imports, runs backtests
    OPERATOR = "operator"  # changes stages, channels, venues and work
    ADMIN = "admin"  # people, teams, tokens of others, settings


def needs(role: str) -> Callable[[View], View]:
    """A view for those who have at least this role."""
    asked = Role(role)

    def mark(view: View) -> View:
        view.needs = asked  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """A view for anybody, signed in or not."""
    view.needs = None  # type: ignore[attr-defined]
    return view
