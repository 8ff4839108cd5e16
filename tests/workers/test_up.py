"""One command runs everything, starts again what dies, and ends without a trace."""

import json
import signal
import socket
import urllib.request
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode

import psycopg
import pytest

from benchmarks.drills.parts.databases import url_of
from benchmarks.parts.entered import Visitor
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import keeper_state
from heliograph.kit.wait import wait_until
from heliograph.workers.programs import Options
from heliograph.workers.supervisor import read_state
from heliograph.workers.up import AlreadyUp, PortTaken, down, logs, up
from tests.kit.processes import all_gone, kill
from tests.workers.running import fetch, home_folder, said, up_process, wait_until_ready


@pytest.fixture(scope="module")
def running():
    """A Heliograph with its sample: the home, the process of `up` and its state when it was ready."""
    with home_folder() as home, up_process(home) as process:
        state = wait_until_ready(home, process)
        yield home, process, state


def query(home, question):
    with psycopg.connect(keeper_state(Home(home))["database_url"]) as connection:
        return connection.execute(question).fetchone()[0]


def position(home):
    return query(home, "SELECT position FROM market_replay WHERE sample = 'eurusd'")


def test_it_says_what_it_does_and_shows_pages_before_the_sample_is_ready(running):
    home, _, state = running

    words = said(home)
    assert words[:3] == [f"Home is {home}", "PostgreSQL and Valkey run", words[2]]
    assert words[2].startswith("Tables made ready")
    assert f"Open {state['link']}" in words
    assert (
        "That link signs you in, once and within the hour; `heliograph person link` prints another" in words
    )
    assert any(line.startswith("Sample loaded") for line in words)
    assert fetch(state, "/healthz") == 200


def test_the_printed_link_signs_the_owner_in_once_and_nobody_else_gets_in(running):
    _, _, state = running
    owner = Visitor(state)
    assert b'<b title="admin">owner</b>' in owner.read("/")
    assert json.loads(owner.read("/api/v1/strategies"))["items"]

    stranger = Visitor({"address": state["address"]})
    assert b"<h1>Sign in</h1>" in stranger.read("/")
    for again, status in ((lambda: stranger.read("/api/v1/strategies"), 401), (lambda: Visitor(state), 410)):
        with pytest.raises(HTTPError) as refused:
            again()
        with refused.value as answer:
            assert answer.code == status


def test_what_a_client_says_of_its_own_address_is_not_believed(running):
    home, _, state = running
    request = urllib.request.Request(
        f"{state['address']}/account/login/", headers={"X-Forwarded-For": "198.51.100.9"}
    )
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    opener.open(request, timeout=30).close()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    request.data = urlencode({"login": "zoe", "password": "a guess", "csrfmiddlewaretoken": token}).encode()
    opener.open(request, timeout=30).close()

    came_from = query(
        home, "SELECT details ->> 'from' FROM accounts_auditentry WHERE action = 'sign-in.failed'"
    )
    assert came_from == "127.0.0.1"


def test_a_second_up_on_the_same_home_says_where_the_first_one_is(running):
    home, _, state = running

    with pytest.raises(AlreadyUp) as refused:
        up(Options(home=home, port=0), say=print)

    assert str(refused.value) == f"Heliograph is up in {home} already, at {state['address']}."


def test_the_replay_arrives_bar_by_bar(running):
    home, _, _ = running
    before = position(home)

    assert wait_until(lambda: position(home) > before, seconds=60)


@pytest.mark.parametrize("name", ["worker", "outside", "beat", "web"])
def test_a_child_that_dies_is_started_again_visibly(running, name):
    home, _, _ = running
    dead = read_state(Home(home))["children"][name]
    kill(dead)

    def again():
        return read_state(Home(home))["children"][name] not in {dead, None}

    assert wait_until(again, seconds=60)
    assert (
        f"{name} was killed by signal 9; it is started again in 1 s, its log is {home}/logs/{name}.log"
        in said(home)
    )
    assert wait_until(lambda: f"{name} is started again" in said(home), seconds=60)


def test_the_timetable_goes_on_after_its_holder_died(running):
    home, _, _ = running
    kill(read_state(Home(home))["children"]["beat"])
    epoch = query(home, "SELECT epoch FROM workers_lease WHERE name = 'beat'")

    assert wait_until(lambda: query(home, "SELECT epoch FROM workers_lease") > epoch, seconds=60)
    before = position(home)
    assert wait_until(lambda: position(home) > before, seconds=60)


def test_logs_are_shown_with_the_name_of_their_program(running):
    home, _, _ = running
    lines = []

    logs(home, follow=False, say=lines.append)

    assert {line.split("|")[0].strip() for line in lines} >= {"web", "worker", "beat", "servers"}


def test_a_stop_loses_nothing_and_a_kill_leaves_no_child():
    with home_folder() as home:
        with up_process(home) as first:
            wait_until_ready(home, first)
            first.send_signal(signal.SIGINT)
            assert first.wait(30) == 0
            assert said(home)[-2:] == ["Ending", "Ended"]
        assert all_gone(home)

        with up_process(home) as second:
            wait_until_ready(home, second)
            start = position(home)
            assert wait_until(lambda: position(home) > start, seconds=60)
            reached = position(home)
            kill(second.pid)
            second.wait()
        assert all_gone(home)

        with up_process(home) as third:
            wait_until_ready(home, third)
            assert position(home) >= reached
            assert query(home, "SELECT count(*) FROM market_replay") == 2
            assert down(home, say=lambda _: None) is True
        assert down(home, say=lambda _: None) is False


def test_a_database_of_ones_own_is_used_and_only_valkey_started(servers):
    with psycopg.connect(url_of(servers["database_url"], "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE of_ones_own")
    own = url_of(servers["database_url"], "of_ones_own")

    with home_folder() as home, up_process(home, database_url=own, sample=False) as process:
        state = wait_until_ready(home, process)
        assert said(home)[1] == "Valkey runs; PostgreSQL is the one named in the environment"
        assert fetch(state, "/healthz") == 200
        with psycopg.connect(own) as connection:
            assert connection.execute("SELECT count(*) FROM market_replay").fetchone() == (0,)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_taken_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            up(Options(home=tmp_path, port=port), say=lambda _: None)

    assert str(refused.value) == (
        f"127.0.0.1 port {port} cannot be used (Address already in use); choose another with --port."
    )


def test_where_others_can_reach_it_the_link_makes_the_first_admin_by_a_password(servers):
    with psycopg.connect(url_of(servers["database_url"], "postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE within_reach")
    own = url_of(servers["database_url"], "within_reach")

    with home_folder() as home, up_process(home, database_url=own, sample=False, host="0.0.0.0") as process:
        state = wait_until_ready(home, process)
        assert "That link makes you the admin, once and within a day: choose a name and a password" in said(
            home
        )
        assert b"Be the first admin" in Visitor(state).read(state["link"].removeprefix(state["address"]))
        with psycopg.connect(own) as connection:
            assert connection.execute("SELECT count(*) FROM accounts_person").fetchone() == (0,)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
