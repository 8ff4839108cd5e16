"""Errors as problem documents (RFC 9457): one sentence, no trace."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from heliograph.errors import UserError

CONTENT_TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str) -> HttpResponse:
    """The answer to a request that cannot be served."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def say_problems(api: NinjaAPI) -> None:
    """Give every error of the API that form."""

    @api.exception_handler(ValidationError)
    def wrong_parameter(request: HttpRequest, fault: ValidationError) -> HttpResponse:
        return problem(422, "A parameter is wrong", "; ".join(_told(error) for error in fault.errors))

    @api.exception_handler(UserError)
    def wrong_use(request: HttpRequest, fault: UserError) -> HttpResponse:
        return problem(400, "That cannot be answered", str(fault))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, fault: HttpError) -> HttpResponse:
        return problem(fault.status_code, "That cannot be answered", str(fault))


def _told(error: dict) -> str:
    place = [str(part) for part in error["loc"] if part not in ("query", "path", "asked")]
    return f"{'.'.join(place)}: {error['msg']}"
