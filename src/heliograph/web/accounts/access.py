"""Who may see or do what: each view and each operation of the API says it, in one word above it.

The words are marks; `gate.py` stands before every view and goes by them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.urls import URLPattern, URLResolver

from heliograph.accounts.roles import Role

__all__ = [
    "Role",
    "Unmarked",
    "changes_nothing",
    "is_for_programs",
    "mark_all",
    "needs",
    "open_before_accounts",
    "public",
    "role_needed",
]

View = TypeVar("View", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")


class Unmarked(Exception):
    """Nobody may use a view that does not say who may."""


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


def changes_nothing(view: View) -> View:
    """A view that is asked by POST and yet changes nothing that the audit trail should tell of."""
    view.changes_nothing = True  # type: ignore[attr-defined]
    return view


def open_before_accounts(view: View) -> View:
    """A view that programs of this machine may use as long as nobody has an account."""
    view.open_before_accounts = True  # type: ignore[attr-defined]
    return view


def is_for_programs(path: str) -> bool:
    """True for addresses that take a token, and refuse by an answer where a page would lead to a form."""
    return path.startswith("/api/") or path == "/metrics"


def marked(view: Callable[..., Any], method: str) -> Callable[..., Any]:
    """What bears the mark: the view, or the operation of the API that answers this method."""
    found = operations_of(view)
    if not found:
        return view
    # A method that no operation answers is refused by the API itself, to those who may use any of them.
    return found.get("GET" if method == "HEAD" else method) or next(iter(found.values()))


def operations_of(view: Callable[..., Any]) -> Mapping[str, Callable[..., Any]]:
    """The operations behind a view of the API, by method; empty for any other view."""
    return getattr(view, "operations", {})


def role_needed(view: Callable[..., Any], method: str) -> Role | None:
    """The role that a view asks for, None where it is for all; Unmarked if it does not say."""
    bearer = marked(view, method)
    if not hasattr(bearer, "needs"):
        raise Unmarked
    asked: Role | None = bearer.needs
    return asked


def is_change(view: Callable[..., Any], method: str) -> bool:
    """True if a request of that method changes something."""
    return method not in SAFE and not getattr(marked(view, method), "changes_nothing", False)


def mark_all(patterns: Iterable[URLPattern | URLResolver], *, for_all: Collection[str] = ()) -> None:
    """Mark the views of another library: those whose address has one of these names are for anybody, the
    others for whoever is signed in and has a role.
    """
    for one in patterns:
        if isinstance(one, URLResolver):
            mark_all(one.url_patterns, for_all=for_all)
        else:
            one.callback.needs = None if one.name in for_all else Role.VIEWER  # type: ignore[attr-defined]
