"""Production refuses to start with what is unsafe, and says everything that is at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heliograph.config.production import RULES
from heliograph.config.production.secrets import weakness
from heliograph.kit.env import Environment

STRONG = "b1TqQvYw0c8mZ2kXr7uNfHs5LpDa9eGj3iWoMx6R"
SOUND = {
    "HELIOGRAPH_PRODUCTION": "1",
    "HELIOGRAPH_SECRET_KEY": STRONG,
    "HELIOGRAPH_HOSTS": "signals.example.com",
    "HELIOGRAPH_HTTPS": "1",
    "HELIOGRAPH_PROXY": "*",
    "DATABASE_URL": f"postgres://heliograph:{STRONG}@db.example.com/heliograph?sslmode=verify-full",
    "REDIS_URL": f"rediss://heliograph:{STRONG}@redis.example.com/0",
    "HELIOGRAPH_BROKER_URL": f"rediss://heliograph:{STRONG}@redis.example.com/1",
}


def broken(**changed):
    """The settings of which something is said, where a sound environment is changed so."""
    environment = Environment({name: value for name, value in (SOUND | changed).items() if value})
    return sorted({str(one.obj) for rule in RULES for one in rule(environment)})


def heliograph(*words, env, home):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HELIOGRAPH_")}
    return subprocess.run(
        [Path(sys.executable).with_name("heliograph"), *words],
        env=clean | {"HELIOGRAPH_HOME": str(home)} | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_said_of_a_sound_environment():
    assert broken() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELIOGRAPH_SECRET_KEY", ""),
        ("HELIOGRAPH_SECRET_KEY", "too short"),
        ("HELIOGRAPH_SECRET_KEY", "ab" * 40),
        ("HELIOGRAPH_SECRET_KEY", f"changeme-{STRONG}"),
        ("HELIOGRAPH_POOL_TOKEN", "hunter2"),
        ("HELIOGRAPH_DEBUG", "1"),
        ("HELIOGRAPH_HOSTS", "*"),
        ("HELIOGRAPH_HOSTS", "127.0.0.1,localhost,[::1]"),
        ("HELIOGRAPH_HTTPS", "0"),
        ("HELIOGRAPH_PROXY", ""),
        ("HELIOGRAPH_PUBLIC_URL", "http://signals.example.com"),
        ("DATABASE_URL", f"postgres://heliograph:{STRONG}@10.0.0.7/heliograph"),
        ("DATABASE_URL", f"postgres://heliograph:{STRONG}@/heliograph?host=db&sslmode=prefer"),
        ("DATABASE_URL", "postgres://heliograph:heliograph@localhost/heliograph"),
        ("REDIS_URL", f"redis://:{STRONG}@10.0.0.8/0"),
        ("HELIOGRAPH_BROKER_URL", "rediss://redis.example.com/1"),
    ],
)
def test_what_is_unsafe_is_told_by_the_name_of_its_setting(name, value):
    assert broken(**{name: value}) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://heliograph@/heliograph?host=/run/postgresql"),
        ("DATABASE_URL", f"postgres://heliograph:{STRONG}@[::1]/heliograph"),
        ("REDIS_URL", "unix:///run/redis/redis.sock?db=0"),
        ("REDIS_URL", f"redis://:{STRONG}@127.0.0.1/0"),
        ("HELIOGRAPH_HOSTS", "localhost,.example.com"),
    ],
)
def test_what_stays_on_this_machine_needs_no_tls(name, value):
    assert broken(**{name: value}) == []


def test_a_key_of_hexadecimal_digits_is_strong_enough():
    assert weakness("9f86d081884c7d659a2feaa0c55ad015", shortest=32) is None


def test_check_tells_all_findings_at_once(tmp_path):
    wrong = {
        **SOUND,
        "HELIOGRAPH_SECRET_KEY": "",
        "HELIOGRAPH_DEBUG": "1",
        "HELIOGRAPH_NOTICE_DAYS": "many",
        "HELIOGRAPH_HOST": "signals.example.com",
    }
    (tmp_path / "key").write_text("short")
    (tmp_path / "key").chmod(0o644)
    wrong["HELIOGRAPH_SECRET_KEY_FILE"] = str(tmp_path / "key")

    done = heliograph("check", "--json", env=wrong, home=tmp_path)

    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(one["level"], one["setting"]) for one in told["findings"]] == [
        ("error", "HELIOGRAPH_NOTICE_DAYS"),
        ("error", "HELIOGRAPH_SECRET_KEY"),
        ("error", "HELIOGRAPH_DEBUG"),
        ("warning", "HELIOGRAPH_HOST"),
        ("warning", "HELIOGRAPH_SECRET_KEY_FILE"),
    ]
    assert all(one["remedy"] for one in told["findings"])


def test_a_worker_refuses_with_every_reason(tmp_path):
    wrong = SOUND | {
        "HELIOGRAPH_HTTPS": "0",
        "HELIOGRAPH_HOSTS": "*",
        "REDIS_URL": SOUND["HELIOGRAPH_BROKER_URL"],
    }

    done = heliograph("worker", env=wrong, home=tmp_path)

    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "HELIOGRAPH_HOSTS holds *",
        "HELIOGRAPH_HTTPS is off",
        "Broker and cache share a Redis database",
    ]


def test_the_web_server_refuses_for_good(tmp_path):
    words = [
        "-m",
        "gunicorn",
        "-c",
        "python:heliograph.config.gunicorn",
        "--bind",
        f"unix:{tmp_path}/web.sock",
    ]
    wrong = SOUND | {"HELIOGRAPH_HTTPS": "0", "HELIOGRAPH_HOME": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-P", *words, "heliograph.config.asgi:application"],
        env=os.environ | wrong,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "HELIOGRAPH_HTTPS is off" in done.stderr) == (3, True)
