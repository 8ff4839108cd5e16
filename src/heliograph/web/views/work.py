"""The pages of work: queues, nodes, placement, scaling and the like; each looks again by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from heliograph.errors import UserError
from heliograph.fleet import jobs as job_verbs
from heliograph.fleet import nodes as node_verbs
from heliograph.fleet import work as work_verbs
from heliograph.fleet.queries import count_work, rescued
from heliograph.kit.clock import utc_now
from heliograph.signals.queries import Hidden
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.reads.starting import starting
from heliograph.web.reads.work import caches, evaluations, jobs, nodes, queues, scaling

Context = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of work: its name in the address, its title, and what it reads."""

    name: str
    title: str
    read: Callable[[datetime, Hidden], Context]

    @property
    def address(self) -> str:
        """Where it lies."""
        return reverse("work", args=[self.name])

    @property
    def template(self) -> str:
        """The part that looks again by itself."""
        return f"web/parts/work/{self.name}.html"


def _queues(at: datetime, hidden: Hidden) -> Context:
    lines = queues.queue_lines(at=at)
    return {
        "queues": lines,
        "answers": all(line.waiting is not None for line in lines),
        "counts": count_work(),
        "troubled": queues.troubled(hidden=hidden),
        "running": queues.running(hidden=hidden),
        "rings": queues.rings(),
        "rescued": rescued(at=at),
    }


def _nodes(at: datetime, hidden: Hidden) -> Context:
    return {"lines": nodes.node_lines(at=at)}


def _placement(at: datetime, hidden: Hidden) -> Context:
    return {"shares": nodes.shares(), "decisions": nodes.decisions(), "places": nodes.places()}


def _scaling(at: datetime, hidden: Hidden) -> Context:
    return {"actions": scaling.actions(), "pools": scaling.pools(at=at)}


def _cache(at: datetime, hidden: Hidden) -> Context:
    return caches.cache_context()


def _evaluations(at: datetime, hidden: Hidden) -> Context:
    return {
        "lines": evaluations.newest_evaluations(hidden=hidden),
        "waiting": evaluations.postponed(hidden=hidden),
    }


def _jobs(at: datetime, hidden: Hidden) -> Context:
    return {"lines": jobs.job_lines(at=at, hidden=hidden)}


TABS = {
    tab.name: tab
    for tab in (
        Tab("queues", "Queues", _queues),
        Tab("nodes", "Nodes", _nodes),
        Tab("placement", "Placement", _placement),
        Tab("cache", "Cache", _cache),
        Tab("scaling", "Scaling", _scaling),
        Tab("evaluations", "Evaluations", _evaluations),
        Tab("jobs", "Jobs", _jobs),
    )
}


@require_safe
@vary_on_headers("HX-Request")
@needs("viewer")
def work_page(request: HttpRequest, name: str = "queues") -> HttpResponse:
    """One of the pages, or its live part alone where htmx asks for it."""
    tab = TABS.get(name)
    if tab is None:
        raise Http404(f"There is no page of work named {name}.")
    template = tab.template if request.headers.get("HX-Request") else "web/pages/work.html"
    return render(request, template, _context(request, tab))


def _told(act: str, of: str) -> tuple[str, str]:
    """The name of an act in the audit trail, and of what it was about."""
    if act == "cancel":
        return "job.cancel", f"job {of}"
    return (f"node.{act}" if act in ("drain", "undrain") else f"work.{act}"), of


@require_POST
@needs("operator")
def work_act(request: HttpRequest, name: str) -> HttpResponse:
    """Retry or drop a piece of work, drain a node or let it take work again, cancel a job; then back."""
    act, of = ACTS.get(request.POST.get("act", "")), request.POST.get("of", "")
    # No name holds what the database cannot write.
    if act is None or name not in TABS or "\x00" in of:
        raise Http404("There is no such act.")
    refuse_foreign(of, hidden(request))
    try:
        with transaction.atomic():
            act(of)
            tell(request, *_told(request.POST["act"], of))
    except UserError as fault:
        context = {"fault": str(fault), **_context(request, TABS[name])}
        return render(request, "web/pages/work.html", context, status=409)
    return redirect("work", name)


def _context(request: HttpRequest, tab: Tab) -> Context:
    at, concealed = utc_now(), hidden(request)
    return {
        "tab": tab,
        "tabs": TABS.values(),
        "starting": starting(at=at, hidden=concealed),
        **tab.read(at, concealed),
    }


def refuse_foreign(of: str, hidden: Hidden) -> None:
    """Http404 for a piece of work, or a job, of a strategy that is hidden from whoever asks."""
    if not hidden:
        return
    shard = queues.shards_of({of}).get(of)
    if shard is not None and shard.version.strategy_id in hidden:
        raise Http404("There is no such work.")
    if is_number(of) and not jobs.visible_jobs(hidden).filter(pk=int(of)).exists():
        raise Http404("There is no such job.")


def is_number(text: str) -> bool:
    """True if a row could have that number."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _cancel(number: str) -> None:
    if not is_number(number):
        raise Http404("That is no number of a job.")
    job_verbs.cancel(int(number))


ACTS: dict[str, Callable[[str], object]] = {
    "retry": lambda key: work_verbs.retry(key, at=utc_now()),
    "drop": work_verbs.drop,
    "drain": lambda name: node_verbs.drain(name, reason="drained on the page of nodes"),
    "undrain": node_verbs.undrain,
    "cancel": _cancel,
}
