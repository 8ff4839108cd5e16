"""Secrets that come by are found in no log, page, answer or row, whatever goes wrong on their way."""

import io
import logging
import secrets

import pytest
from django.db import connection
from django.test import Client

from heliograph.accounts.people import add_person
from heliograph.config.hidden import secrets_of
from heliograph.fleet.jobs import enqueue, run_next
from heliograph.kit.clock import utc_now
from heliograph.kit.logs import JsonLines
from tests.web.people import person_with, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "/account/login/"


def canary(name):
    """A secret of its own for each place, easy to find again."""
    return f"{name}Canary{secrets.token_hex(12)}"


@pytest.fixture
def logged(monkeypatch):
    """All that is logged, in the form that processes of ours write, and the secrets of the environment."""
    held = {name: canary("env") for name in ("HOOK_SECRET", "DISCORD_TOKEN", "HELIOGRAPH_POOL_TOKEN")}
    for name, value in held.items():
        monkeypatch.setenv(name, value)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines(secrets_of()))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out, list(held.values())
    root.removeHandler(handler)
    root.setLevel(level)


def rows():
    """All rows of all tables as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" AS t")
            yield table, cursor.fetchone()[0]


def test_no_secret_is_told_whatever_goes_wrong(logged):
    out, held = logged
    right, wrong, bearer, link = (canary(name) for name in ("right", "wrong", "hg_", "link"))
    add_person("Ann", role="admin", at=utc_now(), password=right)
    nobody, admin = Client(), signed_in(person_with("admin"))
    program = Client(headers={"Authorization": f"Bearer hg_0123abcd_{bearer}"})
    hook = {
        "name": "hook",
        "kind": "webhook",
        "options": {"url": "https://127.0.0.1/x", "secret_env": "HOOK_SECRET"},
    }

    def fail(*_, **__):
        raise RuntimeError(f"login at postgres://ann:{held[0]}@db/x with token={held[1]} failed")

    answers = [
        nobody.post(LOGIN, {"login": "Ann", "password": wrong}),
        nobody.post(LOGIN, {"login": wrong, "password": right}),
        nobody.get(f"/account/enter/{link}"),
        program.get("/api/v1/signals"),
        program.post("/api/v1/channels", hook, content_type="application/json"),
        admin.post("/api/v1/channels", hook, content_type="application/json"),
        admin.post("/api/v1/channels", f'{{"name": "{held[2]}', content_type="application/json"),
        nobody.post(LOGIN, {"login": "Ann", "password": right}),
    ]
    logging.getLogger("heliograph").error("asked with %s", {"Authorization": f"Bearer {bearer}"})
    enqueue("fails", title="fails", arguments={}, at=utc_now())
    run_next({"fails": fail}, holder="a test")
    answers += [admin.get(at) for at in ("/audit/", "/work/", "/notices/", "/settings/")]
    answers += [admin.get(f"/api/v1/{at}") for at in ("jobs", "channels", "audit")]

    told = {f"answer {number}": answer.content.decode() for number, answer in enumerate(answers)}
    told |= {f"rows of {table}": text for table, text in rows()}
    told["log"] = out.getvalue()
    assert "failed" in told["log"] + "".join(told.values())
    found = [
        (where, secret.partition("Canary")[0])
        for where, text in told.items()
        for secret in (right, bearer, link, *held)
        if secret in text
    ]
    assert found == []
