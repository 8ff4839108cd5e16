"""`heliograph capacity --calibrate` measures in a database of its own, which it removes again."""

import json

import psycopg
import pytest

from heliograph.workers.calibrate import TABLES

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = ("capacity", "--instruments", 100, "--strategies", 1, "--timeframe", "5m", "--json")


@pytest.fixture
def calibrated(servers, monkeypatch):
    """What the measuring process needs to find the database."""
    monkeypatch.setenv("DATABASE_URL", servers["database_url"])
    monkeypatch.setenv("REDIS_URL", servers["redis_url"])
    monkeypatch.setenv("HELIOGRAPH_SECRET_KEY", "only for tests")
    return servers["database_url"]


def test_what_is_measured_is_kept_in_the_home_and_nothing_in_the_database(heliograph, calibrated, tmp_path):
    first = heliograph(*WORDS, "--calibrate", "--home", tmp_path)

    assert first.code == 0, first.err
    kept = json.loads((tmp_path / "calibration.json").read_text())
    told = json.loads(first.out)
    assert kept["bytes_per_row"].keys() == TABLES.keys()
    assert all(size > 0 for size in kept["bytes_per_row"].values())
    assert kept["step_s"] >= 0
    assert kept["instrument_s"] >= 0
    assert kept["step_s"] + kept["instrument_s"] > 0
    assert min(kept["start_s"], kept["process_bytes"], kept["state_bytes"]) > 0
    assert told["workers"] == 1
    assert told["assumptions"][-1].endswith(f"were measured on this machine at {kept['at']}.")
    with psycopg.connect(calibrated) as session:
        left = session.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE '%calibration%'"
        ).fetchall()
    assert left == []
    # The next time what is kept counts.
    assert json.loads(heliograph(*WORDS, "--home", tmp_path).out)["assumptions"] == told["assumptions"]
    assert json.loads((tmp_path / "calibration.json").read_text()) == kept


def test_a_database_that_lets_nobody_measure_is_one_sentence(heliograph, calibrated, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    answer = heliograph(*WORDS, "--calibrate", "--home", tmp_path)

    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("The calibration failed: ")
    assert "Traceback" not in answer.err
    assert not (tmp_path / "calibration.json").exists()
