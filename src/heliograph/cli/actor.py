"""Who gives a command, for the audit trail."""

import getpass
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heliograph.accounts.audit import Actor


def actor() -> "Actor":
    """The account of this machine that the command runs as."""
    from heliograph.accounts.audit import Actor

    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in a container
        name = f"account {os.geteuid()}"
    return Actor(f"command line: {name}")
