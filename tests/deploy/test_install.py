"""install.sh on a bare Debian, in steps that follow each other: nothing, half, all, again, in use, gone."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heliograph.kit.wait import wait_until
from tests.deploy.root import bare_root, lacking

REPOSITORY = Path(__file__).parents[2]
NAME = "signals.test"
INSTALL = ("bash", "/srv/deploy/install.sh", "--domain", NAME)
TRUSTED = ("--certificate", "/srv/cert.pem", "--key", "/srv/key.pem")
away = lacking() + [part for part in ("testssl", "systemd-analyze") if not shutil.which(part)]
pytestmark = [
    pytest.mark.skipif(
        "TEST_INSTALL" not in os.environ, reason="It takes 80 s and 3 GB of memory; TEST_INSTALL=1 runs it."
    ),
    pytest.mark.skipif(os.geteuid() != 0 and "CI" not in os.environ, reason="Only root can make a root."),
    pytest.mark.skipif(bool(away) and "CI" not in os.environ, reason=f"There is no {', '.join(away)} here."),
]
# Our authority exists for this test alone: nobody can ask it what it revoked, nor ask the name's owner.
EXCEPTIONS = re.compile(r"cert_(revocation|crl|ocsp|chain_of_trust|trust)|OCSP|DNS_CAA|engine_problem")


@pytest.fixture
def release(tmp_path):
    """The repository as it would be handed over, with its built assets; and a certificate by an authority."""
    made = tmp_path
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (REPOSITORY / name).is_file():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, made / name)
    built = "src/heliograph/web/static/dist"
    shutil.copytree(REPOSITORY / built, made / built, dirs_exist_ok=True)
    make_certificate(made)
    return made


def make_certificate(folder):
    def openssl(words):
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)

    openssl("req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=Authority -keyout ca.key -out ca.pem")
    openssl(f"req -newkey rsa:2048 -nodes -subj /CN={NAME} -keyout key.pem -out asked.pem")
    (folder / "names").write_text(f"subjectAltName=DNS:{NAME}\nextendedKeyUsage=serverAuth\n")
    openssl("x509 -req -in asked.pem -CA ca.pem -CAkey ca.key -days 90 -extfile names -out own.pem")
    (folder / "cert.pem").write_text((folder / "own.pem").read_text() + (folder / "ca.pem").read_text())


def a_dry_run_tells_much_and_changes_nothing(root):
    before = root.contents("etc", "opt", "usr", "var/lib")
    said = root.run(*INSTALL, *TRUSTED, "--dry-run")

    assert said.returncode == 0, said.stderr
    assert "would install ca-certificates" not in said.stdout
    assert "would write /etc/heliograph/heliograph.env" in said.stdout
    assert root.contents("etc", "opt", "usr", "var/lib") == before


def a_failure_in_the_middle_says_what_was_done(root):
    said = root.run(*INSTALL, *TRUSTED, online=True, HELIOGRAPH_INSTALL_FAULT="PostgreSQL")

    assert said.returncode == 1
    done = "Packages, Account and folders, Secrets, Settings, Release."
    assert f"Failed at: PostgreSQL.\nDone before: {done}\n" in said.stderr
    assert "run the same again: it goes on from here" in said.stderr


def the_next_run_goes_on_and_the_one_after_it_changes_nothing(root):
    """It needs no network any more: all that comes from elsewhere is there."""
    first = root.run(*INSTALL, *TRUSTED)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "make the release" not in first.stdout
    before = root.contents("etc", "opt/heliograph")
    second = root.run(*INSTALL, *TRUSTED)

    assert second.stdout.splitlines()[-1] == "0 changes"
    assert root.contents("etc", "opt/heliograph") == before
    link = re.search(rf"^https://{NAME}(/account/enter/\S+)$", second.stdout, re.MULTILINE)
    (root.path / "first-link").write_text(link[1])


def nobody_but_root_and_the_account_reads_secrets_and_nobody_else_writes_code(root):
    secrets = root.contents("etc/heliograph/secrets")
    assert {mode for mode, *_ in secrets.values()} == {"0o100640", "0o100600"}
    found = root.run(
        "find", "/opt/heliograph", "!", "-type", "l", "(", "!", "-user", "root", "-o", "-perm", "/022", ")"
    )
    assert found.stdout == ""


def systemd_and_nginx_find_nothing_wrong(root):
    """Their programs lie in the root: with its path before them they are there for this machine, too."""
    units = root.path / "units"
    shutil.copytree(root.path / "etc/systemd/system", units, symlinks=True)
    (units / "heliograph-worker@.service").rename(units / "heliograph-worker@1.service")
    services = sorted(units.glob("heliograph-*.service"))
    release = (root.path / "opt/heliograph/current").readlink().relative_to("/")
    for unit in services:
        unit.write_text(
            unit.read_text().replace("ExecStart=/opt/heliograph/current", f"ExecStart={root.path / release}")
        )
    verified = analyze("verify", *sorted(path for path in units.glob("heliograph*") if path.is_file()))
    assert [line for line in verified.stderr.splitlines() if "heliograph" in line] == []
    found = analyze("security", "--offline=true", "--no-pager", *services)
    levels = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", found.stdout)
    assert len(levels) == len(services), found.stderr
    assert max(map(float, levels)) <= 2.0
    tried = root.run("nginx", "-t")
    assert (tried.returncode, "warn" in tried.stderr) == (0, False), tried.stderr


def analyze(*words):
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def all_units_are_started_by_what_they_say_themselves(root):
    (root.path / "ca.pem").write_text(root.run("cat", "/srv/ca.pem").stdout)
    root.serve("postgresql@", "15-main").wait()
    for name in ("broker", "cache"):
        root.serve("redis-server@", f"heliograph-{name}")
    assert wait_until(lambda: root.run("pg_lsclusters", "-h").stdout.split()[3] == "online", seconds=60)
    for name in ("web", "beat", "outside"):
        root.serve(f"heliograph-{name}")
    root.serve("heliograph-worker@", "1")
    root.serve("nginx").wait()
    assert wait_until(lambda: get(root, "/healthz").startswith("HTTP/2 200"), seconds=240, every=1)


def get(root, path, *words):
    """The answer with its headers, through nginx."""
    where = ("--resolve", f"{NAME}:443:127.0.0.1", "--cacert", root.path / "ca.pem")
    command = ("curl", "-sS", "-i", "--max-time", "60", *where, *words, f"https://{NAME}{path}")
    return root.beside(*command).stdout


def the_site_answers_by_http_2_and_the_first_admin_can_come_in(root):
    ready = json.loads(get(root, "/readyz").splitlines()[-1])
    assert (root.path / "opt/heliograph/current").readlink().name == ready.pop("release")
    assert ready == {"status": "ready", "database": True, "migrations": True, "redis": True}
    page = get(root, (root.path / "first-link").read_text())
    assert page.startswith("HTTP/2 200")
    assert len(re.findall("(?im)^strict-transport-security:", page)) == 1
    assert "password" in page


def worker_outside_and_timetable_are_at_work(root):
    def nodes():
        told = as_account(root, "heliograph nodes list --json")
        return (
            {node["name"].split("@")[0] for node in json.loads(told.stdout)["items"]}
            if told.returncode == 0
            else told.stderr
        )

    assert wait_until(lambda: {"worker-1", "outside"} <= set(nodes()), seconds=180, every=2), nodes()


def as_account(root, words):
    """A command as the account, with the settings of the installation."""
    line = f"set -a; . /etc/heliograph/heliograph.env; exec /opt/heliograph/current/.venv/bin/{words}"
    return root.run(
        "setpriv", "--reuid=heliograph", "--regid=heliograph", "--init-groups", "bash", "-c", line,
        HELIOGRAPH_HOME="/var/lib/heliograph", HOME="/var/lib/heliograph",
    )  # fmt: skip


def the_settings_are_safe_for_production(root):
    told = as_account(root, "heliograph check --deploy --json")
    assert (told.returncode, json.loads(told.stdout)["findings"]) == (0, [])


def who_asks_too_often_is_told_to_wait(root):
    said = get(root, "/account/enter/nobody[1-60]", "-w", "%{http_code}\n", "-o", "/dev/null")
    assert "429" in said.split()


def no_finding_of_testssl(root):
    told = root.path / "told.json"
    words = (
        "--quiet",
        "--color",
        "0",
        "--ip",
        "127.0.0.1",
        "--add-ca",
        root.path / "ca.pem",
        "--jsonfile",
        told,
    )
    checks = ("--protocols", "--server-defaults", "--fs")
    done = root.beside("testssl", *words, *checks, f"{NAME}:443")
    found = json.loads(told.read_text())

    assert len(found) > 30, done.stdout
    wrong = [
        one for one in found if one["severity"] not in {"OK", "INFO"} and not EXCEPTIONS.search(one["id"])
    ]
    assert wrong == []


def uninstall_keeps_the_data_unless_it_is_told_to_purge(root):
    root.run("nginx", "-s", "stop")
    root.end("heliograph")
    said = root.run("bash", "/srv/deploy/install.sh", "uninstall")
    assert said.returncode == 0, said.stderr
    assert not (root.path / "opt/heliograph").exists()
    assert list((root.path / "etc/systemd/system").glob("heliograph*")) == []
    count = (
        "runuser",
        "-u",
        "postgres",
        "--",
        "psql",
        "-AtXc",
        "SELECT count(*) FROM django_migrations",
        "heliograph",
    )
    assert int(root.run(*count).stdout) > 50
    assert (root.path / "etc/heliograph/secrets/HELIOGRAPH_SECRET_KEY").exists()

    assert root.run("bash", "/srv/deploy/install.sh", "uninstall", "--purge").returncode == 0
    roles = (
        "runuser",
        "-u",
        "postgres",
        "--",
        "psql",
        "-AtXc",
        "SELECT rolname FROM pg_roles WHERE rolname ~ 'helio'",
    )
    assert root.run(*roles).stdout == ""
    assert not (root.path / "etc/heliograph").exists()


STEPS = (
    a_dry_run_tells_much_and_changes_nothing,
    a_failure_in_the_middle_says_what_was_done,
    the_next_run_goes_on_and_the_one_after_it_changes_nothing,
    nobody_but_root_and_the_account_reads_secrets_and_nobody_else_writes_code,
    systemd_and_nginx_find_nothing_wrong,
    all_units_are_started_by_what_they_say_themselves,
    the_site_answers_by_http_2_and_the_first_admin_can_come_in,
    worker_outside_and_timetable_are_at_work,
    the_settings_are_safe_for_production,
    who_asks_too_often_is_told_to_wait,
    no_finding_of_testssl,
    uninstall_keeps_the_data_unless_it_is_told_to_purge,
)


def test_a_bare_debian_becomes_an_installation_and_is_rid_of_it(release):
    """One test, since each step stands on those before it; the name of a failed one is in its traceback."""
    with bare_root(release) as root:
        for step in STEPS:
            began = time.monotonic()
            step(root)
            sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {step.__name__}\n")
