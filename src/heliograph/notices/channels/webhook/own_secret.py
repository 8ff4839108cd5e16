"""Signing secrets that Heliograph makes: derived from its own key and a mark of the channel.

The row holds the mark alone. Who reads the rows without the key of the installation cannot sign.
"""

import hmac
from base64 import b64encode
from hashlib import sha256
from secrets import token_hex

from django.conf import settings

from heliograph.notices.errors import BadChannel

# The option that holds the mark; several, apart by a space, while an old secret is being replaced.
OWN_SECRET = "own_secret"
SIGNS, CHECKS = b"heliograph webhook secret", b"heliograph webhook check"


def new_mark() -> str:
    """The mark of a new secret: random, and with a check of the key that the secret comes from."""
    salt = token_hex(16)
    return f"{salt}-{_check(salt)}"


def own_secret(mark: str) -> str:
    """The secret of that mark, as receivers take it; BadChannel where this process has another key."""
    salt, _, check = mark.partition("-")
    if not hmac.compare_digest(_check(salt), check):
        raise BadChannel(
            "The signing secret was made with another HELIOGRAPH_SECRET_KEY than this process has: give all "
            "the same key, or make a new secret on the page of the channel."
        )
    return f"whsec_{b64encode(_derive(salt, SIGNS)).decode()}"


def _check(salt: str) -> str:
    return _derive(salt, CHECKS)[:4].hex()


def _derive(salt: str, info: bytes) -> bytes:
    """HKDF with SHA-256 (RFC 5869), of one block."""
    key = hmac.digest(salt.encode(), settings.SECRET_KEY.encode(), sha256)
    return hmac.digest(key, info + b"\x01", sha256)
