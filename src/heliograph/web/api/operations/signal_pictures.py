"""The chart of a signal as a picture."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import with_etag
from heliograph.web.api.asked import Id
from heliograph.web.api.operations.signals import find_visible, router
from heliograph.web.signal_picture import signal_picture

PNG = "image/png"
PICTURE = {
    "responses": {
        200: {
            "description": "The picture.",
            "content": {PNG: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class AskedPicture(Schema):
    """How a picture looks; sizes are in pixels."""

    theme: Literal["light", "dark"] = "light"
    width: int = Field(960, ge=640, le=1920)
    height: int = Field(600, ge=400, le=1200)


@router.get("signals/{signal_id}/chart.png", summary="The chart of a signal as a PNG", openapi_extra=PICTURE)
@needs("viewer")
def picture_signal(request: HttpRequest, signal_id: Id, asked: Query[AskedPicture]) -> HttpResponse:
    """As messages carry it: candles, levels, markers, and what came of it so far."""
    find_visible(request, signal_id)
    made = signal_picture(signal_id, theme=asked.theme, size=(asked.width, asked.height))
    return with_etag(request, made, kind=PNG)


picture_signal.is_answers = True  # type: ignore[attr-defined]
