"""One file holds an installation and gives it back; what is wrong is said before anything is touched."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

import heliograph as package
from heliograph.backup.file import reading, write
from heliograph.backup.manifest import Manifest
from heliograph.backup.restore import unpack, without_foreign_options
from heliograph.kit.embedded import Home
from heliograph.kit.wait import wait_until
from tests.cli.conftest import refused, run_apart

SAMPLE = Path(package.__file__).parent / "samples/eurusd_1h.parquet"
PASSPHRASE = "HELIOGRAPH_BACKUP_PASSPHRASE"


@pytest.fixture(scope="module")
def folder():
    """A folder that the servers' account can reach; all servers in it have ended afterwards."""
    made = Path(tempfile.mkdtemp(prefix="heliograph-backup-"))
    made.chmod(0o711)
    yield made
    for home in made.iterdir():
        if (home / "keeper.lock").exists():
            assert wait_until(lambda home=home: not Home(home).lock("keeper").is_taken(), seconds=60)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def home(folder):
    """A home with candles of one instrument, and an upload."""
    made = folder / "home"
    assert run_apart("import", SAMPLE, "--home", made).code == 0
    (made / "uploads/7").mkdir(parents=True)
    (made / "uploads/7/candles.csv").write_text("time,open\n")
    return made


@pytest.fixture(scope="module")
def sealed(home, folder):
    """A backup that only the passphrase opens."""
    file = folder / "sealed.backup"
    done = run_apart("backup", file, "--home", home, "--json", env={**os.environ, PASSPHRASE: "quite long"})
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["tables"]["candle"]["rows"] > 5_000
    return file


@pytest.fixture(scope="module")
def plain(sealed, folder):
    """The same, unsealed; its parts lie beside it."""
    parts = folder / "parts"
    parts.mkdir()
    found = unpack(sealed, parts, passphrase="quite long")
    file = folder / "plain.backup"
    write(file, found.manifest, {one.name: parts / one.name for one in found.manifest.parts}, passphrase=None)
    return file


def test_an_installation_comes_back_with_all_its_rows_files_and_its_key(home, sealed, folder):
    back = folder / "back"
    env = {**os.environ, PASSPHRASE: "quite long"}
    done = run_apart("restore", sealed, "--home", back, env=env)
    assert done.code == 0, done.err
    assert done.out.startswith("Restored ")

    assert (back / "secret.key").read_text() == (home / "secret.key").read_text()
    assert (back / "uploads/7/candles.csv").read_text() == "time,open\n"
    series = [run_apart("coverage", "--json", "--home", one).out for one in (home, back)]
    assert json.loads(series[0])["items"]
    assert series[0] == series[1]
    held = json.loads(run_apart("notices", "quarantine", "show", "--json", "--home", back).out)
    assert held["reason"].startswith("Restored from a backup of 20")
    again = run_apart("restore", sealed, "--home", back, env=env)
    assert refused(again) == f"{back} is not empty; restore into a folder that is, and change over then."


def test_verify_tries_what_it_says(sealed, heliograph, monkeypatch):
    assert "is sealed; set HELIOGRAPH_BACKUP_PASSPHRASE" in refused(heliograph("verify", sealed))
    monkeypatch.setenv(PASSPHRASE, "another")
    assert "the passphrase is another one" in refused(heliograph("verify", sealed))
    monkeypatch.setenv(PASSPHRASE, "quite long")
    tried = heliograph("verify", "--restore", sealed)
    assert tried.code == 0, tried.err
    assert "restores, and all rows are there" in tried.out


def test_a_file_that_was_changed_or_cut_off_is_refused_and_no_home_is_made(plain, folder, heliograph):
    whole, harmed = plain.read_bytes(), folder / "harmed.backup"
    assert heliograph("verify", plain).code == 0
    for number in range(12):
        at = len(whole) * (2 * number + 1) // 26
        harmed.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        refused(heliograph("verify", harmed))
        harmed.write_bytes(whole[:at])
        refused(heliograph("verify", harmed))
    wanted = folder / "never"
    refused(heliograph("restore", harmed, "--home", wanted))
    assert not wanted.exists()


def test_what_is_no_backup_or_of_a_later_release_is_refused(plain, folder, heliograph):
    other = folder / "other.backup"
    other.write_bytes(b"PK\x03\x04 something else" * 100)
    assert "is no backup of Heliograph" in refused(heliograph("verify", other))
    assert "cannot be read (No such file" in refused(heliograph("verify", folder / "none"))

    with reading(plain, passphrase=None) as found:
        facts = json.loads(found.manifest.to_json())
    facts["migrations"].append("signals.9999_of_tomorrow")
    later = Manifest.from_json(json.dumps(facts).encode(), name="later")
    write(other, later, {one.name: folder / "parts" / one.name for one in later.parts}, passphrase=None)
    sentence = refused(heliograph("restore", other, "--home", folder / "never"))
    assert "whose tables this release does not know (signals.9999_of_tomorrow)" in sentence
    assert not (folder / "never").exists()


def test_options_of_columns_that_only_another_build_knows_are_left_out():
    """PostgreSQL 15.20 of Debian dumps them."""
    kept = (
        b"CREATE TABLE public.a (\n    id bigint NOT NULL\n);\n"
        b"ALTER TABLE ONLY public.a ALTER COLUMN id SET STATISTICS 100;\n"
        b"ALTER TABLE ONLY public.a ALTER COLUMN id SET (n_distinct=5);\n"
    )
    foreign = b"ALTER TABLE ONLY public.a ALTER COLUMN id SET (pg_attver='1');\n"
    assert without_foreign_options(kept + foreign) == kept
