"""How the API is asked: by a token, or by a session together with the word that guards against forgery.

Who that is, and what they may, is settled at the gate; here it is said to the description of the API.
"""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from heliograph.accounts.models import Person
from heliograph.web.accounts.asker import asker_of


class ByToken(HttpBearer):
    """`Authorization: Bearer hg_...`"""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """The person of the token."""
        asker = asker_of(request)
        return asker.person if asker.token is not None else None


class BySession(APIKeyCookie):
    """The cookie of who is signed in; what changes something also needs the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """The person of the session."""
        return asker_of(request).person


by_token, by_session = ByToken(), BySession()
