"""The API: its operations, one file for each noun, behind one border."""

import re
from typing import Any

from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.urls import get_root_url
from ninja.operation import Operation

import heliograph
from heliograph.web.api.bodies import StrictParser
from heliograph.web.api.border import border, guarded
from heliograph.web.api.described import described
from heliograph.web.api.operations import ROUTERS
from heliograph.web.api.problems import say_problems


class Api(NinjaAPI):
    """The library's API with our border around each view, and a description that tells the truth.

    The library's own page of documentation loads scripts from elsewhere: only the description is given.
    """

    def __init__(self, **named: Any) -> None:
        super().__init__(openapi_url="", docs_url=None, parser=StrictParser(), **named)
        say_problems(self)
        self.add_decorator(guarded, mode="view")

    def _get_urls(self) -> list[URLPattern | URLResolver]:
        patterns = []
        for bound in self._get_bound_routers():
            views = [view for view in bound.path_operations.values() for _ in view.operations]
            for pattern, view in zip(bound.urls_paths(bound.prefix), views, strict=True):
                pattern.callback = border(pattern.callback)
                # Who may ask is marked at each of them.
                pattern.callback.operations = {
                    method: one.view_func for one in view.operations for method in one.methods
                }
                patterns.append(pattern)
        return [*patterns, get_root_url(self)]

    def get_openapi_schema(self, **named: Any) -> Any:
        """The description, of OpenAPI 3.1."""
        made = super().get_openapi_schema(**named)
        views = {(path, method): one.view_func for path, method, one in operations(self)}
        return described(made, views=views)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: `list_signals`, `get_signal`."""
        return operation.view_func.__name__


def operations(api: NinjaAPI) -> list[tuple[str, str, Operation]]:
    """All operations with their path as the description writes it, and their method in small letters."""
    root = "/api/v1"
    return [
        (_written(root, bound.prefix, path), method.lower(), operation)
        for bound in api._get_bound_routers()
        for path, view in bound.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def _written(root: str, prefix: str, path: str) -> str:
    whole = "/".join(part.strip("/") for part in (prefix, path) if part.strip("/"))
    return re.sub(r"{[^}:]+:", "{", f"{root}/{whole}")


api = Api(
    title="Heliograph",
    version=heliograph.__version__,
    urls_namespace="api",
    description=(
        "Signals and how they ended, strategies, candles, backtests, work and notices. Times are ISO 8601 in "
        "UTC, bars are named by their open, what is unknown is null. Lists are pages: `next` is the `cursor` "
        "of the one after it."
    ),
)
for router in ROUTERS:
    api.add_router("", router)
