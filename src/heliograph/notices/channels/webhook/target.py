"""The options of a webhook, read once: where it goes, and the secrets that sign it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from heliograph.notices.channels.webhook.addresses import is_named
from heliograph.notices.errors import BadChannel

KNOWN = {"url", "secret_env", "allow_private"}
SCHEMES = {"https": 443, "http": 80}
LONGEST_URL = 2_000
# Standard Webhooks: base64 of 24 to 64 bytes behind a prefix.
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")
HOST = re.compile(r"[a-z0-9]([a-z0-9._:-]*[a-z0-9.])?|::[0-9a-f:]*")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes. `allowed`: private hosts and networks that it may reach."""

    is_tls: bool
    host: str
    port: int
    path: str
    secret_env: str
    allowed: tuple[str, ...]

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Target":
        """The target of these options; BadChannel says what is wrong with them."""
        strange = options.keys() - KNOWN
        if strange:
            raise BadChannel(f"A channel of kind webhook does not take {', '.join(sorted(strange))}.")
        url, secret = (str(options.get(name, "")) for name in ("url", "secret_env"))
        if not url:
            raise BadChannel("A webhook needs the address that it goes to: --url https://...")
        if not secret:
            raise BadChannel(
                "A webhook is signed: --secret-env names the environment variable that holds its secret."
            )
        allowed = options.get("allow_private", [])
        if not isinstance(allowed, list):
            raise BadChannel("--allow-private takes hosts and networks.")
        return _read(url, secret, tuple(str(one).lower() for one in allowed))

    @property
    def authority(self) -> str:
        """Host and port as they stand in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == SCHEMES["https" if self.is_tls else "http"] else f"{host}:{self.port}"

    def secrets(self, environment: Mapping[str, str] = os.environ) -> list[str]:
        """The secrets of the environment; several, apart by a space, while an old one is being replaced."""
        found = environment.get(self.secret_env, "").split()
        if not found:
            raise BadChannel(
                f"{self.secret_env} is not set in the environment; it holds the secret, such as whsec_MfKQ..."
            )
        if not all(SECRET.fullmatch(one) for one in found):
            raise BadChannel(f"{self.secret_env} holds no secret: `whsec_` and the base64 of 24 to 64 bytes.")
        return found


def _read(url: str, secret_env: str, allowed: tuple[str, ...]) -> Target:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise BadChannel(f"{url} is no address ({fault}).") from fault
    _check(url, parts.scheme, host)
    if parts.username is not None or parts.password is not None:
        raise BadChannel("Leave user and password out of the address: a webhook is signed instead.")
    if parts.fragment:
        raise BadChannel(f"{url}: leave out what stands behind the #; it is never sent.")
    is_tls = parts.scheme == "https"
    if not is_tls and not _is_literally_named(host, allowed):
        raise BadChannel(
            f"{url} is not encrypted: use https, or name the host with --allow-private if it is your own."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, host, port or SCHEMES[parts.scheme], path, secret_env, allowed)


def _check(url: str, scheme: str, host: str) -> None:
    if scheme not in SCHEMES or not host:
        raise BadChannel(f"{url} is no web address; it looks like https://example.com/hook.")
    if len(url) > LONGEST_URL or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise BadChannel(f"{url[:80]}: an address is at most {LONGEST_URL} plain characters without blanks.")
    if not HOST.fullmatch(host):
        raise BadChannel(f"{url}: `{host}` is no name of a host.")


def _is_literally_named(host: str, allowed: tuple[str, ...]) -> bool:
    try:
        return is_named(host, ip_address(host), allowed)
    except ValueError:
        return host in allowed
