"""The configuration of nginx, rendered as install.sh does and run before pages of a few lines."""

import os
import re
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from heliograph.kit.wait import wait_until

DEPLOY = Path(__file__).parents[2] / "deploy"
PARTS = ("nginx", "curl", "openssl")
lacking = [part for part in PARTS if not shutil.which(part, path=f"{os.environ['PATH']}:/usr/sbin")]
pytestmark = pytest.mark.skipif(
    bool(lacking) and "CI" not in os.environ, reason=f"There is no {', '.join(lacking)} here."
)
RENDER = """
set -euo pipefail
DRY_RUN=0 DRAINED='10.0.0.3:8420' DOMAIN=signals.test IPV6='#' UPLOAD_MB=12 REQUESTS_PER_SECOND=50
CERTIFICATE=$1/cert.pem KEY=$1/key.pem RELEASE=$1/release
. lib/say.sh; . lib/render.sh
WEB_SERVERS=$(web_servers "unix:$1/web.sock=2" 10.0.0.3:8420)
render nginx/heliograph.conf DOMAIN IPV6 UPLOAD_MB REQUESTS_PER_SECOND CERTIFICATE KEY RELEASE WEB_SERVERS
"""
MAIN = """
{1}error_log {0}/error.log; pid {0}/pid; daemon off; worker_processes 1;
events {{ worker_connections 64; }}
http {{ include /etc/nginx/mime.types; access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p;
        fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s; include {0}/site.conf; }}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with certificate, one file of a release, and the configuration on sockets instead of ports."""
    made = tmp_path_factory.mktemp("nginx")
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=signals.test -addext"
    names = [*words.split(), "subjectAltName=DNS:signals.test"]
    subprocess.run(
        [*names, "-keyout", "key.pem", "-out", "cert.pem"], cwd=made, check=True, capture_output=True
    )
    assets = made / "release/src/heliograph/web/static/dist/assets"
    assets.mkdir(parents=True)
    (assets / "page-1a2b.js").write_text("x" * 5000)
    site = subprocess.run(
        ["bash", "-c", RENDER, "_", made], cwd=DEPLOY, check=True, capture_output=True, text=True
    )
    assert "server 10.0.0.3:8420 weight=1 max_fails=3 fail_timeout=10s down;" in site.stdout
    text = re.sub(r"listen (80|443)\b", rf"listen unix:{made}/\1.sock", site.stdout)
    (made / "site.conf").write_text(text.replace("/var/log/nginx", str(made)))
    (made / "nginx.conf").write_text(MAIN.format(made, "user root; " if os.geteuid() == 0 else ""))
    return made


@pytest.fixture(scope="module")
def nginx(folder):
    """A running nginx; `pages` answer behind it."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    command = [program, "-c", folder / "nginx.conf", "-p", folder]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert (tried.returncode, "warn" in tried.stderr) == (0, False), tried.stderr
    with pages(folder / "web.sock"), subprocess.Popen(command) as process:
        try:
            assert wait_until(lambda: (folder / "443.sock").exists(), seconds=60)
            yield folder
        finally:
            process.terminate()


@contextmanager
def pages(where):
    """Answers each request with what was asked; that for events stays open after its first word."""
    with socket.socket(socket.AF_UNIX) as listener, ThreadPoolExecutor() as pool:
        listener.bind(str(where))
        listener.listen()

        def serve():
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                pool.submit(answer, line)

        pool.submit(serve)
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def answer(line):
    with line:
        line.settimeout(60)
        asked = line.recv(65536)
        if b" /api/v1/events " in asked.split(b"\r\n")[0]:
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n")
            line.recv(1)
            return
        start, _, rest = asked.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", start)
        left = int(length[1]) - len(rest) if length else 0
        while left > 0:
            left -= len(line.recv(65536))
        body = start * 20
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Frame-Options: DENY\r\n"
        line.sendall(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


def curl(folder, *words, path="/", port=443):
    scheme = "https" if port == 443 else "http"
    command = ["curl", "-sS", "--max-time", "60", "--unix-socket", folder / f"{port}.sock", *words]
    command += ["--cacert", folder / "cert.pem", f"{scheme}://signals.test{path}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def headers(text):
    """Names and values, each in a list of all that came."""
    found = {}
    for line in text.splitlines()[1:]:
        name, _, value = line.partition(": ")
        found.setdefault(name.lower(), []).append(value)
    return found


def test_pages_come_by_http_2_compressed_and_each_header_once(nginx):
    said = curl(nginx, "--http2", "--compressed", "-o", nginx / "body", "-D", "-")
    got = headers(said.stdout)

    assert said.stdout.startswith("HTTP/2 200"), said.stderr
    assert (got["content-encoding"], got["x-frame-options"]) == (["gzip"], ["DENY"])
    assert got["strict-transport-security"] == ["max-age=31536000"]
    assert (len(got["x-request-id"]), len(got["content-security-policy"])) == (1, 1)
    told = (nginx / "body").read_text()
    assert "X-Forwarded-Proto: https" in told
    assert f"X-Request-ID: {got['x-request-id'][0]}" in told


def test_plain_http_leads_to_https_and_other_names_lead_nowhere(nginx):
    said = curl(nginx, "-D", "-", path="/x?y=1", port=80)
    assert headers(said.stdout)["location"] == ["https://signals.test/x?y=1"]
    assert curl(nginx, "-H", "Host: other.test", port=80).returncode == 52


def test_old_tls_is_refused(nginx):
    assert curl(nginx, "--tls-max", "1.1").returncode == 35


def test_files_of_the_release_may_be_kept_for_ever(nginx):
    got = headers(curl(nginx, "-I", path="/static/dist/assets/page-1a2b.js").stdout)
    assert got["cache-control"] == ["max-age=315360000", "public, immutable"]
    assert got["x-content-type-options"] == ["nosniff"]


def test_events_come_through_while_their_answer_is_still_open(nginx):
    command = ["curl", "-sSN", "--unix-socket", nginx / "443.sock", "--cacert", nginx / "cert.pem"]
    with subprocess.Popen(
        [*command, "https://signals.test/api/v1/events"], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout.readline() == b"data: first\n"
        finally:
            process.kill()


def test_a_body_that_is_too_large_is_refused_where_it_may_be_large_only_for_uploads(nginx):
    large = nginx / "large"
    large.write_bytes(b"0" * 11_600_000)
    code = ("-o", nginx / "body", "-w", "%{http_code}", "-H", "Expect:", "--data-binary", f"@{large}")
    assert curl(nginx, *code, path="/api/v1/channels").stdout == "413"
    assert curl(nginx, *code, path="/api/v1/imports").stdout == "200"


def test_the_secrets_of_the_watching_stay_within(nginx):
    assert curl(nginx, "-o", nginx / "body", "-w", "%{http_code}", path="/metrics").stdout == "403"
