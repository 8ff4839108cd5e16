"""What allauth asks us: who may sign up, how attempts are counted, how secrets are kept."""

import base64
from hashlib import sha256
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from heliograph.accounts.models import Person


class AccountAdapter(DefaultAccountAdapter):
    """Nobody comes in unasked: people are made by an invitation alone."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "Name and password do not belong together.",
        "too_many_login_attempts": "Too many failed attempts; wait ten minutes, then try again.",
        "incorrect_password": "That is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to all that proves who one is: a second factor is what often comes next."""
        return reverse("mfa_index")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account alone: allauth adds the host name, which whoever guesses may choose."""
        return str(credentials.get("username", "")).casefold()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors lie encrypted in the database: a copy of it alone lets nobody in."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or no longer; enter the one shown now.",
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def _get_user_identifier(self, user: Person) -> str:
        return user.name

    def _get_site_name(self) -> str:
        return "Heliograph"


def _cipher() -> Fernet:
    key = sha256(b"heliograph second factors" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
