"""What every answer tells a browser, be it a page, an answer of the API, a refusal or a file."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client

from tests.web.people import person_with, signed_in

pytestmark = pytest.mark.django_db
SAME = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ADDRESSES = (
    "/",
    "/settings/",
    "/account/login/",
    "/nowhere",
    "/healthz",
    "/api/v1/signals",
    "/api/v1/nowhere",
)
ENV = """
import json, django
django.setup()
from django.conf import settings as s
print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
    s.SESSION_COOKIE_PATH,
    s.CSRF_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN,
    s.SECURE_HSTS_SECONDS]))
"""


@pytest.fixture
def answers():
    """Of somebody who is signed in, and of nobody."""
    return [client.get(at) for client in (signed_in(person_with("admin")), Client()) for at in ADDRESSES]


def test_every_answer_has_the_headers(answers):
    for answer in answers:
        at = answer.request["PATH_INFO"]
        assert {name: answer.get(name) for name in SAME} == SAME, at
        assert "camera=()" in answer["Permissions-Policy"], at
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'", at
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'", at
        assert not any(word in answer["Content-Security-Policy"] for word in ("unsafe", "http:", "*")), at


def test_no_other_site_may_read_an_answer():
    client = signed_in(person_with("admin"))
    for at in ADDRESSES:
        answer = client.get(at, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in answer, at
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        assert "Access-Control-Allow-Origin" not in client.options(at, headers=asked), at


def test_cookies_are_bound_to_the_host_under_https():
    done = subprocess.run(
        [sys.executable, "-P", "-c", ENV],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
            "HELIOGRAPH_HTTPS": "1",
            "DATABASE_URL": "postgres://heliograph@/heliograph?host=/nowhere",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    names = ["__Host-sessionid", "__Host-csrftoken"]
    assert json.loads(done.stdout) == [*names, True, True, "/", "/", None, None, 31_536_000]
