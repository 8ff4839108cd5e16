"""Web addresses as people give them: read once, refused in a sentence where they are none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from heliograph.notices.channels.addresses import is_named
from heliograph.notices.channels.exchange import PORTS, Place
from heliograph.notices.errors import BadChannel

LONGEST_URL = 2_000
HOST = re.compile(r"[a-z0-9]([a-z0-9._:-]*[a-z0-9.])?|::[0-9a-f:]*")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A server, and what is asked of it."""

    place: Place
    path: str


def read_address(url: str, *, allowed: tuple[str, ...] = ()) -> WebAddress:
    """The address; BadChannel says what is wrong with it. http only where the host is allowed as private."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise BadChannel(f"{url} is no address ({fault}).") from fault
    _check(url, parts.scheme, host)
    if parts.username is not None or parts.password is not None:
        raise BadChannel("Leave user and password out of the address: a channel names its secrets apart.")
    if parts.fragment:
        raise BadChannel(f"{url}: leave out what stands behind the #; it is never sent.")
    is_tls = parts.scheme == "https"
    if not is_tls and not _is_literally_named(host, allowed):
        raise BadChannel(
            f"{url} is not encrypted: use https, or name the host with --allow-private if it is your own."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(Place(is_tls, host, port or PORTS[is_tls], allowed), path)


def allowed_of(options: Mapping[str, object]) -> tuple[str, ...]:
    """The private hosts and networks that a channel names."""
    allowed = options.get("allow_private", [])
    if not isinstance(allowed, list):
        raise BadChannel("--allow-private takes hosts and networks.", field="allow_private")
    return tuple(str(one).lower() for one in allowed)


def _check(url: str, scheme: str, host: str) -> None:
    if scheme not in ("https", "http") or not host:
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
