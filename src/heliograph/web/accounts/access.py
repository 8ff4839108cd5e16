"""Who may see or do what: each view and each operation of the API says it, in one word above it."""

from collections.abc import Callable
from typing import Any, TypeVar

from heliograph.accounts.roles import Role

View = TypeVar("View", bound=Callable[..., Any])


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
