"""Reports: those that are kept, one of them to read, a new one, and who gets them regularly."""

from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.reports.errors import NoSuchReport
from heliograph.reports.forms import FORMS
from heliograph.reports.forms.html_form import body
from heliograph.reports.keep import find_report, request_report, shown
from heliograph.reports.models import StoredReport
from heliograph.reports.periods import REGULAR, Kind, last_period, span
from heliograph.signals.models import Signal
from heliograph.signals.queries import seen
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.reads.work.jobs import job_line
from heliograph.web.views.asked import moment_of, text, whole_number
from heliograph.web.views.report_schedules import schedules_context
from heliograph.web.views.waking import wake

PAGE = 50


@require_safe
@needs("viewer")
def reports_page(request: HttpRequest) -> HttpResponse:
    """What is kept, newest first, and the schedules."""
    return render(request, "web/pages/reports.html", reports_context(request))


@require_POST
@needs("analyst")
def report_make(request: HttpRequest) -> HttpResponse:
    """Ask for a report; then to its page, where one sees how far it is."""
    try:
        kind, zone = request.POST.get("kind", ""), request.POST.get("zone", "").strip() or "UTC"
        if kind == Kind.CUSTOM:
            ends = [moment_of(request.POST.get(name, "")) for name in ("since", "until")]
            if ends[0] is None or ends[1] is None:
                raise UserError("A span of its own has a start and an end, such as 2024-08-01 00:00.")
            period = span(ends[0], ends[1], zone=zone)
        elif kind in REGULAR:
            at = moment_of(request.POST.get("at", "")) or utc_now()
            period = last_period(Kind(kind), at=at, zone=zone)
        else:
            raise UserError("Choose a period.")
    except UserError as fault:
        context = reports_context(request) | {"fault": str(fault), "form": request.POST}
        return render(request, "web/pages/reports.html", context, status=422)
    with transaction.atomic():
        made = request_report(period, hidden=hidden(request), at=utc_now())
        tell(request, "report.make", f"report {made.pk}", kind=made.kind)
    wake("run_jobs")
    return redirect("report", made.pk)


@require_safe
@vary_on_headers("HX-Request")
@needs("viewer")
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """A report to read, or how far it is."""
    stored = _found(request, report_id)
    context: dict[str, object] = {"stored": stored, "forms": list(FORMS)}
    if stored.job and not stored.content:
        context |= {"line": job_line(stored.job, at=utc_now())}
    if request.headers.get("HX-Request"):
        if stored.content:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "web/parts/reports/progress.html", context)
    if stored.content:
        context |= body(stored.told())
    return render(request, "web/pages/report.html", context)


@require_POST
@needs("analyst")
def report_forget(request: HttpRequest, report_id: int) -> HttpResponse:
    """Forget a report; then back to the list."""
    with transaction.atomic():
        _found(request, report_id).delete()
        tell(request, "report.delete", f"report {report_id}")
    return redirect("reports")


def reports_context(request: HttpRequest) -> dict[str, object]:
    """What the page of all reports shows."""
    kind, before = text(request, "kind"), whole_number(request, "before")
    rows = shown(hidden(request)).order_by("-pk")
    rows = rows.filter(kind=kind) if kind in list(Kind) else rows
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    following = {"kind": kind, "before": found[PAGE - 1].pk} if len(found) > PAGE else None
    newest = Signal.objects.filter(seen(hidden(request), "version__strategy")).order_by("-bar_time")
    return {
        "reports": [_line(one) for one in found[:PAGE]],
        "kind": kind,
        "kinds": list(Kind),
        "first": before is None,
        "next": f"?{urlencode({k: v for k, v in following.items() if v})}" if following else "",
        # What is replayed lies long ago: a form that asks for the last day would find nothing.
        "newest_bar": newest.values_list("bar_time", flat=True).first(),
        **schedules_context(request),
    }


def _line(stored: StoredReport) -> tuple[StoredReport, tuple[str, str]]:
    """The report, and the glyph and word of its state."""
    if stored.finished_at is not None:
        return stored, ("done", "made")
    if stored.job is None:
        return stored, ("off", "never made")
    line = job_line(stored.job, at=utc_now())
    return stored, (line.glyph, line.word)


def _found(request: HttpRequest, report_id: int) -> StoredReport:
    try:
        return find_report(report_id, hidden=hidden(request))
    except NoSuchReport as fault:
        raise Http404(f"There is no report {report_id}.") from fault
