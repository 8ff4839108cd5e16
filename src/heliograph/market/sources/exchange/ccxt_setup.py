"""ccxt's exchanges, made for a venue of ours.

Importing ccxt takes 2 s and 80 MB, ccxt.pro 4 s and 110 MB, whichever exchange is wanted: its package imports
all of them. So nothing imports it before a venue is asked; the pages and most commands never do.
"""

import os
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from heliograph.kit.env import Environment
from heliograph.market.models import Venue
from heliograph.market.sources.exchange.errors import BadUrl, NoSuchExchange

TIMEOUT_MS = 10_000
OPTIONS = {
    # Futures have exchanges of their own at ccxt: binanceusdm and binancecoinm.
    "binance": {"fetchMarkets": {"types": ["spot"]}},
}
# ccxt tells Binance's spot stream by this word in its address.
SPOT_STREAM = {"binance": "/stream"}


def check_exchange(name: str) -> str:
    """ccxt's name of an exchange; NoSuchExchange with the nearest if there is none."""
    known: list[str] = import_module("ccxt").exchanges
    if name.lower() not in known:
        raise NoSuchExchange(name, known=known)
    return name.lower()


def check_url(url: str) -> str:
    """The address of an API, or none; BadUrl if it cannot be one. It is shown, so it holds no password."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if url and (not is_good or "@" in url):
        raise BadUrl(url.rpartition("@")[2])
    return url


def make_exchange(venue: Venue) -> Any:
    """The REST client of ccxt for a venue."""
    check_exchange(venue.exchange)
    return _configured(getattr(import_module("ccxt"), venue.exchange), venue)


def make_stream(venue: Venue) -> Any:
    """The WebSocket client of ccxt for a venue; its REST calls are asynchronous. None where it has none."""
    made = getattr(import_module("ccxt.pro"), venue.exchange, None)
    return None if made is None else _configured(made, venue)


def elsewhere(urls: object, base: str, *, spot: str = "") -> object:
    """The addresses of an API (as ccxt nests them) at another host: their paths behind `base`."""
    if isinstance(urls, Mapping):
        return {name: elsewhere(url, base, spot=spot) for name, url in urls.items()}
    if not isinstance(urls, str):
        return urls
    here, there = urlsplit(urls), urlsplit(base.rstrip("/"))
    path = f"{there.path}{here.path}"
    if here.scheme in {"ws", "wss"}:
        secure = there.scheme in {"https", "wss"}
        return f"{'wss' if secure else 'ws'}://{there.netloc}{there.path}{spot}{here.path}"
    return f"{there.scheme}://{there.netloc}{path}"


def key_name(venue: str) -> str:
    """The setting that holds the key of a venue, such as HELIOGRAPH_BINANCE_KEY."""
    return f"HELIOGRAPH_{re.sub(r'[^A-Z0-9]+', '_', venue.upper())}_KEY"


def _configured(kind: Any, venue: Venue) -> Any:
    made = kind({"timeout": TIMEOUT_MS, "options": OPTIONS.get(venue.exchange, {}), **_keys(venue)})
    if venue.url:
        made.urls["api"] = elsewhere(made.urls["api"], venue.url, spot=SPOT_STREAM.get(venue.exchange, ""))
        # A mirror has one address for all; some exchanges write theirs into the path.
        made.hostname = urlsplit(venue.url).netloc
    return made


def _keys(venue: Venue) -> dict[str, str]:
    """The key and its secret, if they are in the environment; candles of most exchanges need none."""
    name = key_name(venue.name)
    secret = f"{name.removesuffix('_KEY')}_SECRET"
    env = Environment()
    if not any(one in os.environ for one in (name, f"{name}_FILE")):
        return {}
    return {"apiKey": env.secret(name), "secret": env.secret(secret)}
