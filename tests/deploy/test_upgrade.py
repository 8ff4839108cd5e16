"""The steps of an upgrade, with releases whose programs only write down what they are asked.

Real releases under load are the drill (`make drill NAME=upgrade`); test_succession.py has one take over.
"""

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from heliograph.kit.wait import wait_until

DEPLOY = Path(__file__).parents[2] / "deploy" / "heliograph-deploy"
OLD, GOOD, SICK = "0.1.0-aaaaaaaaaaaa", "0.2.0-bbbbbbbbbbbb", "0.3.0-sick00000000"
PROGRAM = """#!/bin/bash
root=$(dirname "$0")/../../../..
[[ $* == *--plan* || $1 == health || $1 == check || $1 == nodes ]] || echo "{name} $*" >>"$root/calls"
case "$*" in
    *--plan*) echo '{{"expand": [], "contract": [], "behind": []}}' ;;
    health*) echo '{{"state": "green"}}' ;;
    nodes*) echo '{{"items": []}}' ;;
    *--expand*) [[ ! -e $root/slow ]] || sleep 5 ;;
esac
"""
CONTROL = """#!/bin/bash
[[ $1 != names ]] || echo worker-1 beat
[[ $1 == names ]] || echo "$*" >>"$(dirname "$0")/calls"
"""
FORWARD = [f"{GOOD} migrate --expand", "reload-web", "restart worker-1", "restart beat"]


@pytest.fixture
def installed(tmp_path):
    """An installation with three releases, whose pages say what `current` leads to; runs its command."""
    for name in (OLD, GOOD, SICK):
        program = tmp_path / "releases" / name / ".venv/bin/heliograph"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM.format(name=name))
        program.chmod(0o755)
        (tmp_path / "releases" / name / ".complete").touch()
    (tmp_path / "current").symlink_to(tmp_path / "releases" / OLD)
    (tmp_path / "control").write_text(CONTROL)
    (tmp_path / "control").chmod(0o755)

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            name = (tmp_path / "current").resolve().name
            self.send_response(503 if name == SICK else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"release": name}).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        places = ("--root", tmp_path, "--etc", tmp_path / "etc", "--home", tmp_path)
        gate = ("--web", f"127.0.0.1:{server.server_port}", "--good", "2", "--seconds", "2")
        yield [*map(str, (sys.executable, DEPLOY, *places, *gate, "--control", tmp_path / "control"))]
        server.shutdown()
        thread.join()


def run(command, *words):
    done = subprocess.run([*command, *words, "--json"], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def calls(folder):
    file = folder / "calls"
    told = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return told


def test_a_release_is_taken_and_given_back_and_what_was_finished_stays(installed, tmp_path):
    code, told = run(installed, "upgrade", GOOD)
    assert (code, told["result"], calls(tmp_path)) == (0, "upgraded", FORWARD)
    code, told = run(installed, "rollback")
    assert (code, told["result"], (tmp_path / "current").resolve().name) == (0, "rolled back", OLD)
    assert calls(tmp_path) == ["reload-web", "restart worker-1", "restart beat"]

    run(installed, "upgrade", GOOD)
    assert run(installed, "finish")[1]["result"] == "finished"
    assert calls(tmp_path)[-1] == f"{GOOD} migrate --contract"
    code, said = run(installed, "rollback")
    assert (code, "is gone" in said) == (1, True)


def test_a_release_whose_pages_are_not_ready_is_taken_back_by_itself(installed, tmp_path):
    code, told = run(installed, "upgrade", SICK)

    assert (code, told["result"]) == (4, "rolled back")
    assert told["why"].startswith(f"The pages of {SICK} were not ready in 2 s: 503 ")
    assert (tmp_path / "current").resolve().name == OLD
    # Its programs were never touched.
    assert calls(tmp_path) == [f"{SICK} migrate --expand", "reload-web", "reload-web"]


def test_a_command_that_was_killed_goes_on_when_it_is_run_again(installed, tmp_path):
    (tmp_path / "slow").touch()
    with subprocess.Popen([*installed, "upgrade", GOOD], stderr=subprocess.DEVNULL) as process:
        assert wait_until(lambda: (tmp_path / "calls").exists(), seconds=60)
        assert run(installed, "rollback")[0] == 1
        process.kill()
    (tmp_path / "slow").unlink()
    assert run(installed, "upgrade", SICK)[1].startswith("heliograph-deploy: An upgrade to 0.2.0")

    code, told = run(installed, "upgrade", GOOD)
    assert (code, told["result"]) == (0, "upgraded")
    assert calls(tmp_path) == [FORWARD[0], *FORWARD]
