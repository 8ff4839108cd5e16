"""Faults are planted in a real database, named, and mended."""

import json

import psycopg
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from heliograph.accounts.models import AuditEntry
from heliograph.cli import invoke
from heliograph.kit.clock import utc_now
from heliograph.monitor.tuning import needed
from heliograph.monitor.tuning.act import TUNING, BeingTuned, act_on, act_on_all
from heliograph.monitor.tuning.asked import cost_of, rows, rows_of_none
from heliograph.monitor.tuning.look import look
from heliograph.monitor.tuning.models import Act, Growth, Repeat
from heliograph.monitor.tuning.repeats import EVERY
from heliograph.web.repeats import RepeatsMiddleware
from tests.monitor.looking import HOUR

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 60_000
QUERY = "SELECT amount FROM planted WHERE customer = {}"
# By these all is well or not, whatever machine the tests run on.
OF_THE_MACHINE = {"setting", "connections"}


@pytest.fixture
def quiet():
    """A database in which there is nothing to better: what other tests left is put in order."""
    rows_of_none("SELECT pg_stat_force_next_flush()")
    list(act_on_all(advised(), by="tests", at=utc_now()))
    Act.objects.all().delete()
    assert names(advised()) == []


@pytest.fixture
def planted(quiet):
    """A table that lacks an index, has one twice, and is full of dead rows."""
    rows_of_none("CREATE TABLE planted (id bigint PRIMARY KEY, customer int, kind int, amount float8)")
    rows_of_none("CREATE TABLE dying (id bigint PRIMARY KEY, words text)")
    try:
        rows_of_none(
            f"INSERT INTO planted SELECT n, n % {ROWS // 10}, n % 40, n FROM generate_series(1, {ROWS}) AS n"
        )
        rows_of_none(f"INSERT INTO dying SELECT n, 'words' FROM generate_series(1, {ROWS}) AS n")
        rows_of_none("CREATE INDEX planted_kind ON planted (kind)")
        rows_of_none("CREATE INDEX planted_kind_again ON planted (kind)")
        rows_of_none("CREATE INDEX planted_id_kind ON planted (id, kind)")
        rows_of_none("CREATE INDEX planted_id_kind_amount ON planted (id, kind, amount)")
        rows_of_none("SELECT pg_stat_force_next_flush()")
        rows_of_none("ANALYZE planted")
        rows_of_none("ANALYZE dying")
        rows_of_none("DELETE FROM dying WHERE id % 3 > 0")
        for customer in range(8):
            rows(QUERY.format(customer))
        rows_of_none("SELECT pg_stat_force_next_flush()")
        yield
    finally:
        rows_of_none("DROP TABLE planted, dying")
        leave_settings_as_they_were()


def leave_settings_as_they_were():
    """The server is that of all tests."""
    for name in ("effective_cache_size", "work_mem"):
        rows_of_none(f"ALTER SYSTEM RESET {name}")
    rows_of_none("SELECT pg_reload_conf()")


def advised():
    return [one for one in look(at=utc_now()) if one.kind not in OF_THE_MACHINE]


def names(advice):
    return [(one.kind, one.subject) for one in advice]


FAULTS = [
    ("dead rows", "dying"),
    ("duplicate index", "planted planted_kind_again"),
    ("redundant index", "planted planted_id_kind"),
    ("missing index", "planted (customer)"),
]


def test_planted_faults_are_all_named_and_no_others(planted):
    assert names(advised()) == FAULTS


def test_what_was_advised_makes_the_query_ten_times_cheaper_and_can_be_taken_back(planted):
    (missing,) = [one for one in advised() if one.kind == "missing index"]
    cost, read = cost_of(missing.query), _pages(QUERY.format(7))

    acts = {one.kind: one for one in act_on_all(advised(), by="tests", at=utc_now())}
    assert {one.state for one in acts.values()} == {"done"}
    assert names(advised()) == []
    assert acts["missing index"].before["cost"] == cost
    assert acts["missing index"].after["cost"] * 10 < cost
    assert _pages(QUERY.format(7)) * 10 < read
    assert acts["dead rows"].before["dead_rows"] == ROWS * 2 // 3
    assert acts["dead rows"].after["dead_rows"] == 0
    assert acts["duplicate index"].before["bytes"] > acts["duplicate index"].after["bytes"] == 0
    for kind in ("missing index", "duplicate index", "redundant index"):
        rows_of_none(acts[kind].undo)
    again = {one.kind for one in advised()}
    assert again == {"missing index", "duplicate index", "redundant index"}


def _pages(query):
    """The pages that the server looks at for a query."""
    plan = rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}")[0][0]
    plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def test_an_index_that_does_not_help_is_taken_back(planted):
    (missing,) = [one for one in advised() if one.kind == "missing index"]
    for_another = type(missing)(
        "missing index",
        "planted (amount)",
        "a guess",
        "CREATE INDEX CONCURRENTLY guessed ON planted (amount)",
        "DROP INDEX CONCURRENTLY guessed",
        is_safe=True,
        query=missing.query,
    )
    act = act_on(for_another, by="tests", at=utc_now())
    assert (act.state, act.after["cost"]) == ("taken back", act.before["cost"])
    assert rows("SELECT to_regclass('guessed')") == [(None,)]


