"""Errors as problem documents (RFC 9457): one sentence, no trace."""

import logging
from collections.abc import Mapping, Sequence

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from heliograph.errors import Conflict, NotFound, SourceError, UserError
from heliograph.signals.errors import BadCursor
from heliograph.web.accounts.access import public

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "The request is malformed",
    401: "Nobody is signed in",
    403: "That is not allowed",
    404: "There is no such thing",
    405: "That method is not for this address",
    409: "That contradicts how things stand",
    413: "The body is too large",
    415: "The body is of another type",
    422: "That cannot be answered",
    429: "That were too many requests",
    500: "That is our fault",
    502: "A source does not answer",
    503: "The database does not answer",
}
# What the library says, in our words.
WORDS = {
    "Input should be a valid dictionary or object to extract fields from": "it must be an object",
    "Extra inputs are not permitted": "there is no such field",
    "Field required": "it is missing",
    "Input should": "it must",
}
log = logging.getLogger(__name__)


class Refused(UserError):
    """A request that is refused with a status of its own; `name` is the parameter or header at fault."""

    def __init__(
        self, status: int, sentence: str, *, name: str = "", headers: Mapping[str, str] | None = None
    ):
        super().__init__(sentence)
        self.status, self.name, self.headers = status, name, dict(headers or {})


@public
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What answers below the API where nothing is."""
    return problem(404, f"There is no `{request.path}`; /api/v1/openapi.json describes what there is.")


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Mapping[str, object]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer to a request that cannot be served; `errors` name the parameters or fields at fault."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(status, "That cannot be answered"),
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def refusal(fault: Refused) -> HttpResponse:
    """The answer to a request that was refused."""
    errors = [{"name": fault.name, "detail": str(fault)}] if fault.name else []
    return problem(fault.status, str(fault), errors=errors, headers=fault.headers)


def say_problems(api: NinjaAPI) -> None:
    """Give every error of the API that form."""
    answers = {
        ValidationError: _wrong_values,
        Refused: lambda _, fault: refusal(fault),
        BadCursor: lambda _, fault: refusal(Refused(422, str(fault), name="cursor")),
        NotFound: lambda _, fault: problem(404, str(fault)),
        Http404: lambda _, fault: problem(404, str(fault) or "There is no such thing."),
        Conflict: lambda _, fault: problem(409, str(fault)),
        UserError: lambda _, fault: problem(422, str(fault)),
        SourceError: lambda _, fault: problem(502, str(fault)),
        AuthenticationError: _nobody,
        HttpError: _library_fault,
        OperationalError: _database_down,
        Exception: _our_fault,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


def _wrong_values(_: HttpRequest, fault: ValidationError) -> HttpResponse:
    errors = [{"name": _name(error), "detail": _sentence(error)} for error in fault.errors]
    told = " ".join(f"`{error['name']}`: {error['detail']}." for error in errors)
    return problem(422, told, errors=errors)


def _nobody(_: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    return problem(401, str(fault), headers={"WWW-Authenticate": "Bearer"})


def _library_fault(_: HttpRequest, fault: HttpError) -> HttpResponse:
    # The library says of any body that it cannot be parsed; our parser knows why.
    cause = fault.__cause__
    return refusal(cause) if isinstance(cause, Refused) else problem(fault.status_code, str(fault))


def _database_down(request: HttpRequest, fault: OperationalError) -> HttpResponse:
    log.error("%s %s: the database did not answer: %s", request.method, request.path, fault)
    return problem(503, "The database does not answer; ask again in a moment.", headers={"Retry-After": "2"})


def _our_fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=fault)
    return problem(500, "Something went wrong here; the log of the web process says what.")


def _name(error: Mapping) -> str:
    """The parameter or field, such as `limit` or `options.url`."""
    place = [str(part) for part in error["loc"][1:] if part not in ("asked", "told")]
    return ".".join(place) or "body"


def _sentence(error: Mapping) -> str:
    told = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    for word, ours in WORDS.items():
        told = told.replace(word, ours)
    return told
