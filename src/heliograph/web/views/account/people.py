"""The people of an installation: invited, given a role, let in no more. For admins."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.accounts import links
from heliograph.accounts.models import Invitation, Person
from heliograph.accounts.people import forget_second_factors, give_role, set_active
from heliograph.accounts.queries import all_people, person_lines
from heliograph.accounts.teams import teams_with_counts
from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.forms import InviteForm, RoleForm, TeamForm
from heliograph.web.accounts.told import tell
from heliograph.web.reads.people import open_invitations


@require_safe
@needs("admin")
def people_page(request: HttpRequest) -> HttpResponse:
    """Everybody, open invitations, teams."""
    return _page(request, InviteForm(initial={"role": "viewer"}))


@require_POST
@needs("admin")
@transaction.atomic
def invite_person(request: HttpRequest) -> HttpResponse:
    """Make a link, shown once."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = form.cleaned_data
    link = links.invite(
        asked["name"],
        role=asked["role"],
        email=asked["email"],
        team=asked["team"],
        at=utc_now(),
        made_by=_admin(request),
    )
    tell(request, "person.invite", asked["name"], role=asked["role"], team=str(asked["team"] or ""))
    return _show_link(request, link, asked["name"])


@require_POST
@needs("admin")
@transaction.atomic
def withdraw_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """An invitation that no longer works."""
    found = get_object_or_404(Invitation, pk=invitation_id, kind=Invitation.Kind.INVITE, used_at=None)
    Invitation.objects.filter(pk=found.pk, used_at=None).update(expires_at=utc_now())
    tell(request, "person.withdraw-invitation", found.name)
    messages.success(request, f"The link for {found.name} no longer works.")
    return redirect("people")


@require_safe
@needs("admin")
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: role, teams, ways in."""
    person = get_object_or_404(Person.objects.prefetch_related("groups", "teams"), pk=person_id)
    line = person_lines([person])[0]
    form = RoleForm(initial={"role": line.role})
    return render(request, "web/pages/person.html", {"line": line, "person": person, "form": form})


@require_POST
@needs("admin")
def person_act(request: HttpRequest, person_id: int, act: str) -> HttpResponse:
    """Do something to one person."""
    person = get_object_or_404(Person, pk=person_id)
    verb = ACTS.get(act)
    if verb is None:
        raise Http404("Nothing of that kind can be done to a person.")
    try:
        with transaction.atomic():
            return verb(request, person)
    except UserError as fault:
        messages.error(request, str(fault))
        return redirect("person", person.pk)


def _change_role(request: HttpRequest, person: Person) -> HttpResponse:
    role = request.POST.get("role", "")
    give_role(person, role)
    tell(request, "person.role", person.name, role=role)
    return _done(request, person, f"{person.name} has the role {role} from now on.")


def _disable(request: HttpRequest, person: Person) -> HttpResponse:
    set_active(person, active=False)
    tell(request, "person.disable", person.name)
    return _done(request, person, f"{person.name} is let in no more.")


def _enable(request: HttpRequest, person: Person) -> HttpResponse:
    set_active(person, active=True)
    tell(request, "person.enable", person.name)
    return _done(request, person, f"{person.name} may come in again.")


def _reset(request: HttpRequest, person: Person) -> HttpResponse:
    link = links.reset_link(person, at=utc_now(), made_by=_admin(request))
    tell(request, "person.reset-link", person.name)
    return _show_link(request, link, person.name)


def _forget_factors(request: HttpRequest, person: Person) -> HttpResponse:
    count = forget_second_factors(person)
    tell(request, "person.forget-second-factors", person.name, removed=count)
    return _done(request, person, f"{person.name} signs in by password alone from now on.")


ACTS: dict[str, Callable[[HttpRequest, Person], HttpResponse]] = {
    "role": _change_role,
    "disable": _disable,
    "enable": _enable,
    "reset": _reset,
    "forget-factors": _forget_factors,
}


def _done(request: HttpRequest, person: Person, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("person", person.pk)


def _show_link(request: HttpRequest, link: links.Link, name: str) -> HttpResponse:
    address = request.build_absolute_uri(link.path)
    context = {"address": address, "link": link.invitation, "name": name}
    return render(request, "web/pages/person_link.html", context)


def _page(request: HttpRequest, form: InviteForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "lines": all_people(),
        "invitations": open_invitations(),
        "teams": teams_with_counts(),
        "form": form,
        "team_form": TeamForm(),
        "read_at": utc_now(),
    }
    return render(request, "web/pages/people.html", context, status=status)


def _admin(request: HttpRequest) -> Person:
    return Person.objects.get(pk=request.user.pk)
