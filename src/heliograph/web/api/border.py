"""What every request to the API passes before its operation, and every answer on the way out."""

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from ninja.operation import Operation

from heliograph.web.api import limits
from heliograph.web.api.bodies import FORM, JSON, LARGEST, check_body
from heliograph.web.api.idempotent import once, once_outside
from heliograph.web.api.problems import Refused, nowhere, problem

View: TypeAlias = Callable[..., HttpResponseBase]
BODIES = ("body", "form", "file")


def border(view: View) -> View:
    """A view of the API: counted, HEAD answered as GET, and refused only by problem documents."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        taken = limits.taken_by(request)
        made = (
            _answer(view, request, *args, **named)
            if taken is None or taken.granted
            else limits.too_many(taken)
        )
        if taken is not None:
            limits.tell(made, taken)
        return made

    return answer


def _answer(view: View, request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
    method, request.method = request.method, "GET" if request.method == "HEAD" else request.method
    try:
        made = view(request, *args, **named)
    except Http404:
        return nowhere(request)
    finally:
        request.method = method
    if isinstance(made, HttpResponseNotAllowed):
        return _not_allowed(request, made)
    if made.streaming and method == "HEAD":
        # Nobody reads the file, so nobody makes it.
        return HttpResponse(status=made.status_code, headers=dict(made.items()))
    return made


def _not_allowed(request: HttpRequest, made: HttpResponseNotAllowed) -> HttpResponseBase:
    methods = sorted(set(made["Allow"].split(", ")))
    allowed = ", ".join([*methods, "HEAD"] if "GET" in methods else methods)
    sentence = f"`{request.path}` takes {' and '.join(methods)}, not {request.method}."
    return problem(405, sentence, headers={"Allow": allowed})


def guarded(run: View) -> View:
    """The run of an operation, behind the checks of parameters and body; marked writes happen once."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    view = operation.view_func
    known = query_names(operation)
    reads_body = any(model.__ninja_param_source__ in BODIES for model in operation.models)
    fields = field_names(operation)
    largest, kind = getattr(view, "largest_body", LARGEST), getattr(view, "body_kind", JSON)

    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        try:
            check_parameters(request, known)
            if reads_body:
                check_body(request, largest=largest, kind=kind)
            if kind == FORM:
                check_fields(request, fields)
            if getattr(view, "reaches_out", False):
                return once_outside(request, lambda: run(request, *args, **named))
            if getattr(view, "idempotent", False):
                hush = getattr(view, "hushed", ())
                return once(request, lambda: run(request, *args, **named), hush=hush)
        except Refused as fault:
            return operation.api.on_exception(request, fault)
        return run(request, *args, **named)

    return answer


def query_names(operation: Operation) -> dict[str, bool]:
    """The parameters of an operation's address; True for those that may be repeated."""
    return {
        name: name in getattr(model, "__ninja_collection_fields__", ())
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }


def field_names(operation: Operation) -> set[str]:
    """The fields and files of an operation's form."""
    forms = [model for model in operation.models if model.__ninja_param_source__ in ("form", "file")]
    return {name for model in forms for name in getattr(model, "__ninja_flatten_map__", model.model_fields)}


def check_fields(request: HttpRequest, known: set[str]) -> None:
    """Refused where a form holds what would be passed over in silence, or cannot be read at all."""
    try:
        given = [*request.POST, *request.FILES]
    except (SuspiciousOperation, MultiPartParserError) as fault:
        raise Refused(
            400, f"The form cannot be read: {str(fault).rstrip('.') or 'it breaks off'}."
        ) from fault
    for name in given:
        if name not in known:
            there = ", ".join(sorted(known))
            raise Refused(422, f"There is no field `{name[:80]}` here; there are {there}.", name=name[:80])


def check_parameters(request: HttpRequest, known: dict[str, bool]) -> None:
    """Refused where the address holds what would be passed over in silence."""
    for name, values in request.GET.lists():
        if name not in known:
            there = f"there are {', '.join(sorted(known))}" if known else "there are none"
            raise Refused(422, f"There is no parameter `{name}` here; {there}.", name=name)
        if len(values) > 1 and not known[name]:
            raise Refused(422, f"`{name}` is given {len(values)} times; give it once.", name=name)
        if any("\x00" in value for value in values):
            raise Refused(422, f"`{name}` holds a NUL, which nothing here has.", name=name)
