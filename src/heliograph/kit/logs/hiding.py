"""Takes secrets out of text that is about to be written where others read."""

import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[hidden]"
# Shorter ones would tear words apart; what is so short is refused in production.
SHORTEST = 8
PATTERNS = (
    # The password of a URL: postgres://user:PASSWORD@host.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:)[^\s/@'\"]+(?=@)", re.IGNORECASE), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"((?:proxy-)?authorization['\"]?\s*[:=,]\s*(?-i:b)?['\"]?(?:(?:bearer|basic|token|digest)\s+)?)"
            r"[^\s'\",;\])}]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b((?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"((?:set-)?cookie['\"]?\s*[:=]\s*['\"]?)[^'\"\r\n]+", re.IGNORECASE), rf"\1{HIDDEN}"),
    # In a query string, a form or a mapping: token=..., "secret": "...".
    (
        re.compile(
            r"((?:^|[?&;\s{(,'\"])(?:[a-z_-]*(?:token|secret|password|passwd|api[_-]?key|signature)|sig|key|code)"
            r"(?:=|['\"]\s*:\s*['\"]))[^\s&;'\"<>]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # One-time links: enough is left to find which it was.
    (re.compile(r"(/account/enter/[\w-]{4})[\w-]+"), r"\1…"),
    # Our own tokens (the part that names them stays), secrets of webhooks, bots of Telegram.
    (re.compile(r"\b(hg_[0-9a-f]{8})_[\w-]+"), r"\1_…"),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), f"whsec_{HIDDEN}"),
    (re.compile(r"(/bot\d+):[\w-]+"), rf"\1:{HIDDEN}"),
)


class Hiding:
    """Replaces known secrets wherever they stand, and what looks like one by where it stands."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for one in secrets if len(one) >= SHORTEST for form in (one, quote(one, safe=""))}
        # The longest first: one may be the beginning of another.
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        for pattern, rest in PATTERNS:
            text = pattern.sub(rest, text)
        return text
