"""Uploads of candles: the form, the files onto disk, and the job that imports them."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heliograph.engine.errors import EngineError
from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.errors import UserError
from heliograph.fleet import jobs
from heliograph.fleet.models import Job
from heliograph.fleet.nodes import alive
from heliograph.kit.clock import utc_now
from heliograph.market.calendars import check_calendar
from heliograph.market.instruments import venue_for_files
from heliograph.market.models import Instrument, Venue
from heliograph.market.sources.files.folder import ENDINGS
from heliograph.market.sources.files.layout import FORMATS
from heliograph.market.undoing import KIND as UNDO
from heliograph.market.upload_files import keep_files, new_folder, safe_name
from heliograph.market.uploaded import KIND, Asked
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.work.jobs import job_line
from heliograph.web.views.data import tabs
from heliograph.web.views.waking import wake

MIB = 1 << 20
# So many known symbols are offered while one types another.
MOST_SYMBOLS = 200
# What the command line calls them, and what the form does.
FIELDS = {
    "for example --timezone ": "for example ",
    "--timezone": "“Time zone”",
    "--skip-bad": "“Leave bad rows out”",
    "--symbol": "“Symbol”",
    "--timeframe": "“Timeframe”",
    "--format": "“Format”",
    "--venue": "“Venue”",
}


@dataclass
class Options:
    """The fields of the form as they were typed."""

    venue: str = "file"
    format: str = ""
    symbol: str = ""
    timeframe: str = ""
    timezone: str = ""
    calendar: str = ""
    skip_bad: bool = False
    look: bool = False
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, said: QueryDict) -> "Options":
        """From a request."""
        texts = ("venue", "format", "symbol", "timeframe", "timezone", "calendar")
        typed = {name: said.get(name, "").replace("\x00", "").strip()[:64] for name in texts}
        found = cls(**typed, skip_bad=said.get("skip_bad") == "on", look=said.get("look") == "on")
        found.venue = found.venue or "file"
        return found

    def asked(self, folder: Path) -> Asked:
        """The same for the job; a UserError names the field that is wrong."""
        given = {name: value for name, value in asdict(self).items() if name != "faults"}
        asked = Asked(str(folder), most_rows=settings.HELIOGRAPH_UPLOAD_ROWS, **given)
        asked.reading()
        if asked.calendar:
            check_calendar(asked.calendar)
        if not asked.look:
            venue_for_files(asked.venue)
        return asked


@require_http_methods(["GET", "HEAD", "POST"])
@needs("analyst")
def upload_page(request: HttpRequest) -> HttpResponse:
    """The form; or the files that came with it, handed to a job. Who asks for JSON is told where."""
    if request.method != "POST":
        return _form(request, Options(venue=request.GET.get("venue", "file")[:64]))
    options = Options.of(request.POST)
    files = request.FILES.getlist("files")
    try:
        named = named_files(files)
        folder = new_folder(Path(settings.HELIOGRAPH_UPLOADS), at=utc_now())
        keep_files(named, folder)
        job = _begun(request, options, folder)
    except (UserError, EngineError) as fault:
        options.faults = [in_words(str(fault))]
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"fault": options.faults[0]}, status=422)
        return _form(request, options, status=422)
    address = reverse("upload-job", args=[job.pk])
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"address": address}, status=201)
    return redirect(address)


@require_safe
@needs("viewer")
def upload_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far an import or an undoing is, and what became of each file."""
    job = _job(job_id)
    line = job_line(job, at=utc_now())
    context = {
        "line": line,
        "tabs": tabs("data-imports"),
        "unfinished": job.state in Job.UNFINISHED,
        "can_resume": _can_resume(job),
        "workers": bool(alive(at=utc_now())),
        **_choices(),
    }
    if request.headers.get("HX-Request"):
        if not context["unfinished"]:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "web/parts/data/upload_progress.html", context)
    files = job.result.get("files", []) if job.state == Job.State.DONE else []
    faults = job.error.splitlines() if job.state == Job.State.FAILED else []
    sentences = faults + [one["refused"] for one in files if one["refused"]]
    context |= {
        "files": files,
        "refused": [in_words(one["refused"]) for one in files if one["refused"]],
        "faults": [in_words(sentence) for sentence in faults],
        "options": _options(job),
        "needed": needed_by(sentences),
        "here": Path(str(job.arguments.get("folder", "/nowhere"))).is_dir(),
        "undone": job.result if job.kind == UNDO and job.state == Job.State.DONE else None,
    }
    return render(request, "web/pages/upload_job.html", context)


