"""A small API of our kind with writes, to see what its border does."""

from django.http import HttpRequest
from django.urls import path
from ninja import File, Router, Status, UploadedFile

from heliograph.market.models import Venue
from heliograph.web.accounts.access import needs
from heliograph.web.api.asked import Told
from heliograph.web.api.bodies import FORM, body_up_to
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.problems import Refused
from heliograph.web.api.routes import Api

router = Router()


class Wish(Told):
    """A venue to make."""

    name: str


class Made(Told):
    """The venue that was made."""

    id: int
    name: str


@router.post("venues", response={201: Made})
@idempotent
@needs("operator")
def make_venue(request: HttpRequest, told: Wish):
    """Make a venue, unless it is called no."""
    made = Venue.objects.create(name=told.name)
    if told.name == "no":
        raise Refused(409, "That name is taken.")
    return Status(201, made)


@router.post("files", response=Made)
@body_up_to(2000, kind=FORM)
@needs("operator")
def take_file(request: HttpRequest, file: File[UploadedFile]):
    """Say how large a file is."""
    return {"id": file.size, "name": file.name}


@router.get("venues", response=list[Made])
@needs("viewer")
def list_venues(request: HttpRequest):
    """All venues."""
    return list(Venue.objects.order_by("pk"))


@router.get("broken", response=Made)
@needs("viewer")
def break_down(request: HttpRequest):
    """Fail."""
    raise ZeroDivisionError


api = Api(title="Sample", urls_namespace="sample")
api.add_router("", router)
urlpatterns = [path("sample/", api.urls)]
