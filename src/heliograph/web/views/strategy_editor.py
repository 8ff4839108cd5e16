"""Writing strategies in the browser: a new one, a new version, the check while one types."""

import hashlib
from dataclasses import replace

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from heliograph.engine.strategy.document import MOST_BYTES
from heliograph.kit.clock import utc_now
from heliograph.signals.errors import SameText, SavedMeanwhile
from heliograph.signals.models import Strategy
from heliograph.signals.queries import newest_version
from heliograph.signals.save import save_version
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.language import language_json
from heliograph.web.reads.strategies.starts import examples, plain_start, under_another_name
from heliograph.web.reads.strategies.text import check_text, mended, stored_frames
from heliograph.web.views.asked import author, stored_version, text, whole, whole_number
from heliograph.web.views.strategy_draft import Draft, Said, editor, newer_than, save_state

REFUSED, CONTRADICTED = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@needs("analyst")
def strategy_new(request: HttpRequest) -> HttpResponse:
    """The editor with a first text: an example, a copy, a file, or a few plain lines."""
    if request.method == "POST":
        return _taken(request, Draft.sent(request))
    return editor(request, Draft(_start(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("analyst")
def strategy_edit(request: HttpRequest, name: str) -> HttpResponse:
    """The editor with the newest text of a strategy; what is saved becomes its next version."""
    stored_version(request, name)
    newest = newest_version(name)
    if request.method == "POST":
        return _taken(request, Draft.sent(request, of=name))
    asked = whole_number(request, "version")
    base = stored_version(request, name, asked) if asked else newest
    return editor(request, Draft(base.text, of=name, base=newest.number, base_of=name))


@require_POST
@changes_nothing
@needs("viewer")
def strategy_check(request: HttpRequest) -> HttpResponse:
    """The mistakes of a text, or what it means; nothing is stored."""
    draft = Draft.sent(request, of=request.POST.get("of", ""))
    checked = check_text(draft.text, hidden=hidden(request))
    names = ("line", "column", "length", "message", "suggestion")
    save = save_state(checked, draft)
    side = (
        render_to_string("web/parts/strategies/meant.html", {"meant": checked.meant})
        if checked.meant
        else None
    )
    return JsonResponse(
        {
            "findings": [{name: getattr(one, name) for name in names} for one in checked.findings],
            "side": side,
            "save": {"label": save.label, "reason": save.reason, "note": save.note},
            "checked_at": utc_now().isoformat(),
        }
    )


@require_safe
@needs("viewer")
def strategy_language(request: HttpRequest) -> HttpResponse:
    """All that may stand in a strategy, for an editor to complete and explain."""
    body = language_json()
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    answer = HttpResponse(body, content_type="application/json; charset=utf-8", headers={"ETag": etag})
    patch_cache_control(answer, private=True, no_cache=True)
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _start(request: HttpRequest) -> str:
    example, copied = text(request, "from"), text(request, "copy")
    if example:
        found = next((one for one in examples() if one.name == example), None)
        if found is None:
            raise Http404(f"There is no example {example}.")
        return under_another_name(found.text)
    if copied:
        return under_another_name(stored_version(request, copied, whole_number(request, "version")).text)
    return plain_start(stored_frames())


def _taken(request: HttpRequest, draft: Draft) -> HttpResponse:
    """What a form asks for: open a file, look at the text, or save it."""
    act = request.POST.get("act", "")
    if act == "open":
        return _opened(request, draft)
    if act == "save":
        return _saved(request, draft)
    findings = check_text(draft.text).findings
    place = whole(act.removeprefix("mend-"))
    if place is not None and place < len(findings):
        return editor(request, replace(draft, text=mended(draft.text, findings[place])))
    if findings:
        return editor(request, draft, status=REFUSED)
    return editor(request, draft, Said(fine="No mistakes."))


def _opened(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The text of a file in the editor; what was there stays where the file cannot be used."""
    file = request.FILES.get("file")
    if file is None:
        return editor(request, draft, Said("Choose a file first: a strategy ends in .toml."), status=REFUSED)
    name = (file.name or "The file")[:80]
    if (file.size or 0) > MOST_BYTES:
        return editor(request, draft, Said(f"{name} is larger than 256 KiB; no strategy is."), status=REFUSED)
    try:
        read = file.read().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return editor(request, draft, Said(f"{name} is not UTF-8 text; save it as UTF-8."), status=REFUSED)
    return editor(request, replace(draft, text=read), Said(fine=f"{name} is open and not saved yet."))


def _saved(request: HttpRequest, draft: Draft) -> HttpResponse:
    found = check_text(draft.text)
    if found.meant is None:
        return editor(request, draft, status=REFUSED)
    name = found.meant.standing.name
    if Strategy.objects.filter(name=name, pk__in=hidden(request)).exists():
        said = Said(f"A strategy named '{name}' belongs to others; choose another name.")
        return editor(request, draft, said, status=CONTRADICTED)
    try:
        with transaction.atomic():
            version = save_version(
                text=draft.text,
                stage=draft.stage,
                base=draft.base_for(name),
                author=author(request),
                at=utc_now(),
            )
            tell(request, "strategy.add", version, stage=version.stage)
    except SameText as fault:
        return editor(request, draft, Said(str(fault)), status=CONTRADICTED)
    except SavedMeanwhile as fault:
        moved, said = newer_than(draft, fault)
        return editor(request, moved, said, status=CONTRADICTED)
    address = reverse("strategy", args=[version.strategy.name])
    return redirect(f"{address}?version={version.number}&done=saved")
