"""The embedded servers live exactly as long as someone uses them."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

import heliograph
from heliograph.kit.embedded import Home, connect
from heliograph.kit.embedded.connect import embedded, keeper_state
from heliograph.kit.embedded.home import refuse_if_full, write_whole
from heliograph.kit.errors import BadHome
from heliograph.kit.wait import wait_until
from tests.kit.processes import all_gone, kill, processes_of, user_of


@pytest.fixture
def folder():
    """A folder that the servers' account can walk into, as a real home is; pytest's own are root's alone."""
    made = Path(tempfile.mkdtemp(prefix="heliograph-test-"))
    made.chmod(0o711)
    yield made
    assert all_gone(made)
    shutil.rmtree(made)


def ask(url, question):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def make_table(url, name):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {name} AS SELECT 7 AS n")


def test_a_home_is_started_for_a_block_and_ended_after_it(folder):
    with connect(folder) as servers:
        redis.Redis.from_url(servers.redis_url).set("a", "1")
        assert ask(servers.database_url, "SELECT 40 + 2") == 42
        assert len(processes_of(folder)) >= 3

    assert all_gone(folder)


def test_what_was_stored_is_there_after_a_restart(folder):
    with embedded(Home.open(folder)) as urls:
        redis.Redis.from_url(urls["redis_url"]).set("a", "1")
        make_table(urls["database_url"], "kept")
    with embedded(Home.open(folder)) as urls:
        assert redis.Redis.from_url(urls["redis_url"]).get("a") == b"1"
        assert ask(urls["database_url"], "SELECT n FROM kept") == 7


def test_two_processes_share_the_servers_and_the_last_one_ends_them(folder):
    with user_of(folder) as first, user_of(folder) as second:
        assert first.first_line == second.first_line
        assert len([p for p in processes_of(folder) if "keeper" in " ".join(p.cmdline())]) == 1
        # The first has started the servers; they outlive it.
        kill(first.pid)
        first.wait()
        assert ask(second.first_line, "SELECT 1") == 1
        second.stdin.close()
        second.wait()
        assert all_gone(folder)


def test_no_server_survives_a_user_that_is_killed(folder):
    with user_of(folder) as user:
        assert len(processes_of(folder)) >= 4
        kill(user.pid)
        user.wait()
        assert all_gone(folder)


def test_no_server_survives_a_keeper_that_is_killed_and_the_next_start_recovers(folder):
    home = Home.open(folder)
    with user_of(folder) as user:
        make_table(user.first_line, "kept")
        kill(keeper_state(home)["keeper"])
        assert wait_until(lambda: len(processes_of(folder)) == 1, seconds=60)
    with connect(folder) as servers:
        assert ask(servers.database_url, "SELECT n FROM kept") == 7


@pytest.mark.parametrize("name", ["PostgreSQL", "Valkey"])
def test_a_server_that_dies_is_started_again(folder, name):
    home = Home.open(folder)
    with embedded(home) as urls:
        dead = keeper_state(home)["processes"][name]
        kill(dead)
        assert wait_until(lambda: keeper_state(home)["processes"][name] != dead, seconds=60)
        assert keeper_state(home)["restarts"] == {name: 1}
        assert ask(urls["database_url"], "SELECT 1") == 1
        assert redis.Redis.from_url(urls["redis_url"]).ping()


def test_two_homes_run_side_by_side(folder):
    with connect(folder / "a") as one, connect(folder / "b") as other:
        make_table(one.database_url, "mine")
        assert ask(other.database_url, "SELECT to_regclass('mine') IS NULL")


def test_stale_files_of_a_killed_server_do_not_stop_the_next_one(folder):
    home = Home.open(folder)
    with embedded(home):
        data = home.servers
    assert all_gone(folder)
    # The number of a process that is alive and has nothing to do with it.
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data / 'postgres'}\n")
    write_whole(home.state_file, json.dumps({"keeper": os.getpid()}))

    with embedded(home) as urls:
        assert ask(urls["database_url"], "SELECT 1") == 1


def test_a_path_that_is_too_long_for_a_socket_gets_a_short_one(folder):
    deep = folder / ("d" * 60) / ("e" * 60)
    with connect(deep) as servers:
        assert ask(servers.database_url, "SELECT 1") == 1
        assert str(deep) not in servers.database_url


def test_root_runs_the_servers_as_another_account_even_where_that_cannot_reach_the_home(tmp_path):
    tmp_path.chmod(0o700)
    with connect(tmp_path / "home") as servers:
        home = servers.home
        state = keeper_state(home)
        owners = {psutil.Process(pid).username() for pid in state["processes"].values()}
        moved = home.moved_servers
        assert ask(servers.database_url, "SELECT 1") == 1
    assert all_gone(home.path)
    if os.geteuid() == 0:
        assert owners == {state["account"]} != {"root"}
        shutil.rmtree(moved)
    else:
        assert (owners, state["account"], moved) == ({psutil.Process().username()}, None, None)


def test_a_home_of_a_newer_version_is_refused(tmp_path):
    Home.open(tmp_path)
    (tmp_path / "version").write_text("99.0.0")

    with pytest.raises(BadHome) as refused:
        Home.open(tmp_path)

    assert str(refused.value) == (
        f"{tmp_path} was last used by Heliograph 99.0.0, newer than this {heliograph.__version__}; "
        "install that release or choose another folder with --home."
    )


def test_a_folder_that_cannot_be_written_is_refused():
    with pytest.raises(BadHome) as refused:
        Home.open(Path("/proc/heliograph"))

    assert str(refused.value) == (
        "/proc/heliograph cannot be used as a home (No such file or directory); "
        "choose another folder with --home."
    )


def test_a_folder_without_room_is_refused(tmp_path):
    with pytest.raises(
        BadHome, match=r"MB free and needs 10000000000 MB; free some or choose another folder"
    ):
        refuse_if_full(tmp_path, needed=10**16)


def test_a_file_is_no_home(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(BadHome, match=r"cannot be used as a home \(File exists\)"):
        Home.open(tmp_path / "file")


def test_the_secret_is_made_once_and_private(tmp_path):
    first = Home.open(tmp_path).secret_file.read_text()

    again = Home.open(tmp_path).secret_file
    assert (again.read_text(), again.stat().st_mode & 0o777, len(first) > 40) == (first, 0o600, True)