def test_who_holds_a_lock_goes_first_and_nothing_half_made_stays(planted):
    (missing,) = [one for one in advised() if one.kind == "missing index"]
    with psycopg.connect(**_described()) as other:
        other.execute("LOCK TABLE planted IN SHARE ROW EXCLUSIVE MODE")
        act = act_on(missing, by="tests", at=utc_now())
        assert (act.state, act.error) == ("failed", "canceling statement due to lock timeout")
        assert rows("SELECT to_regclass('tuned_planted_customer')") == [(None,)]
    assert rows("SHOW lock_timeout") == [("0",)]
    assert act_on(missing, by="tests", at=utc_now()).state == "done"


def test_one_tunes_at_a_time(planted):
    (missing,) = [one for one in advised() if one.kind == "missing index"]
    with psycopg.connect(**_described()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [TUNING])
        with pytest.raises(BeingTuned):
            act_on(missing, by="tests", at=utc_now())
        assert rows("SELECT to_regclass('tuned_planted_customer')") == [(None,)]


def _described():
    """How another session comes to the same database."""
    described = connection.get_connection_params()
    return {name: value for name, value in described.items() if name not in ("cursor_factory", "context")}


def test_an_index_that_the_code_needs_is_missed_and_made_again(quiet):
    assert needed.lacking() == []
    rows_of_none("DROP INDEX signal_found")
    (missing,) = advised()
    assert (missing.kind, missing.subject) == ("missing index", "signals_signal signal_found")
    assert missing.statement == (
        'CREATE INDEX CONCURRENTLY "signal_found" ON "signals_signal" (created_at) WHERE NOT historical'
    )
    assert act_on(missing, by="tests", at=utc_now()).state == "done"
    assert needed.lacking() == []

    rows_of_none("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'signal_found'::regclass")
    (invalid,) = advised()
    assert (invalid.kind, invalid.statement) == (
        "invalid index",
        'REINDEX INDEX CONCURRENTLY "signal_found"',
    )
    assert act_on(invalid, by="tests", at=utc_now()).state == "done"
    assert advised() == []


def test_what_the_models_and_the_migrations_make_is_needed():
    found = needed.needed()
    assert {"signal_found", "accounts_attempts_expires", "signals_tally_of_version"} <= found.keys()
    assert len(found) > 60


def ask_often(times):
    def view(request):
        for number in range(times):
            rows("SELECT name FROM market_venue WHERE id = %s", [number])
        return HttpResponse()

    return view


def test_what_one_request_asks_again_and_again_is_named(quiet):
    """Through the middleware, as every request goes."""
    request = RequestFactory().get("/planted/")
    request.resolver_match = type("Match", (), {"route": "planted/"})()
    for times, turns in ((19, 5), (30, 3 * EVERY)):
        view = ask_often(times)
        through = RepeatsMiddleware(view)
        for _ in range(turns):
            through.process_view(request, view, (), {})
            through(request)
            request.counting = None
    (named,) = advised()
    assert named.kind == "repeated statement"
    assert named.subject.startswith("GET /planted/ ")
    assert "asked 30 times" in named.why
    assert named.why.endswith("SELECT name FROM market_venue WHERE id = %s")
    assert Repeat.objects.get().seen == 3
    assert connection.execute_wrappers == []


def test_a_process_that_grows_is_named_with_what_it_is_full_of(quiet):
    at, mib = utc_now(), 2**20
    facts = {"kind": "worker", "at": at, "warm_bytes": 200 * mib}
    grown = {"now_bytes": 500 * mib, "types": {"dict": 90_000, "str": -5}}
    Growth.objects.create(process="grows", warm_at=at - 3 * HOUR, **grown, **facts)
    Growth.objects.create(process="is young", warm_at=at - HOUR, **grown, **facts)
    Growth.objects.create(process="stays", warm_at=at - 9 * HOUR, now_bytes=220 * mib, **facts)
    stops = {"gc_longest_seconds": 0.3, "gc_seconds": 5}
    Growth.objects.create(process="stops", warm_at=at - HOUR, now_bytes=200 * mib, **facts, **stops)
    found = {one.subject: one.why for one in advised()}
    assert found.keys() == {"grows", "stops"}
    assert found["grows"].startswith("300 MiB more than 3.0 hours ago, 100 an hour; most of it: 90,000 dict")


def said(capsys, *words):
    capsys.readouterr()
    assert invoke(list(words)) == 0
    return capsys.readouterr().out


def test_the_command_shows_advises_and_acts(planted, capsys):
    told = json.loads(said(capsys, "tune", "--json"))
    assert [
        (one["kind"], one["subject"]) for one in told["advice"] if one["kind"] not in OF_THE_MACHINE
    ] == FAULTS
    assert told["acts"] == []
    assert "CREATE INDEX CONCURRENTLY" in said(capsys, "tune")

    done = json.loads(said(capsys, "tune", "--apply", "--json"))["acts"]
    assert {one["state"] for one in done} == {"done"}
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, len(entry.details["acts"])) == ("tuning.apply", len(done))
    assert len(json.loads(said(capsys, "tune", "--json"))["acts"]) == len(done)
