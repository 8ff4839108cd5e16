"""Uploads candles, and takes deliveries back."""

from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, File, Form, Schema, Status, UploadedFile
from pydantic import ConfigDict

from heliograph.errors import Conflict
from heliograph.fleet.jobs import enqueue
from heliograph.kit.clock import utc_now
from heliograph.market.undoing import KIND as UNDO
from heliograph.market.upload_files import keep_files, new_folder
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import LINE, Id
from heliograph.web.api.bodies import FORM, body_up_to
from heliograph.web.api.changing import wake_after
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.imports import find_delivery, router
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.work import JobShape
from heliograph.web.views.imports import BatchLine
from heliograph.web.views.upload import MIB, Options, begin, named_files

Word = Annotated[str, Field(max_length=64, pattern=LINE)]
# The files, and a little around them.
LARGEST = (settings.HELIOGRAPH_UPLOAD_MB + 1) * MIB


class UploadTold(Schema):
    """How the files are read; what is empty is found out. `look` only says what is in them."""

    model_config = ConfigDict(extra="forbid")
    venue: Word = "file"
    format: Word = ""
    symbol: Word = ""
    timeframe: Word = ""
    timezone: Word = ""
    calendar: Word = ""
    skip_bad: bool = False
    look: bool = False


@router.post("imports", response={201: JobShape}, summary="Upload files of candles")
@body_up_to(LARGEST, kind=FORM)
@idempotent
@needs("analyst")
def upload_candles(request: HttpRequest, files: File[list[UploadedFile]], told: Form[UploadTold]) -> Status:
    """The job that imports them; its result says what became of each file."""
    options = Options(**told.dict())
    named = named_files(files)
    # What is wrong with the options is said before a file is kept.
    options.asked(Path(settings.HELIOGRAPH_UPLOADS))
    folder = new_folder(Path(settings.HELIOGRAPH_UPLOADS), at=utc_now())
    keep_files(named, folder)
    job = begin(options, folder)
    tell(request, "candles.import", job.title, venue=options.venue, look=options.look)
    return Status(201, filled(JobShape, job))


@router.post("imports/{import_id}/undo", response={201: JobShape}, summary="Take an import back")
@idempotent
@needs("analyst")
def undo_import(request: HttpRequest, import_id: Id) -> Status:
    """The job that does it."""
    batch = find_delivery(import_id)
    line = BatchLine(batch)
    if line.state == "undone":
        raise Conflict(f"Import {import_id} is undone already.")
    arguments = {"batch": batch.pk, "unfinished": line.state == "unfinished"}
    title = f"undo of {line.name}"
    job = enqueue(UNDO, title=title, arguments=arguments, at=utc_now(), key=f"{UNDO}:{batch.pk}")
    wake_after("run_jobs")
    tell(request, "candles.undo", f"import {import_id}")
    return Status(201, filled(JobShape, job))
