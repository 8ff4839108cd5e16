"""Archives are copied elsewhere, and come back: through a store that speaks S3 over TLS, and in a folder."""

import json
import os
import threading

import boto3
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from heliograph.backup.archive.place import Archive
from tests.backup.test_archive import EXAMPLE, FIRST
from tests.certificates import make_authority

BIG = os.urandom(1 << 20) * 17


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The settings of a store whose certificate is of an authority of its own, with a bucket."""
    authority, certificate, key = make_authority(tmp_path_factory.mktemp("tls"), "127.0.0.1")
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=(str(certificate), str(key)))
    thread = threading.Thread(target=server.serve_forever, name="store")
    thread.start()
    settings = {
        "HELIOGRAPH_S3_ENDPOINT": f"https://127.0.0.1:{server.server_port}",
        "HELIOGRAPH_S3_KEY_ID": "backup",
        "HELIOGRAPH_S3_SECRET": "only for tests",
        "HELIOGRAPH_S3_CA": str(authority),
    }
    client = boto3.client(
        "s3",
        endpoint_url=settings["HELIOGRAPH_S3_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id="backup",
        aws_secret_access_key="only for tests",
        verify=str(authority),
    )
    client.create_bucket(Bucket="backups")
    yield settings
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def archive(tmp_path):
    """An archive with a base backup that goes in parts, and one file of the log."""
    made = Archive(tmp_path / "archive")
    made.prepare()
    made.base_file(EXAMPLE).write_bytes(BIG)
    (made.bases_folder / f"{EXAMPLE.name}.json").write_text(EXAMPLE.to_json())
    (made.log_folder / FIRST).write_bytes(b"log")
    (made.log_folder / ".half.part").write_bytes(b"lo")
    return made


def files(folder):
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and one.parent != folder and not one.name.startswith(".")
    }


@pytest.mark.parametrize("kind", ["store", "folder", "rsync"])
def test_all_of_it_goes_there_once_and_comes_back_as_it_was(
    kind, store, archive, tmp_path, heliograph, monkeypatch
):
    for name, value in store.items():
        monkeypatch.setenv(name, value)
    there = tmp_path / "there"
    place = {"store": "s3://backups/desk", "folder": there, "rsync": f"{os.path.relpath(there)}/"}[kind]
    asked = ("archive", "copy", "--archive", archive.folder, "--to", place, "--json")
    first = heliograph(*asked)
    assert first.code == 0, first.err
    if kind == "rsync":
        assert files(there) == files(archive.folder)
        return
    assert json.loads(first.out)["files"] == 3
    assert json.loads(heliograph(*asked).out)["files"] == 0

    back = Archive(tmp_path / "back")
    words = ("archive", "copy", "--back", "--archive", back.folder, "--to", place, "--json")
    assert json.loads(heliograph(*words).out) == {"files": 3}
    assert files(back.folder) == files(archive.folder)
    assert back.bases() == [EXAMPLE]


def test_a_store_whose_authority_is_unknown_gets_nothing_and_the_failure_is_kept(
    store, archive, heliograph, monkeypatch
):
    for name, value in store.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HELIOGRAPH_S3_CA")
    asked = ("archive", "copy", "--archive", archive.folder, "--to", "s3://backups/other")
    for failures in (1, 2):
        refused = heliograph(*asked)
        assert refused.code == 1
        assert "certificate verify failed" in refused.err.lower()
        kept = json.loads((archive.folder / "copied.json").read_text())
        assert (kept["failures"], kept["good_at"]) == (failures, None)
    monkeypatch.setenv("HELIOGRAPH_S3_CA", store["HELIOGRAPH_S3_CA"])
    assert heliograph(*asked).code == 0
    kept = json.loads((archive.folder / "copied.json").read_text())
    assert (kept["failures"], kept["error"]) == (0, "")
