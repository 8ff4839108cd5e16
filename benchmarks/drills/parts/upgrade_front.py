"""nginx before the pages of the drill of upgrades, by the socket of an installation."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until

# As deploy/nginx has it: lines to the pages are kept, and what changes something is not sent twice.
CONFIG = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream web {{
        server unix:{folder}/web.sock;
        keepalive 32;
        keepalive_timeout 2s;
    }}
    server {{
        listen 127.0.0.1:{port};
        keepalive_requests 1000000;
        location / {{
            proxy_pass http://web;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host localhost;
            proxy_read_timeout 75s;
            proxy_next_upstream error timeout http_502 http_503;
        }}
    }}
}}
"""


@contextmanager
def front(folder: Path) -> Iterator[Path | int]:
    """Where clients ask, for a block: the port of nginx, or the socket itself where there is no nginx."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        yield folder / "web.sock"
        return
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(CONFIG.format(folder=folder, port=port, user=user))
    with open(folder / "nginx.out", "ab") as log:
        before = start_tied((nginx, "-e", f"{folder}/nginx.log", "-c", str(config)), log=log)
    try:
        wait_until(lambda: _listens(port), seconds=30)
        yield port
    finally:
        before.terminate()
        before.wait(10)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
