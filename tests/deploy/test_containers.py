"""What builds and runs containers is read by linters, and says of our programs only what is true."""

import http.server
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from heliograph.config.declared import SETTINGS
from heliograph.config.production import RULES
from heliograph.kit.env import Environment
from heliograph.monitor.probes import DEFINITIONS
from tests.documents.test_commands import wrong

DEPLOY = Path(__file__).parents[2] / "deploy"
CONTAINERS = DEPLOY / "containers"
COMPOSE = yaml.safe_load((CONTAINERS / "compose.yaml").read_text())
OBJECTS = [
    one
    for path in sorted((DEPLOY / "kubernetes").glob("*-*.yaml"))
    for one in yaml.safe_load_all(path.read_text())
    if "kind" in one
]
PODS = {
    one["metadata"]["name"]: one["spec"]["template"]["spec"]
    for one in OBJECTS
    if one["kind"] in {"Deployment", "Job"}
}
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"].startswith("heliograph:")}


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


@pytest.fixture
def secrets(tmp_path):
    """The secrets that the script makes."""
    script = shutil.copy(CONTAINERS / "make-secrets.sh", tmp_path)
    assert run("bash", script).returncode == 0
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert run("bash", script).returncode == 0
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made
    return tmp_path / "secrets"


def said(environment):
    """What production says of these settings."""
    return sorted(str(one.msg) for rule in RULES for one in rule(Environment(environment)))


def test_linters_find_nothing():
    hadolint = Path(sys.executable).with_name("hadolint")
    found = run(hadolint, "--failure-threshold", "info", CONTAINERS / "Containerfile")
    assert (found.returncode, found.stdout) == (0, "")
    found = run("shellcheck", *CONTAINERS.glob("*.sh"))
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_kubernetes_knows_each_key(thing):
    kubernetes_validate.validate(thing, "1.33", strict=True)


def test_the_image_takes_packages_by_their_hashes_and_runs_without_rights():
    text = (CONTAINERS / "Containerfile").read_text()
    assert "--require-hashes -r requirements/run.txt" in text
    assert re.findall(r"^USER (.*)", text, re.MULTILINE)[-1] == "10001:10001"
    assert "HEALTHCHECK" in text
    assert not re.search(r"ARG .*(PASSWORD|TOKEN|SECRET)", text)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_each_container_has_no_rights_and_no_secret_but_by_files(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert re.search(r":\d", service["image"])
    assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys()
    given = service.get("environment", {})
    assert [key for key in given if "PASSWORD" in key and not key.endswith("_FILE")] == []
    if name in OURS:
        assert wrong(service["command"]) == []


def test_the_settings_of_compose_with_its_secrets_are_fit_for_production(secrets):
    assert {f"./secrets/{path.name}" for path in secrets.iterdir()} >= {
        one["file"] for name, one in COMPOSE["secrets"].items() if not name.startswith("certificate")
    }
    for service in OURS.values():
        given = {
            key: str(value).replace("/run/secrets", str(secrets))
            for key, value in service["environment"].items()
        }
        given |= {"HELIOGRAPH_HOSTS": "signals.example.com"}
        assert {key for key in given if key.removesuffix("_FILE") not in SETTINGS} == set()
        assert said(given) == []
        assert len(said(given | {"HELIOGRAPH_HTTPS": "0"})) == 1


def test_pods_have_no_rights_and_the_settings_that_production_asks_for(secrets):
    for pod in PODS.values():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert wrong(container["args"]) == []
    (settings,) = (one["data"] for one in OBJECTS if one["kind"] == "ConfigMap")
    assert {key for key in settings if key.removesuffix("_FILE") not in SETTINGS} == set()
    assert (
        said({key: value.replace("/run/secrets/heliograph", str(secrets)) for key, value in settings.items()})
        == []
    )


def test_workers_scale_by_a_measure_that_there_is():
    (scaling,) = (one["spec"] for one in OBJECTS if one["kind"] == "HorizontalPodAutoscaler")
    asked = scaling["metrics"][0]["external"]["metric"]["name"]
    assert asked in {f"heliograph_{one.name}" for one in DEFINITIONS}
    adapter = yaml.safe_load((DEPLOY / "kubernetes/prometheus-adapter.values.yaml").read_text())
    assert [rule["name"]["as"] for rule in adapter["rules"]["external"]] == [asked]
    assert f"heliograph-{scaling['scaleTargetRef']['name'].partition('-')[2]}" in PODS


def test_nginx_understands_its_file(tmp_path):
    keys = ("-keyout", tmp_path / "certificate_key", "-out", tmp_path / "certificate")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=signals.example.com", *keys)
    site = (CONTAINERS / "nginx.conf.template").read_text()
    # The line came with nginx 1.25; Debian's is older.
    site = site.replace("http2 on;", "").replace("${DOMAIN}", "signals.example.com")
    site = site.replace("/run/secrets", str(tmp_path))
    file = tmp_path / "nginx.conf"
    file.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{ access_log off;\n{site}}}\n"
    )
    found = run(shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-t", "-p", tmp_path, "-c", file)
    assert (found.returncode, "successful" in found.stderr) == (0, True), found.stderr


@pytest.mark.parametrize(("answer", "code"), [(200, 0), (503, 1)])
def test_a_container_is_healthy_if_its_pages_answer(answer, code):
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = (self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"])
            self.send_response(answer if asked == ("/healthz", "signals.example.com", "https") else 400)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = run(
            sys.executable,
            CONTAINERS / "healthy.py",
            f"127.0.0.1:{server.server_port}",
            env={"HELIOGRAPH_HOSTS": "signals.example.com,localhost"},
        )
        server.shutdown()
    assert found.returncode == code
