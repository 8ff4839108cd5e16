"""The description of the API itself."""

from functools import lru_cache

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from heliograph.web.accounts.access import public
from heliograph.web.api.answers import with_etag

router = Router()


@router.get("openapi.json", include_in_schema=False, url_name="openapi-json")
@public
def describe(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    return with_etag(request, _description())


@lru_cache(maxsize=1)
def _description() -> bytes:
    # It is made of all operations, this one too.
    from heliograph.web.api.routes import api

    return msgspec.json.encode(dict(api.get_openapi_schema()))
