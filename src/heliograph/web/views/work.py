"""The pages of work: queues, nodes, placement, scaling and the like; each looks again by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
from heliograph.web.reads.work import caches, evaluations, jobs, nodes, queues, scaling
from heliograph.web.views.nearby import nearby_only

Context = dict[str, object]


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of work: its name in the address, its title, and what it reads."""

    name: str
    title: str
    read: Callable[[datetime], Context]

    @property
    def address(self) -> str:
        """Where it lies."""
        return reverse("work", args=[self.name])

    @property
    def template(self) -> str:
        """The part that looks again by itself."""
        return f"web/parts/work/{self.name}.html"


def _queues(at: datetime) -> Context:
    lines = queues.queue_lines(at=at)
    return {
        "queues": lines,
        "answers": all(line.waiting is not None for line in lines),
        "counts": count_work(),
        "troubled": queues.troubled(),
        "running": queues.running(),
        "rings": queues.rings(),
        "rescued": rescued(at=at),
    }


def _nodes(at: datetime) -> Context:
    return {"lines": nodes.node_lines(at=at)}


def _placement(at: datetime) -> Context:
    return {"shares": nodes.shares(), "decisions": nodes.decisions(), "places": nodes.places()}


def _scaling(at: datetime) -> Context:
    return {"actions": scaling.actions(), "pools": scaling.pools(at=at)}


def _cache(at: datetime) -> Context:
    return caches.cache_context()


def _evaluations(at: datetime) -> Context:
    return {"lines": evaluations.newest_evaluations(), "waiting": evaluations.postponed()}


def _jobs(at: datetime) -> Context:
    return {"lines": jobs.job_lines(at=at)}


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
def work_page(request: HttpRequest, name: str = "queues") -> HttpResponse:
    """One of the pages, or its live part alone where htmx asks for it."""
    tab = TABS.get(name)
    if tab is None:
        raise Http404(f"There is no page of work named {name}.")
    template = tab.template if request.headers.get("HX-Request") else "web/pages/work.html"
    return render(request, template, {"tab": tab, "tabs": TABS.values(), **tab.read(utc_now())})


@require_POST
@nearby_only
def work_act(request: HttpRequest, name: str) -> HttpResponse:
    """Retry or drop a piece of work, drain a node or let it take work again, cancel a job; then back."""
    act, of = ACTS.get(request.POST.get("act", "")), request.POST.get("of", "")
    # No name holds what the database cannot write.
    if act is None or name not in TABS or "\x00" in of:
        raise Http404("There is no such act.")
    try:
        act(of)
    except UserError as fault:
        tab = TABS[name]
        context = {"tab": tab, "tabs": TABS.values(), "fault": str(fault), **tab.read(utc_now())}
        return render(request, "web/pages/work.html", context, status=409)
    return redirect("work", name)


def _cancel(number: str) -> None:
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise Http404("That is no number of a job.")
    job_verbs.cancel(int(number))


ACTS: dict[str, Callable[[str], object]] = {
    "retry": lambda key: work_verbs.retry(key, at=utc_now()),
    "drop": work_verbs.drop,
    "drain": lambda name: node_verbs.drain(name, reason="drained on the page of nodes"),
    "undrain": node_verbs.undrain,
    "cancel": _cancel,
}
