"""The description of the API made true: errors, headers, who may ask, chosen fields, exports."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeVar

from heliograph.web.api.problems import TITLES

Told = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])
READ_ERRORS = (401, 403, 422, 429, 503)
WRITE_ERRORS = (400, 401, 403, 409, 422, 429, 503)
BODY_ERRORS = (413, 415)
LIMITS = {
    "RateLimit-Limit": "How many requests of this kind are answered in a minute.",
    "RateLimit-Remaining": "How many more are answered at once.",
    "RateLimit-Reset": "Seconds until all are answered again.",
}
OTHERS = {
    "ETag": "Names this answer; If-None-Match asks for another one.",
    "Retry-After": "Seconds to wait.",
    "Content-Disposition": "The name of the file.",
    "Idempotency-Replayed": "true where the answer of an earlier request of that key is given again.",
}
PROBLEM = {
    "title": "Problem",
    "description": "Why a request was not answered (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence that says how to mend it."},
        "errors": {
            "type": "array",
            "description": "The parameters, headers or fields at fault.",
            "items": {
                "type": "object",
                "required": ["name", "detail"],
                "properties": {"name": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token: `heliograph token add`."},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A signed-in browser."},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that one has; where nothing else is found it is answered by 304.",
    "schema": {"type": "string"},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Within 24 hours a write of the same key is done once, and answered the same again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
EXPORTS = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
}


def also(*statuses: int) -> Callable[[View], View]:
    """An operation that may answer with these problems beside those that all may."""

    def mark(view: View) -> View:
        view.also_answers = statuses  # type: ignore[attr-defined]
        return view

    return mark


def described(made: Told, *, views: Mapping[tuple[str, str], object]) -> Told:
    """The description that the library made, completed from the marks of the views by path and method."""
    parts = made["components"]
    parts["schemas"]["Problem"] = deepcopy(PROBLEM)
    parts["securitySchemes"] = deepcopy(SECURITY)
    parts["headers"] = {name: _header(name, told) for name, told in (LIMITS | OTHERS).items()}
    parts["responses"] = {f"Problem{status}": _problem(status) for status in TITLES}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            _complete(operation, views[path, method], parts["schemas"], path=path, method=method)
    return made


def _complete(operation: Told, view: object, schemas: Told, *, path: str, method: str) -> None:
    is_read = method == "get"
    errors = {*(READ_ERRORS if is_read else WRITE_ERRORS)}
    if "{" in path:
        errors.add(404)
    if "requestBody" in operation:
        errors.update(BODY_ERRORS)
    errors.update(getattr(view, "also_answers", ()))
    public = getattr(view, "needs", None) is None and hasattr(view, "needs")
    operation["security"] = [] if public else [{"bearer": []}, {"session": []}]
    if public:
        errors -= {401, 403}
    needed = getattr(view, "needs", None)
    if needed is not None:
        operation["x-needs-role"] = str(needed)
    if is_read and getattr(view, "is_answers", False):
        _tell_etag(operation)
    if getattr(view, "idempotent", False):
        operation["parameters"].append(deepcopy(KEY))
    _tell_forms(operation, schemas)
    for told in operation["responses"].values():
        told.setdefault("headers", {}).update({name: _ref("headers", name) for name in LIMITS})
    for status in sorted(errors):
        operation["responses"].setdefault(str(status), _ref("responses", f"Problem{status}"))
    operation["responses"] = {str(status): told for status, told in operation["responses"].items()}


def _tell_etag(operation: Told) -> None:
    operation["parameters"].append(deepcopy(IF_NONE_MATCH))
    for told in operation["responses"].values():
        told.setdefault("headers", {})["ETag"] = _ref("headers", "ETag")
    operation["responses"]["304"] = {
        "description": "Nothing else than what the client has.",
        "headers": {"ETag": _ref("headers", "ETag")},
    }


def _tell_forms(operation: Told, schemas: Told) -> None:
    """Where fields can be chosen, items may have only some of theirs; an export is a file of them all."""
    names = {one["name"] for one in operation["parameters"]}
    if "fields" not in names:
        return
    content = _answer(operation)["content"]
    whole = content["application/json"]["schema"]
    forms = [whole, _sparse(whole, schemas)]
    if "format" in names:
        items = schemas[_name(whole)]["properties"]["items"]
        forms.append(items)
        forms.append(_sparse(items, schemas))
        content.update(deepcopy(EXPORTS))
    content["application/json"]["schema"] = {"anyOf": forms}


def _answer(operation: Told) -> Told:
    responses = operation["responses"]
    found: Told = responses[200] if 200 in responses else responses["200"]
    return found


def _sparse(schema: Told, schemas: Told) -> Told:
    """The same with no field of an item required; a list keeps its own."""
    if schema.get("type") == "array":
        return schema | {"items": _sparse(schema["items"], schemas)}
    if "$ref" not in schema:
        return schema
    name = _name(schema)
    sparse = f"Some{name}"
    if sparse not in schemas:
        whole = schemas[name]
        properties = whole["properties"]
        if {"items", "next"} <= properties.keys():
            properties = properties | {"items": _sparse(properties["items"], schemas)}
            schemas[sparse] = whole | {"title": sparse, "properties": properties}
        else:
            fewer = {key: value for key, value in whole.items() if key != "required"}
            schemas[sparse] = fewer | {"title": sparse}
    return {"$ref": f"#/components/schemas/{sparse}"}


def _name(schema: Told) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def _ref(kind: str, name: str) -> Told:
    return {"$ref": f"#/components/{kind}/{name}"}


def _header(name: str, told: str) -> Told:
    kind = "string" if name in ("ETag", "Content-Disposition", "Idempotency-Replayed") else "integer"
    return {"description": told, "schema": {"type": kind}}


def _problem(status: int) -> Told:
    told: Told = {
        "description": TITLES[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": _ref("headers", "Retry-After")}
    return told
