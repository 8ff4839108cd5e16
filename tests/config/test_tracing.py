"""Faults go to Sentry and spans to a collector, without secrets and only where they are asked for."""

import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CANARY = "Canary7Wq9pLx3Vt8Zr5Nc"
WORK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
import django
django.setup()
import logging
import sys
from heliograph.kit.spans import span
log = logging.getLogger("heliograph.web")
canary = os.environ["HELIOGRAPH_SECRET_KEY"]
if "strangers" in sys.argv:
    # redis looks itself whether the rest of OpenTelemetry is installed.
    print(sorted(sys.modules.keys() & {"sentry_sdk", "opentelemetry.exporter"}))
    sys.exit()
log.info("asked %s", canary)
with span("GET", request_id="r-12345678"):
    try:
        raise ValueError(f"no answer from https://ann:pass-word@host/?token=t0ken with {canary}")
    except ValueError:
        log.exception("It failed for Bearer abcdefgh12345678")
import sentry_sdk
sentry_sdk.flush(30)
"""


@pytest.fixture
def receiver():
    """Sentry and collector in one: its address, and what was posted to which path."""
    got = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers.get("Content-Encoding") == "gzip"
            got.append((self.path, gzip.decompress(body) if zipped else body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", got
        server.shutdown()
        thread.join()


def run(*words, **env):
    env = {"HELIOGRAPH_SECRET_KEY": CANARY, "DATABASE_URL": "postgres://a@/x?host=/nowhere"} | env
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.run(
        [sys.executable, "-c", WORK, *words], env=clean | env, capture_output=True, text=True, check=True
    )


def test_faults_and_spans_arrive_without_secrets(receiver):
    address, got = receiver

    run(HELIOGRAPH_SENTRY_DSN=f"http://public@{address}/1", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{address}")

    faults = b"".join(body for path, body in got if path == "/api/1/envelope/")
    assert b"no answer from https://ann:[hidden]@host/?token=[hidden] with [hidden]" in faults
    assert b"It failed for Bearer [hidden]" in faults
    spans = b"".join(body for path, body in got if path == "/v1/traces")
    assert b"r-12345678" in spans
    assert b"heliograph" in spans
    everything = b"".join(body for _, body in got)
    assert not any(
        one in everything for one in (CANARY.encode(), b"pass-word", b"t0ken", b"abcdefgh12345678")
    )


def test_neither_is_loaded_where_nobody_asks_for_it():
    assert run("strangers").stdout.strip() == "[]"
