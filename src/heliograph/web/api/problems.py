"""Errors as problem documents (RFC 9457): one sentence, no trace."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from heliograph.errors import UserError
from heliograph.web.accounts.access import public

CONTENT_TYPE = "application/problem+json"


class UnknownParameter(UserError):
    """An address asks for something that the list does not know."""


def refuse_unknown(request: HttpRequest, asked: Schema) -> None:
    """UnknownParameter if the address holds a parameter that would be passed over in silence."""
    known = sorted(type(asked).model_fields)
    for name in request.GET:
        if name not in known:
            raise UnknownParameter(f"There is no parameter `{name}` here; there are {', '.join(known)}.")


@public
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What answers below the API where nothing is."""
    lists = "signals, instruments, candles and strategies"
    return problem(404, "Nothing is here", f"There is no `{request.path}`; there are {lists}.")


def problem(status: int, title: str, detail: str) -> HttpResponse:
    """The answer to a request that cannot be served."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def say_problems(api: NinjaAPI) -> None:
    """Give every error of the API that form."""

    @api.exception_handler(ValidationError)
    def wrong_parameter(request: HttpRequest, fault: ValidationError) -> HttpResponse:
        return problem(422, "A parameter is wrong", " ".join(_told(error) for error in fault.errors))

    @api.exception_handler(UserError)
    def wrong_use(request: HttpRequest, fault: UserError) -> HttpResponse:
        return problem(400, "That cannot be answered", str(fault))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, fault: HttpError) -> HttpResponse:
        return problem(fault.status_code, "That cannot be answered", str(fault))


def _told(error: dict) -> str:
    place = [str(part) for part in error["loc"] if part not in ("query", "path", "asked")]
    return f"`{'.'.join(place)}`: {error['msg'].replace('Input should', 'it must')}."
