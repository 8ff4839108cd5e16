"""A real Prometheus scrapes a web process, and what it finds reaches a real Alertmanager."""

import json
import re
import socket
import subprocess
import urllib.request
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode

import pytest
import yaml

from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.monitor.take import keep_look
from tests.monitor.looking import GROUND
from tests.monitor.programs import program
from tests.monitor.test_rules import FILES, SHOWN
from tests.web.streaming import SOON, new_secret, served

QUICKLY = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "200ms"}


def free_ports(number):
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        lines = [stack.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(number)]
        return [line.getsockname()[1] for line in lines]


@contextmanager
def running(name, *options, log):
    """A program until the end of the block."""
    with (
        log.open("wb") as said,
        subprocess.Popen([program(name), *options], stdout=said, stderr=said, cwd=log.parent) as process,
    ):
        try:
            yield
        finally:
            process.kill()


def asked(port, path, **words):
    """What a program answers as JSON; None while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}?{urlencode(words)}", timeout=5) as answer:
            return json.load(answer)
    except (URLError, OSError):
        return None


def write_files(folder, *, web, alertmanager):
    """The shipped files, with other addresses and short times."""
    (folder / "token").write_text(new_secret("viewer"))
    described = yaml.safe_load((FILES / "prometheus.yml").read_text())
    described["global"] |= QUICKLY
    described["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager}"]
    (scrape,) = described["scrape_configs"]
    scrape["static_configs"][0]["targets"] = [f"127.0.0.1:{web}"]
    scrape["authorization"]["credentials_file"] = str(folder / "token")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(described))
    rules = (FILES / "rules.yml").read_text()
    (folder / "rules.yml").write_text(re.sub(r"\bfor: \w+", "for: 0s", rules))
    (folder / "alertmanager.yml").write_text((FILES / "alertmanager.yml").read_text())


@pytest.mark.django_db(transaction=True)
def test_a_scraped_fault_fires_and_reaches_alertmanager(tmp_path):
    prometheus, alertmanager = free_ports(2)
    keep_look(replace(GROUND, at=utc_now(), redis_url="unix:///not/there.sock", folder=Path("/")))
    with served() as web, ExitStack() as stack:
        write_files(tmp_path, web=web.port, alertmanager=alertmanager)
        for name, port, options in (
            ("prometheus", prometheus, [f"--storage.tsdb.path={tmp_path}/data"]),
            (
                "prometheus-alertmanager",
                alertmanager,
                [f"--storage.path={tmp_path}/silences", "--cluster.listen-address="],
            ),
        ):
            configuration = f"--config.file={tmp_path}/{name.removeprefix('prometheus-')}.yml"
            address = f"--web.listen-address=127.0.0.1:{port}"
            stack.enter_context(running(name, configuration, address, *options, log=tmp_path / f"{name}.log"))

        def told():
            alerts = asked(alertmanager, "/api/v2/alerts") or []
            return {one["labels"]["alertname"]: one for one in alerts}

        assert wait_until(lambda: "HeliographRedisDown" in told(), seconds=SOON, every=0.05), [
            path.read_text()[-2000:] for path in tmp_path.glob("*.log")
        ]
        alert = told()["HeliographRedisDown"]
        assert alert["labels"]["severity"] == "critical"
        assert alert["annotations"]["summary"] == "Redis does not answer"
        # All that the dashboard asks for can be asked for.
        for expression in SHOWN:
            answer = asked(prometheus, "/api/v1/query", query=expression.replace("$job", "heliograph"))
            assert answer["status"] == "success"
        (up,) = asked(prometheus, "/api/v1/query", query='up{job="heliograph"}')["data"]["result"]
        assert up["value"][1] == "1"
        score = asked(prometheus, "/api/v1/query", query='heliograph_health_score{job="heliograph"}')
        assert float(score["data"]["result"][0]["value"][1]) <= 25
