"""Workers and leaders do not start where work could be lost."""

import os
import subprocess
import sys

import pytest

SHARED = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize("program", ["worker", "beat"])
def test_a_program_ends_with_a_sentence_where_the_settings_are_unsafe(program):
    env = {
        **os.environ,
        "DATABASE_URL": "postgres://heliograph@/heliograph?host=/nowhere",
        "REDIS_URL": SHARED,
        "HELIOGRAPH_BROKER_URL": SHARED,
        "HELIOGRAPH_SECRET_KEY": "only for tests",
    }
    command = [sys.executable, "-m", "celery", "-A", "heliograph.workers.app", program]

    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "Broker and cache share a Redis database" in done.stderr
