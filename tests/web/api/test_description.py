"""The description tells the truth: every answer to every operation is one that it describes."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from ninja import Schema

from heliograph.accounts.filters import save_filter
from heliograph.inbound.accept import accept
from heliograph.inbound.sources import Asked, add_source
from heliograph.kit.clock import utc_now
from heliograph.market.models import Candle
from heliograph.notices.channel import add_channel, try_channel
from heliograph.notices.models import Notice, Sending
from heliograph.reports.keep import request_report, run_report
from heliograph.reports.periods import Kind, last_period
from heliograph.reports.schedules import Wish as ReportWish
from heliograph.reports.schedules import add_schedule
from heliograph.signals.models import Signal
from heliograph.web.api import api
from heliograph.web.api.reference import api_reference
from heliograph.web.api.routes import operations
from tests.web.api.test_recommendations import advise
from tests.web.house_alerts import alerts
from tests.web.people import person_with
from tests.web.workshop import make_workshop

# The stream of events, pictures and files are no JSON, and have tests of their own.
NO_JSON = ("/openapi.json", "/events", ".png", "/file")
ALL = [one for one in operations(api) if not one[0].endswith(NO_JSON)]
# Of a 200 that needs more than an id of something in the world.
QUERIES = {
    "/api/v1/candles": "symbol=BTC/USDT",
    "/api/v1/candles/revisions": "symbol=BTC/USDT",
    "/api/v1/plots": "symbol=BTC/USDT&plot=ema(close,5)&plot=rsi(close,7)",
    "/api/v1/found": "q=BTC",
    "/api/v1/placement/explanation": "key=shard:3",
    "/api/v1/explanations": "version_id={version_id}&instrument_id={instrument_id}",
    "/api/v1/versions/{version_id}/difference": "other={version_id}",
    "/api/v1/versions/{version_id}/comparison": "other={version_id}",
    "/api/v1/backtests/{backtest_id}/comparison": "other={backtest_id}",
}


@pytest.fixture
def described(client, db):
    return client.get("/api/v1/openapi.json").json()


@pytest.fixture
def ids(world):
    """The id of something of each kind."""
    make_workshop()
    add_channel("ema", kind="log", options={}, at=utc_now())
    try_channel("ema", at=utc_now())
    _, secret = add_source("desk", asked=Asked(), at=utc_now())
    kept = save_filter(person_with("admin"), page="signals", name="longs", query="?side=long")
    from heliograph.fleet.models import Job
    from heliograph.signals.models import Rollout

    version = world.version
    Notice.objects.create(topic="signal.published", subject="signal:1", payload={}, created_at=utc_now())
    other = version.strategy.versions.create(
        number=2, text=version.text, digest="x", timeframe="1h", stage="draft", created_at=utc_now()
    )
    rollout = Rollout.objects.create(
        strategy=version.strategy, candidate=other, former=version, share=10, started_at=utc_now()
    )
    return {
        "signal_id": Signal.objects.filter(outcome__state="settled").first().pk,
        "version_id": version.pk,
        "instrument_id": world.instruments[0].pk,
        "import_id": world.batch.pk,
        "rollout_id": rollout.pk,
        "job_id": Job.objects.first().pk,
        "notice_id": Notice.objects.first().pk,
        "backtest_id": backtest(world),
        "alert_id": accept("desk", b"buy NOWHERE", secret=secret, at=utc_now()).alert.pk,
        "report_id": report(),
        "schedule_id": add_schedule(ReportWish("daily"), at=utc_now()).pk,
        "message_id": Sending.objects.get().pk,
        "filter_id": kept.pk,
        "recommendation_id": advise(),
        "incident_id": alerts(rule_name="ema")["incident"],
        # Of a function and of a channel.
        "name": "ema",
    }


def backtest(world):
    """A finished one over the candles of the world."""
    from functools import partial

    from heliograph.fleet.jobs import run_next
    from heliograph.research.request import Scope, Text, request_backtest
    from heliograph.research.run import run_backtest

    asked = request_backtest(Text(world.version.text), Scope(venue=world.batch.venue.name), at=utc_now())
    job = asked.backtest.job.pk
    run_next({"backtest": partial(run_backtest, threads=1)}, holder="here", only=job)
    return asked.backtest.pk


def report():
    """A report of the world, made."""
    from heliograph.fleet.jobs import run_next

    stored = request_report(last_period(Kind.DAILY, at=utc_now()), at=utc_now())
    run_next({"report": run_report}, holder="here", only=stored.job.pk)
    return stored.pk


MADE = {}


def whole(described, schema):
    """A schema with the parts that it refers to; made once, as that takes longer than to validate."""
    text = json.dumps(schema | {"components": described["components"]})
    if text not in MADE:
        MADE[text] = jsonschema_rs.validator_for(json.loads(text))
    return MADE[text]


def check(described, path, method, answer):
    """The status is described, and so is the body."""
    told = described["paths"][path][method]["responses"]
    assert str(answer.status_code) in told, f"{answer.status_code} is not described"
    response = told[str(answer.status_code)]
    if "$ref" in response:
        response = described["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
    kind = answer["Content-Type"].partition(";")[0]
    schema = response["content"][kind]["schema"]
    whole(described, schema).validate(json.loads(answer.content))


def test_the_description_is_openapi(described):
    assert described["openapi"].startswith("3.1")
    jsonschema_rs.meta.validate({"components": described["components"]})
    names = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


def test_each_operation_says_what_a_client_must_know(described):
    for path, method, operation in ALL:
        told = described["paths"][path][method]
        statuses = set(told["responses"])

        assert told["summary"], path
        assert told["tags"], path
        assert hasattr(operation.view_func, "needs"), path
        is_public = operation.view_func.needs is None
        assert told["security"] == ([] if is_public else [{"bearer": []}, {"session": []}]), path
        assert {"422", "429", "503"} | (set() if is_public else {"401", "403"}) <= statuses, path
        assert "404" in statuses or "{" not in path, path
        if getattr(operation.view_func, "is_answers", False):
            assert {"200", "304"} <= statuses, path
        ok = next(told["responses"][status] for status in sorted(statuses) if status < "300")
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(ok["headers"]), path


def test_no_two_shapes_have_the_same_name():
    """The description would tell one of them of both."""

    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    shapes = {one for one in below(Schema) if one.__module__.startswith("heliograph.web.api")}
    # What is asked for in an address is no part of its own.
    names = Counter(one.__name__ for one in shapes if not one.__name__.startswith("Asked"))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_page_of_the_reference_is_that_of_the_description(db):
    page = Path(__file__).parents[3] / "docs/reference/api.md"
    assert page.read_text() == api_reference(), "run: make docs"


def test_every_reference_leads_somewhere(described):
    text = json.dumps(described)
    for place in set(text.split('"$ref": "#/')[1:]):
        found = described
        for part in place.partition('"')[0].split("/"):
            found = found[part]
        assert found


READS = [path for path, method, _ in ALL if method == "get"]
# Ages and the moment of looking change by themselves.
SLIDING = tuple(
    f"/api/v1/{name}"
    for name in ("health", "nodes", "freshness", "cache", "work/queues", "overview", "tuning", "alert-trends")
)


def test_each_read_answers_as_described(client, described, ids):
    for path in READS:
        address = f"{path}?{QUERIES.get(path, '')}".format(**ids)
        answer = client.get(address)

        assert answer.status_code == 200, (path, answer.content)
        whole(described, strictly(described, path)).validate(json.loads(answer.content))
        check(described, path, "get", answer)
        again = client.get(address, headers={"If-None-Match": answer["ETag"]})
        if path not in SLIDING:
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"]), path


def strictly(described, path):
    """The schema of the whole answer, without what chosen fields allow."""
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return schema["anyOf"][0] if "anyOf" in schema else schema


def test_each_read_says_what_it_does_not_know(client, described, ids):
    none = dict.fromkeys(ids, 2**62) | {"name": "nothing"}
    for path in READS:
        query = QUERIES.get(path, "")
        answer = client.get(f"{path.format(**ids)}?colour=red")
        assert (answer.status_code, answer.json()["errors"][0]["name"]) == (422, "colour"), path
        check(described, path, "get", answer)
        if "{" not in path:
            continue
        answer = client.get(f"{path}?{query}".format(**none))
        assert answer.status_code == 404, (path, answer.content)
        check(described, path, "get", answer)
        for strange in ("-1", 2**63, "x", "1.5", "%00"):
            answer = client.get(f"{path}?{query}".format(**dict.fromkeys(ids, strange)))
            assert answer.status_code in (404, 422), (path, strange)
            check(described, path, "get", answer)


def test_lists_join_to_the_whole_however_short_their_pages_are(client, described, ids, world):
    lists = [path for path, methods in described["paths"].items() if is_list(methods) and "{" not in path]
    assert len(lists) > 25
    for path in lists:
        query = QUERIES.get(path, "")
        expected = client.get(f"{path}?{query}&limit=20").json()
        found, cursor = [], ""
        for _ in range(len(expected["items"]) + 1):
            page = client.get(f"{path}?{query}&limit=4{cursor}").json()
            found += page["items"]
            if page["next"] is None or len(found) >= len(expected["items"]):
                break
            cursor = f"&cursor={page['next']}"
        if path not in SLIDING:
            assert found == expected["items"], path


def is_list(methods):
    parameters = {one["name"] for one in methods.get("get", {}).get("parameters", [])}
    return {"cursor", "limit"} <= parameters


def test_all_of_the_world_is_within_the_lists(client, world):
    since = utc_now() - timedelta(days=9999)
    found = client.get("/api/v1/candles", {"symbol": "ETH/USDT", "limit": 500, "since": since}).json()[
        "items"
    ]
    rows = Candle.objects.filter(instrument=world.instruments[1])
    assert len(found) == rows.count() == 300
