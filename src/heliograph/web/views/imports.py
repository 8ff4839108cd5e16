"""What was delivered, and taking a delivery back."""

from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from heliograph.fleet.jobs import enqueue
from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.market.models import Batch, Venue
from heliograph.market.undoing import KIND as UNDO
from heliograph.market.uploaded import KIND as IMPORT
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.work.jobs import job_line
from heliograph.web.views.asked import text, whole_number
from heliograph.web.views.data import tabs
from heliograph.web.views.waking import wake

PAGE, JOBS = 50, 8
KINDS = tuple(Venue.Kind.values)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One delivery as a page shows it."""

    batch: Batch

    @property
    def name(self) -> str:
        """A file without its folders; the rest as it stands."""
        return PurePath(self.batch.name).name if self.batch.kind == Venue.Kind.FILE else self.batch.name

    @property
    def glyph(self) -> str:
        """The shape of its state."""
        return {"undone": "off", "finished": "done"}.get(self.state, "running")

    @property
    def state(self) -> str:
        """In a word."""
        if self.batch.undone_at:
            return "undone"
        return "finished" if self.batch.finished_at else "unfinished"

    @property
    def is_counted(self) -> bool:
        """Whether its bars were counted as they came: those of a replay are not."""
        return self.batch.kind != Venue.Kind.REPLAY

    @property
    def findings(self) -> list[tuple[str, int]]:
        """What was noticed in its rows."""
        words = {
            "repeated": "identical rows dropped",
            "forming": "forming candles left out",
            "outside_range": "bars with an open or close outside low to high",
        }
        told = [(words[name], int(self.batch.findings.get(name, 0))) for name in words]
        return [(word, number) for word, number in told if number]


@require_safe
@needs("viewer")
def imports_page(request: HttpRequest) -> HttpResponse:
    """Deliveries, newest first, and the uploads under way above them."""
    venue, kind = text(request, "venue") or "", text(request, "kind") or ""
    kind = kind if kind in KINDS else ""
    asked = {"venue__name": venue, "kind": kind}
    rows = Batch.objects.filter(**{name: value for name, value in asked.items() if value})
    if (before := whole_number(request, "before")) is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("venue").order_by("-pk")[: PAGE + 1])
    kept = {name: value for name, value in {"venue": venue, "kind": kind}.items() if value}
    more = urlencode({**kept, "before": found[PAGE - 1].pk}) if len(found) > PAGE else ""
    at = utc_now()
    newest = Job.objects.filter(kind__in=(IMPORT, UNDO)).order_by("-pk")[:JOBS]
    context = {
        "tabs": tabs("data-imports"),
        "lines": [BatchLine(one) for one in found[:PAGE]],
        "jobs": [job_line(job, at=at) for job in newest],
        "kept": kept,
        "kinds": KINDS,
        "venues": list(Venue.objects.order_by("name").values_list("name", flat=True)),
        "next": f"?{more}" if more else "",
        "top": f"?{urlencode(kept)}",
        "is_first": "before" not in request.GET,
    }
    return render(request, "web/pages/imports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("analyst")
def undo_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What undoing a delivery would do; and, asked for, the job that does it."""
    batch = Batch.objects.select_related("venue").filter(pk=batch_id).first()
    if batch is None:
        raise Http404(f"There is no import {batch_id}.")
    line = BatchLine(batch)
    if request.method == "POST" and line.state != "undone":
        arguments = {"batch": batch.pk, "unfinished": line.state == "unfinished"}
        title = f"undo of {line.name}"
        with transaction.atomic():
            job = enqueue(UNDO, title=title, arguments=arguments, at=utc_now(), key=f"{UNDO}:{batch.pk}")
            tell(request, "candles.undo", f"import {batch.pk}")
        wake("run_jobs")
        return redirect("upload-job", job.pk)
    context = {"line": line, "batch": batch, "tabs": tabs("data-imports")}
    status = 409 if request.method == "POST" else 200
    return render(request, "web/pages/import_undo.html", context, status=status)
