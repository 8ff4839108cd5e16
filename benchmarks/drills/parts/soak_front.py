"""What a client of the soak meets: two web nodes, and nginx that spreads requests over them."""

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until
from heliograph.workers.children import Child
from heliograph.workers.programs import Program, web

NODES = 2
# As deploy/nginx has it: a node that fails is left out for a moment, and its request goes to the other one.
CONFIG = """
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
        least_conn;
        {servers}
        keepalive 8;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://web;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host 127.0.0.1;
            proxy_connect_timeout 1s;
            proxy_read_timeout 5s;
            proxy_next_upstream error timeout http_502 http_503;
        }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """Where a client asks, the nodes behind it, and the process of nginx."""

    address: str
    nodes: list[Child]
    nginx: "subprocess.Popen[bytes]"

    def look(self) -> None:
        """Start again what has died."""
        for node in self.nodes:
            node.look()


@contextmanager
def front(folder: Path, *, env: Mapping[str, str]) -> Iterator[Front]:
    """Web nodes with nginx before them, ready, for a block."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        raise SystemExit("The soak asks through nginx, which is not here: install the package `nginx`.")
    port, *ports = _free_ports(1 + NODES)
    nodes = [
        Child(_node(number, at), env=env, log=folder / f"web-{number}.log", longest_pause=0.1)
        for number, at in enumerate(ports, 1)
    ]
    servers = "\n        ".join(f"server 127.0.0.1:{at} max_fails=1 fail_timeout=2s;" for at in ports)
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, servers=servers))
    with open(folder / "nginx.out", "ab") as log:
        before = start_tied((nginx, "-e", str(folder / "nginx.log"), "-c", str(config)), log=log)
    try:
        for node in nodes:
            node.start()
        made = Front(f"http://127.0.0.1:{port}", nodes, before)
        for at in (port, *ports):
            if not wait_until(partial(_answers, at), seconds=60, every=0.2):
                raise SystemExit(f"Nothing answers at port {at}; see {folder}.")
        yield made
    finally:
        for node in nodes:
            node.ask_to_end()
        for node in nodes:
            node.end(seconds=10)
        before.terminate()
        before.wait(10)


def _node(number: int, port: int) -> Program:
    """A web node that listens by itself: while it is down, a connection is refused."""
    command = [f"127.0.0.1:{port}" if word.startswith("fd://") else word for word in web(0).command]
    return Program(f"web-{number}", tuple(command))


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def _answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).status == 200
    except OSError:
        time.sleep(0.1)
        return False
