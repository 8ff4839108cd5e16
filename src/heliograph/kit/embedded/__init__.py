"""A home: one folder with all state, and the private PostgreSQL and Valkey that live in it.

Whoever needs the servers holds a shared lock on the home. The first to come starts a keeper, a process
of its own that runs both servers and ends with them once nobody holds that lock; the kernel drops that
of a user who is killed.
"""

from heliograph.kit.embedded.connect import Servers, connect
from heliograph.kit.embedded.home import Home

__all__ = ["Home", "Servers", "connect"]
