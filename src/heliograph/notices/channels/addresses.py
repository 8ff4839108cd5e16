"""Which addresses a channel may reach: public ones, and private ones that it names.

A server that sends requests to addresses which users choose could be used to reach what only it can reach
(server-side request forgery). So a name is resolved once, every address is judged, and the connection goes to
the judged address. The lists follow the special-purpose registries of IANA (RFC 6890 and its updates), and
not `ipaddress.is_global`, which takes addresses that embed others for public.
"""

import socket
from collections.abc import Container, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, Queue
from threading import Thread

from heliograph.notices.errors import NotSent

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

RESOLVE_SECONDS = 4
# Below these only the ports of the web: what listens there is no receiver of notices, and might take a
# request for a command of its own.
FREE_PORTS = range(1_024, 65_536)
WEB_PORTS = frozenset({80, 443})
MAIL_PORTS = frozenset({25, 465, 587, 2525})

CLOSED_4 = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own, behind their NAT
        "127.0.0.0/8",  # this host
        "169.254.0.0/16",  # link-local, where clouds tell their secrets
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # automatic multicast tunnels
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
# All else, such as NAT64 (64:ff9b::/96), mapped IPv4, unique local, link-local and multicast, is closed.
OPEN_6 = IPv6Network("2000::/3")
CLOSED_6 = [
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, with Teredo, which embeds IPv4
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which embeds IPv4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]


def is_public(address: Address) -> bool:
    """True if anybody on the internet could reach it as well."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in CLOSED_4)
    return address in OPEN_6 and not any(address in network for network in CLOSED_6)


def judged(
    host: str, port: int, *, allowed: Sequence[str], is_tls: bool, ports: Container[int] = WEB_PORTS
) -> list[Address]:
    """The addresses of a host, all of which may be reached; NotSent if a single one may not.

    Connect to one of these, and not to the name: it may be another's by then. Without TLS only what is named
    as private and allowed is reached, and public hosts only at `ports` or at free ones.
    """
    found = resolve(host, port)
    for address in found:
        if is_named(host, address, allowed) and not is_public(address):
            continue
        if not is_public(address):
            raise NotSent(f"{host} is at {address}, which is not public; --allow-private would name it.")
        if not is_tls:
            remedy = "leave out --tls none" if ports is MAIL_PORTS else "use https there"
            raise NotSent(f"{host} is at {address}, a public address; {remedy}.")
        if port not in ports and port not in FREE_PORTS:
            raise NotSent(f"Port {port} of {host} is none that notices go to.")
    return found


def is_named(host: str, address: Address, allowed: Sequence[str]) -> bool:
    """True if the channel names this host, or a network with this address, as private and allowed."""
    return host in allowed or any(address in network for network in networks(allowed))


def networks(allowed: Sequence[str]) -> list[Network]:
    """Those of the allowed that are addresses or networks, not names of hosts."""
    found: list[Network] = []
    for text in allowed:
        try:
            found.append(ip_network(text))
        except ValueError:
            continue
    return found


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, or NotSent; the system's resolver may take longer than we have."""
    answer: Queue[list[Address] | OSError] = Queue()
    Thread(target=_resolve, args=(host, port, answer), daemon=True).start()
    try:
        found = answer.get(timeout=RESOLVE_SECONDS)
    except Empty:
        raise NotSent(f"The address of {host} was not found within {RESOLVE_SECONDS} seconds.") from None
    if isinstance(found, OSError):
        raise NotSent(f"The address of {host} was not found ({found.strerror or found}).") from found
    return found


def _resolve(host: str, port: int, answer: "Queue[list[Address] | OSError]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        answer.put(fault if isinstance(fault, OSError) else OSError(str(fault)))
        return
    # A scope, as in fe80::1%eth0, says nothing of what the address is.
    answer.put([ip_address(str(place[0]).partition("%")[0]) for *_, place in dict.fromkeys(found)])
