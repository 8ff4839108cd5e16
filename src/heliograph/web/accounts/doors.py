"""Every way into the web process, and who may go it: read from the addresses and the marks themselves."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from inspect import getclosurevars, isfunction
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from heliograph.accounts.roles import Role
from heliograph.accounts.tokens import SCOPE
from heliograph.web.accounts.access import Unmarked, is_change, is_for_programs, operations_of, role_needed

PAGE_METHODS = ("GET", "POST")
UNMARKED = "nobody"


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one address. `role` is a role, `anybody`, or `nobody` where a view bears no mark."""

    method: str
    route: str
    role: str
    changes: bool

    @property
    def key(self) -> str:
        """`GET /signals/<int:signal_id>/`"""
        return f"{self.method} {self.route}"

    @property
    def is_api(self) -> bool:
        """True if programs go by it."""
        return is_for_programs(self.route)

    @property
    def scope(self) -> str:
        """The scope of a token that opens it; empty where tokens open nothing."""
        return SCOPE[Role(self.role)] if self.is_api and self.role in set(Role) else ""


def doors() -> list[Door]:
    """All of them, in the order of the addresses."""
    return list(_doors(get_resolver().url_patterns, "/"))


def _doors(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[Door]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _doors(one.url_patterns, route)
            continue
        for method in methods_of(one.callback):
            changes = is_change(one.callback, method)
            yield Door(method, route, _role(one.callback, method), changes)


def _role(view: Callable[..., Any], method: str) -> str:
    try:
        role = role_needed(view, method)
    except Unmarked:
        return UNMARKED
    return "anybody" if role is None else role.value


def methods_of(view: Callable[..., Any]) -> list[str]:
    """The methods that a view answers, HEAD and OPTIONS aside."""
    operations = operations_of(view)
    if operations:
        return list(operations)
    if isinstance(view, partial):
        return ["GET"]  # what the library adds to our operations
    allowed = set(_required(view)) or _of_class(view) or set(PAGE_METHODS)
    return [method for method in PAGE_METHODS if method in allowed]


def _of_class(view: Callable[..., Any]) -> set[str]:
    """The methods of a view that is a class."""
    kind = getattr(view, "view_class", None)
    return {method for method in PAGE_METHODS if hasattr(kind, method.lower())}


def _required(view: Callable[..., Any] | None) -> Iterable[str]:
    """What `require_safe` and its like let through, wherever among the decorators they stand."""
    while view is not None:
        if isfunction(view) and view.__closure__:
            named = getclosurevars(view).nonlocals.get("request_method_list")
            if named:
                return named
        view = getattr(view, "__wrapped__", None)
    return ()


def permissions_reference() -> str:
    """The page of documentation that says who may do what."""
    lines = ["| Method | Address | From this role on | Scope of a token |", "|---|---|---|---|"]
    for door in doors():
        route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", door.route).replace("|", "\\|")
        lines.append(f"| {door.method} | `{route}` | {door.role} | {door.scope} |")
    return INTRODUCTION + "\n".join(lines) + "\n"


INTRODUCTION = """# Who may do what

Written by `make docs` from the marks that stand above the views; a test opens each of these doors with each
role and each scope of a token. Roles hold what those before them hold: viewer, analyst, operator, admin. What
belongs to others is not there for whoever may not see it: its address answers 404. See
[roles, tokens and the audit trail](../concepts/access.md).

"""
