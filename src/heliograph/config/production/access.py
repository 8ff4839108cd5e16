"""How the pages are reached."""

from collections.abc import Iterator
from ipaddress import ip_address

from django.core.checks import CheckMessage, Error, Warning

from heliograph.config.given import value_of
from heliograph.kit.env import Environment


def access(environment: Environment) -> Iterator[CheckMessage]:
    """Errors shown in full, any or no host name, cookies over plain http."""
    if value_of("HELIOGRAPH_DEBUG", environment):
        yield Error(
            "HELIOGRAPH_DEBUG is on: a page with an error shows settings and code to whoever meets it.",
            hint="Leave HELIOGRAPH_DEBUG out.",
            obj="HELIOGRAPH_DEBUG",
            id="heliograph.E012",
        )
    yield from _hosts(list(value_of("HELIOGRAPH_HOSTS", environment)))  # type: ignore[arg-type]
    if not value_of("HELIOGRAPH_HTTPS", environment):
        yield Error(
            "HELIOGRAPH_HTTPS is off: the cookies that sign people in would go over plain http.",
            hint="Serve the pages by https and set HELIOGRAPH_HTTPS=1.",
            obj="HELIOGRAPH_HTTPS",
            id="heliograph.E014",
        )
    elif not value_of("HELIOGRAPH_PROXY", environment):
        yield Warning(
            "HELIOGRAPH_PROXY is empty: nobody is believed to have come by https, nor from where.",
            hint="Set HELIOGRAPH_PROXY to the address of the proxy, or to * where it comes in by a socket.",
            obj="HELIOGRAPH_PROXY",
            id="heliograph.W014",
        )
    for name in ("HELIOGRAPH_PUBLIC_URL", "HELIOGRAPH_ADDRESS"):
        if str(value_of(name, environment)).startswith("http://"):
            yield Warning(
                f"{name} begins with http://: links that sign people in would go over plain http.",
                hint=f"Let {name} begin with https://.",
                obj=name,
                id="heliograph.W015",
            )


def is_local(host: str) -> bool:
    """True for this machine itself: no name, the folder of a socket, or an address that leads back."""
    host = host.strip("[]").lower()
    if not host or host.startswith("/") or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _hosts(hosts: list[str]) -> Iterator[CheckMessage]:
    hint = "Name the hosts by which people reach the pages: HELIOGRAPH_HOSTS=signals.example.com."
    if "*" in hosts:
        sentence = "HELIOGRAPH_HOSTS holds *: links would lead wherever the one who asks says."
    elif all(is_local(host) for host in hosts):
        sentence = "HELIOGRAPH_HOSTS names this machine alone: nobody else would get an answer."
    else:
        return
    yield Error(sentence, hint=hint, obj="HELIOGRAPH_HOSTS", id="heliograph.E013")
