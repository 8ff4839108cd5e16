"""A typed client of the API of a Heliograph that runs somewhere.

>>> from heliograph.client import Client
>>> with Client("https://signals.example.org", token="hg_...") as client:
...     for signal in client.list_signals(state="open"):
...         print(signal.symbol, signal.side, signal.r)
"""

from heliograph.client.client import Client
from heliograph.client.events import Event
from heliograph.client.pages import Pages
from heliograph.client.problem import NoAnswer, Problem

__all__ = ["Client", "Event", "NoAnswer", "Pages", "Problem"]
