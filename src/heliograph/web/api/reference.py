"""The list of operations for the page of the API, from the description itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from heliograph.web.api.routes import api

HEAD = """# The API

Every operation under `/api/v1`, as `/api/v1/openapi.json` describes them. [How to ask](../how-to/api.md) says
what all have in common: lists also take `limit`, `cursor` and `fields`. Written by `make docs`.
"""
COMMON = {"limit", "cursor", "fields", "If-None-Match", "Idempotency-Key"}
# A read first, then what is made, changed and taken away.
METHODS = ("get", "post", "put", "patch", "delete")


def api_reference() -> str:
    """Markdown: a table for each noun, in the order of the description."""
    paths = api.get_openapi_schema()["paths"]
    nouns = dict.fromkeys(tag for told in paths.values() for one in told.values() for tag in one["tags"])
    return "\n".join([HEAD, *(line for noun in nouns for line in _noun(noun, paths))])


def _noun(noun: str, paths: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {noun.capitalize()}"
    yield ""
    yield "| operation | what | parameters | role |"
    yield "|---|---|---|---|"
    for path, methods in paths.items():
        for method in METHODS:
            if method in methods and noun in methods[method]["tags"]:
                yield _row(path, method, methods[method])
    yield ""


def _row(path: str, method: str, told: Mapping[str, Any]) -> str:
    names = [one["name"] for one in told["parameters"] if one["in"] == "query" and one["name"] not in COMMON]
    parameters = ", ".join(f"`{name}`" for name in names) or "–"
    address = path.removeprefix("/api/v1/")
    role = told.get("x-needs-role", "anybody")
    return f"| `{method.upper()} {address}` | {told['summary']} | {parameters} | {role} |"
