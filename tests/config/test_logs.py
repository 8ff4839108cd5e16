"""A web process says what it does in lines of JSON, by the id of the request, and keeps secrets to itself."""

import http.client
import json
import os
import socket
import subprocess
import sys

import pytest

from heliograph.config.hidden import secrets_of
from heliograph.kit.wait import wait_until

CANARY = "Canary7Wq9pLx3Vt8Zr5Nc"


class Line(http.client.HTTPConnection):
    """HTTP by a socket of Unix."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A socket on which the web application answers, and the file that it logs to."""
    home = tmp_path_factory.mktemp("web")
    path, log = home / "web.sock", home / "web.log"
    words = ["-m", "gunicorn", "-c", "python:heliograph.config.gunicorn", "--bind", f"unix:{path}"]
    env = {
        "HELIOGRAPH_HOME": str(home),
        "HELIOGRAPH_SECRET_KEY": CANARY,
        "HELIOGRAPH_POOL_TOKEN": CANARY[::-1],
        "DATABASE_URL": f"postgres://ann:{CANARY.lower()}@127.0.0.1:1/nowhere",
        "HELIOGRAPH_LOG_FORMAT": "json",
        "HELIOGRAPH_LOG_FILE": str(log),
        "HELIOGRAPH_ACCESS_LOG": "1",
    }
    command = [sys.executable, "-P", *words, "heliograph.config.asgi:application"]
    with (home / "out").open("wb") as out:
        process = subprocess.Popen(command, env=os.environ | env, cwd=home, stdout=out, stderr=out)
    try:
        assert wait_until(lambda: answers(path), seconds=60)
        yield path, log
    finally:
        process.terminate()
        process.wait(60)
    assert CANARY.lower() not in ((home / "out").read_text() + log.read_text()).lower()


def answers(path):
    """Whether anybody listens on that socket."""
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(path)) == 0


def ask(path, address, **headers):
    line = Line(path)
    line.request("GET", address, headers=headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def of(log, request_id):
    """What was told of a request, in whole lines."""
    lines = log.read_text().rpartition("\n")[0].splitlines()
    return [one for one in map(json.loads, lines) if one.get("request_id") == request_id]


def test_a_request_keeps_the_id_that_it_came_with(web):
    path, log = web

    answer = ask(
        path,
        f"/healthz?token={CANARY}",
        **{"X-Request-ID": "from-nginx-1", "Authorization": f"Bearer {CANARY}"},
    )

    assert (answer.status, answer.getheader("X-Request-ID")) == (200, "from-nginx-1")
    assert wait_until(lambda: of(log, "from-nginx-1"), seconds=60)
    (line,) = of(log, "from-nginx-1")
    assert (line["logger"], line["level"]) == ("uvicorn.access", "INFO")
    assert "GET /healthz?token=[hidden]" in line["message"]


def test_an_id_that_is_none_is_replaced(web):
    path, _ = web

    given = ask(path, "/healthz", **{"X-Request-ID": 'a b"},{'}).getheader("X-Request-ID")

    assert len(given) == 32
    assert int(given, 16)


def test_a_fault_is_told_in_the_line_of_its_request(web):
    path, log = web

    # The database is away.
    status = ask(path, f"/account/enter/{CANARY}", **{"X-Request-ID": "asks-for-rows"}).status

    assert status >= 500
    assert wait_until(
        lambda: any("OperationalError" in one.get("exception", "") for one in of(log, "asks-for-rows")),
        seconds=60,
    )


def test_secrets_are_what_is_declared_one_and_what_is_named_like_one(tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    found = secrets_of(
        {
            "HELIOGRAPH_SECRET_KEY_FILE": str(tmp_path / "key"),
            "REDIS_URL": "rediss://h:p%2Fw@cache/0",
            "HELIOGRAPH_BINANCE_KEY": "of a venue",
            "DISCORD_TOKEN": "of a channel",
            "DATABASE_URL": "postgres://heliograph:heliograph@/x",
            "HELIOGRAPH_HOSTS": "signals.example.com",
        }
    )
    assert found == ["from a file", "of a channel", "of a venue", "p/w"]
