"""The audit trail: who did what, and whether it is whole."""

import json
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.accounts.trail import Wanted, actions, entries, plain
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.reads.audit import checked
from heliograph.web.views.asked import day, text, whole_number

PAGE, MOST_EXPORTED = 50, 50_000
NAMES = ("actor", "action", "subject", "since")


@require_safe
@needs("admin")
def audit_page(request: HttpRequest) -> HttpResponse:
    """A page of the trail, newest first; everything that shapes it is in the address."""
    wanted, cursor = _wanted(request), whole_number(request, "before")
    rows = list(entries(wanted, before=cursor)[: PAGE + 1])
    shown = rows[:PAGE]
    asked = {name: text(request, name) or "" for name in NAMES}
    query = {name: value for name, value in asked.items() if value}
    context = {
        "lines": [(one, _details(one.details)) for one in shown],
        "asked": asked,
        "narrowed": bool(query),
        "actions": actions(),
        "next": f"?{urlencode(query | {'before': shown[-1].pk})}" if len(rows) > PAGE else "",
        "first": cursor is None,
        "newest": f"?{urlencode(query)}",
        "export": f"?{urlencode(query)}",
        "checked": checked(),
        "read_at": utc_now(),
    }
    return render(request, "web/pages/audit.html", context)


@require_POST
@needs("admin")
@changes_nothing
def audit_check(request: HttpRequest) -> HttpResponse:
    """Look at the whole trail again, now."""
    checked.forget()
    return redirect("audit")


@require_safe
@needs("admin")
def audit_export(request: HttpRequest) -> HttpResponse:
    """The entries as lines of JSON, newest first; `before` goes on where the file before ended."""
    rows = entries(_wanted(request), before=whole_number(request, "before"))[:MOST_EXPORTED]
    lines = (json.dumps(plain(one), ensure_ascii=False) for one in rows.iterator(chunk_size=2_000))
    answer = HttpResponse("".join(f"{line}\n" for line in lines), content_type="application/x-ndjson")
    answer["Content-Disposition"] = f'attachment; filename="audit-{utc_now():%Y-%m-%d}.jsonl"'
    return answer


def _wanted(request: HttpRequest) -> Wanted:
    return Wanted(
        actor=text(request, "actor"),
        action=text(request, "action"),
        subject=text(request, "subject"),
        since=day(request, "since"),
    )


def _details(details: dict[str, object]) -> str:
    """In words: `role operator, team desk`."""
    return ", ".join(
        f"{name} {_word(value)}" for name, value in details.items() if value not in (None, "", [])
    )


def _word(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return f"({_details(value)})" if isinstance(value, dict) else str(value)
