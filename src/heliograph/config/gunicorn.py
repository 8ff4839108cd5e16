"""How Gunicorn runs the web application."""

import os
import sys
from contextlib import suppress

from heliograph.config.parts.logs import LOGGING
from heliograph.kit.tied import die_with_parent
from heliograph.workers.succession import SAYS

# Gunicorn puts the folder that it stands in first in the path unless it is there already. It goes to the end:
# what a user keeps there is not ours to run.
with suppress(ValueError):
    sys.path.remove(os.getcwd())
sys.path.append(os.getcwd())

# Many more would only wait for each other: one of them runs Python at a time.
os.environ.setdefault("HELIOGRAPH_WEB_CONNECTIONS", "12")

worker_class = "heliograph.config.ending.EndingWorker"
workers = 1
graceful_timeout = 3
timeout = 60
# Longer than any proxy keeps a line that nobody uses (nginx: 60 s): of two ends that close an idle line, the
# one that sends requests must be the first, or a request meets a closed line.
keepalive = 75
control_socket_disable = True
# Whose word about the client's address and about https counts; nobody's unless a proxy is named.
forwarded_allow_ips = os.environ.get("HELIOGRAPH_PROXY", "")
# What Gunicorn says goes where everything goes, in the same form and without secrets.
logconfig_dict = LOGGING
accesslog = "-"


def post_fork(_server: object, _worker: object) -> None:
    """A killed Gunicorn leaves no worker behind."""
    die_with_parent()


def post_worker_init(_worker: object) -> None:
    """Whoever waits for a successor hears that it has loaded the pages."""
    # A process that Gunicorn starts later finds that nobody listens any more.
    with suppress(OSError):
        if says := os.environ.get(SAYS):
            os.write(int(says), b"1")
