"""Looks where a channel would go before it is stored: an address inside is refused while one can mend it."""

from collections.abc import Mapping

from heliograph.notices.channels.addresses import is_named, is_public, resolve
from heliograph.notices.channels.web_address import allowed_of, read_address
from heliograph.notices.errors import BadChannel, NotSent, about

# The options that name a server.
SERVERS = ("url", "server", "host")


def refuse_inside(options: Mapping[str, object]) -> None:
    """BadChannel where a server has an address that is not public and not allowed.

    A name that is not found now may be found later: each sending looks again, and judges what it finds.
    """
    allowed = allowed_of(options)
    for field in SERVERS:
        if text := str(options.get(field, "")):
            with about(field):
                _refuse(*_place(field, text, allowed), allowed)


def _place(field: str, text: str, allowed: tuple[str, ...]) -> tuple[str, int]:
    if field == "host":
        return text.lower(), 25
    place = read_address(text, allowed=allowed).place
    return place.host, place.port


def _refuse(host: str, port: int, allowed: tuple[str, ...]) -> None:
    try:
        found = resolve(host, port)
    except NotSent:
        return
    for address in found:
        if not is_public(address) and not is_named(host, address, allowed):
            raise BadChannel(f"{host} is at {address}, which is not public; --allow-private would name it.")
