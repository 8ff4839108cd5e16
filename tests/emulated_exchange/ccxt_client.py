"""How a real ccxt `binance` client is made to talk to another address."""

from typing import Protocol


class CcxtExchange(Protocol):
    """What is changed of a client; blocking, async and `ccxt.pro` have it alike."""

    urls: dict
    options: dict


def point_ccxt_at(exchange: CcxtExchange, url: str) -> None:
    """Send all that a spot client asks to `url`, such as http://127.0.0.1:9000.

    ccxt takes a message for one of the spot market by `/stream` in the address of its socket, so the path
    of the socket here has it.
    """
    sockets = url.replace("http", "ws", 1)
    api = dict.fromkeys(exchange.urls["api"], f"{url}/not/emulated")
    api |= {"public": f"{url}/api/v3", "private": f"{url}/api/v3", "v1": f"{url}/api/v1"}
    if "ws" in exchange.urls["api"]:
        api["ws"] = {**exchange.urls["api"]["ws"], "spot": f"{sockets}/stream/ws"}
    exchange.urls["api"] = api
    exchange.options |= {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False, "fetchMargins": False}