@require_POST
@needs("analyst")
def upload_again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Import the same files once more, read otherwise: they need not be uploaded again."""
    job = _job(job_id)
    folder = Path(str(job.arguments.get("folder", "")))
    options = Options.of(request.POST)
    try:
        if job.kind != KIND or not folder.is_dir() or job.state in Job.UNFINISHED:
            raise UserError("The uploaded files are not here any more; upload them again.")
        again = _begun(request, options, folder)
    except (UserError, EngineError) as fault:
        options.faults = [in_words(str(fault))]
        return _form(request, options, status=422)
    return redirect("upload-job", again.pk)


@require_POST
@needs("analyst")
def upload_act(request: HttpRequest, job_id: int) -> HttpResponse:
    """Cancel an import, or let it go on."""
    job = _job(job_id)
    acts: dict[str, Callable[[int], Job]] = {"cancel": jobs.cancel, "resume": jobs.resume}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404("There is no such act.")
    try:
        with transaction.atomic():
            act(job.pk)
            tell(request, f"job.{request.POST['act']}", f"job {job.pk}")
    except UserError as fault:
        context = {"fault": str(fault), "job": job, "tabs": tabs("data-imports")}
        return render(request, "web/pages/upload_refused.html", context, status=409)
    wake("run_jobs")
    return redirect("upload-job", job_id)


def needed_by(sentences: Iterable[str]) -> list[str]:
    """The fields of the form that sentences of the command line ask for."""
    asked = " ".join(sentences)
    return [name for name in ("venue", "format", "symbol", "timeframe", "timezone") if f"--{name}" in asked]


def in_words(sentence: str) -> str:
    """A sentence of the command line with the names of the form's fields."""
    for option, name in FIELDS.items():
        sentence = sentence.replace(option, name)
    return sentence


def begin(options: Options, folder: Path) -> Job:
    """The job that imports the files of a folder."""
    asked = options.asked(folder)
    names = sorted(one.name for one in folder.iterdir())
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    what = "look into" if options.look else "import of"
    job = jobs.enqueue(KIND, title=f"{what} {names[0]}{more}", arguments=asdict(asked), at=utc_now())
    transaction.on_commit(partial(wake, "run_jobs"))
    return job


def _begun(request: HttpRequest, options: Options, folder: Path) -> Job:
    with transaction.atomic():
        job = begin(options, folder)
        tell(request, "candles.import", job.title, venue=options.venue, look=options.look)
    return job


def named_files(files: list[UploadedFile]) -> list[tuple[str, Callable[[Path], None]]]:
    """Each file with its safe name and what puts it somewhere; a UserError refuses the upload as a whole."""
    if not files:
        raise UserError(f"Files: choose one or more ({', '.join(ENDINGS)}).")
    size = sum(file.size or 0 for file in files)
    if size > settings.HELIOGRAPH_UPLOAD_MB * MIB:
        raise UserError(
            f"Files: they have {size / MIB:,.0f} MiB together; an upload may have "
            f"{settings.HELIOGRAPH_UPLOAD_MB:,}. Upload fewer at once, or use `heliograph import`."
        )
    for file in files:
        if not file.size:
            raise UserError(f"{safe_name(file.name or '')}: is empty; there is nothing to import.")
    return [(safe_name(file.name or ""), partial(_move, file)) for file in files]


def _move(file: UploadedFile, target: Path) -> None:
    if isinstance(file, TemporaryUploadedFile):
        # Nothing is copied where both lie on one disk.
        shutil.move(file.temporary_file_path(), target)
        return
    with target.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)


def _job(job_id: int) -> Job:
    job = Job.objects.filter(pk=job_id, kind__in=(KIND, UNDO)).first()
    if job is None:
        raise Http404(f"There is no import {job_id} under way.")
    return job


def _can_resume(job: Job) -> bool:
    """What failed by accident or was stopped can go on; what was refused would be refused again."""
    is_refused = job.kind == KIND and not job.traceback
    return job.state == Job.State.CANCELLED or (job.state == Job.State.FAILED and not is_refused)


def _options(job: Job) -> Options:
    known = {name: job.arguments[name] for name in Options.__dataclass_fields__ if name in job.arguments}
    return Options(**known)


def _choices() -> dict[str, object]:
    symbols = Instrument.objects.order_by("symbol").values_list("symbol", flat=True).distinct()
    return {
        "formats": FORMATS,
        "timeframes": TIMEFRAMES,
        "zones": ZONES,
        "known_symbols": symbols[:MOST_SYMBOLS],
    }


def _form(request: HttpRequest, options: Options, *, status: int = 200) -> HttpResponse:
    files = Venue.objects.filter(kind=Venue.Kind.FILE).order_by("name")
    context = {
        "options": options,
        "tabs": tabs("data-imports"),
        "known_venues": list(files.values_list("name", flat=True)),
        "most_mb": settings.HELIOGRAPH_UPLOAD_MB,
        "most_rows": settings.HELIOGRAPH_UPLOAD_ROWS,
        "endings": ",".join(ENDINGS),
        "workers": bool(alive(at=utc_now())),
        **_choices(),
    }
    return render(request, "web/pages/upload.html", context, status=status)


ZONES = (
    "UTC",
    "Europe/Helsinki",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Australia/Sydney",
)
