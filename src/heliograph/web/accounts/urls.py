"""Addresses of coming in, of one's own settings and of people; those of allauth that have a use here."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as keys
from django.urls import URLPattern, path

from heliograph.web.accounts.access import changes_nothing, needs, public
from heliograph.web.views.account import enter, people, settings, teams


def own(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    """A page of allauth about whoever is signed in; what it changes is told by signals, see trail.py."""
    return path(route, changes_nothing(needs("viewer")(view)), name=name)


def gate(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    """A page of allauth for those who are not signed in yet."""
    return path(route, public(view), name=name)


urlpatterns = [
    path("account/enter/<str:secret>", enter.enter_page, name="enter"),
    gate("account/login/", account.login, "account_login"),
    gate("account/logout/", account.logout, "account_logout"),
    gate("account/inactive/", account.account_inactive, "account_inactive"),
    gate("account/code/", second.authenticate, "mfa_authenticate"),
    gate("account/passkey/", keys.login_webauthn, "mfa_login_webauthn"),
    own("account/again/", account.reauthenticate, "account_reauthenticate"),
    own("account/again/code/", second.reauthenticate, "mfa_reauthenticate"),
    own("account/again/passkey/", keys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/security/", settings.security_page, name="mfa_index"),
    path("settings/sessions/", settings.sessions_page, name="sessions"),
    path("settings/sessions/end", settings.end_session, name="end-session"),
    own("settings/security/password/", account.password_change, "account_change_password"),
    own("settings/security/password/first/", account.password_set, "account_set_password"),
    own("settings/security/app/", app.activate_totp, "mfa_activate_totp"),
    own("settings/security/app/remove/", app.deactivate_totp, "mfa_deactivate_totp"),
    own("settings/security/codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    own("settings/security/codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    own("settings/security/codes/file", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    own("settings/security/passkeys/", keys.list_webauthn, "mfa_list_webauthn"),
    own("settings/security/passkeys/add/", keys.add_webauthn, "mfa_add_webauthn"),
    own("settings/security/passkeys/<int:pk>/name/", keys.edit_webauthn, "mfa_edit_webauthn"),
    own("settings/security/passkeys/<int:pk>/remove/", keys.remove_webauthn, "mfa_remove_webauthn"),
    path("people/", people.people_page, name="people"),
    path("people/invite", people.invite_person, name="invite"),
    path("people/invitations/<int:invitation_id>/withdraw", people.withdraw_invitation, name="withdraw"),
    path("people/<int:person_id>/", people.person_page, name="person"),
    path("people/<int:person_id>/<slug:act>", people.person_act, name="person-act"),
    path("people/teams/new", teams.new_team, name="new-team"),
    path("people/teams/<int:team_id>/", teams.team_page, name="team"),
    path("people/teams/<int:team_id>/members", teams.set_members, name="team-members"),
    path("people/teams/<int:team_id>/strategies", teams.set_strategies, name="team-strategies"),
    path("people/teams/<int:team_id>/remove", teams.drop_team, name="remove-team"),
]
