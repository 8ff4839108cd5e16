"""What the API changes: the same as the pages, with its traces in the audit trail."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from heliograph.accounts.models import AuditEntry, SavedFilter
from heliograph.fleet.models import Job
from heliograph.market.models import Instrument, Venue, Watch
from heliograph.notices.models import Channel, Sending
from heliograph.signals.models import StrategyVersion
from heliograph.signals.strategies import add_strategy, promote
from tests.signals.world import BUSY, NOW
from tests.web.people import give_to, person_with, with_token

pytestmark = pytest.mark.django_db
CHANGED = BUSY.replace("cooldown = 3", "cooldown = 4")
CSV = b"time,open,high,low,close,volume\n1704067200,1,2,0.5,1.5,10\n"


@pytest.fixture
def program(as_token):
    """A program of an admin."""
    return as_token("admin")


def send(client, method, path, body=None, **headers):
    """The status and the body of an answer."""
    kind = "application/json" if body is not None else "application/octet-stream"
    content = body if body is not None else ""
    answer = getattr(client, method)(f"/api/v1/{path}", content, content_type=kind, headers=headers)
    return answer.status_code, answer.json() if answer.content else None


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_text_is_checked_saved_and_goes_through_its_stages(program, world):
    promote(world.version, at=NOW)
    status, told = send(program, "post", "strategies/check", {"text": CHANGED})
    assert (status, told["findings"], told["meant"]["newest"], told["meant"]["same_as"]) == (200, [], 1, None)
    status, wrong = send(program, "post", "strategies/check", {"text": BUSY.replace("ema(", "emma(")})
    assert (status, wrong["meant"]) == (200, None)

    status, saved = send(program, "post", "strategies", {"text": CHANGED, "base": 1})
    assert (status, saved["number"], saved["stage"]) == (201, 2, "draft")
    assert send(program, "post", "strategies", {"text": CHANGED, "base": 2})[0] == 409
    assert send(program, "post", f"versions/{saved['version_id']}/shadow")[1]["stage"] == "shadow"
    assert send(program, "post", f"versions/{saved['version_id']}/live")[1]["stage"] == "live"
    assert StrategyVersion.objects.get(number=1).stage == "retired"

    status, back = send(program, "post", "strategies/rollback", {"strategy": "Busy", "reason": "too many"})
    assert (status, back["number"], back["stage"], back["changes"][0]["reason"]) == (
        200,
        1,
        "live",
        "too many",
    )
    assert actions() == ["strategy.add", "strategy.shadow", "strategy.promote", "strategy.rollback"]


def test_a_rollout_begins_grows_and_is_aborted(program, world):
    promote(world.version, at=NOW)
    other = add_strategy(text=CHANGED, stage="draft", at=NOW)
    asked = {"version_id": other.pk, "share": 10, "gates": {"min_settled": 50}}
    status, begun = send(program, "post", "rollouts", asked)
    assert (status, begun["share"], begun["state"]) == (201, 10, "running")
    assert (begun["gates"]["min_settled"], begun["gates"]["max_rate"]) == (50, 5.0)
    assert send(program, "post", "rollouts", asked)[0] == 409

    assert send(program, "post", f"rollouts/{begun['id']}/share", {"share": 50})[1]["share"] == 50
    status, ended = send(program, "post", f"rollouts/{begun['id']}/abort", {"reason": "it is worse"})
    assert (status, ended["state"], ended["reason"]) == (200, "rolled_back", "it is worse")
    assert send(program, "post", f"rollouts/{begun['id']}/share", {"share": 60})[0] == 409


def test_only_operators_retire_what_is_live(world):
    promote(world.version, at=NOW)
    analyst = with_token("write", role="analyst")
    status, told = send(analyst, "post", f"versions/{world.version.pk}/retire")
    assert (status, told["detail"]) == (403, "To retire a version that is live needs the role operator.")
    assert send(with_token("write", role="operator"), "post", f"versions/{world.version.pk}/retire")[0] == 200


def test_a_strategy_of_others_is_neither_found_nor_overwritten(world):
    give_to(world.version.strategy, person_with("analyst", "somebody else"))
    analyst = with_token("write", role="analyst")
    assert send(analyst, "post", f"versions/{world.version.pk}/retire")[0] == 404
    status, told = send(analyst, "post", "strategies", {"text": CHANGED, "base": 1})
    assert (status, told["detail"]) == (
        409,
        "A strategy named 'Busy' belongs to others; choose another name.",
    )
    assert send(analyst, "post", "backtests", {"text": CHANGED})[0] == 409
    assert (
        send(with_token("write", role="operator"), "post", "strategies/rollback", {"strategy": "Busy"})[0]
        == 404
    )
    assert actions() == []


def test_a_backtest_is_asked_for_once_cancelled_resumed_and_forgotten(program, world):
    asked = {"version_id": world.version.pk, "venue": world.batch.venue.name}
    status, made = send(program, "post", "backtests", asked)
    assert (status, made["state"], made["version_id"]) == (201, "queued", world.version.pk)
    status, again = send(program, "post", "backtests", asked)
    assert (status, again["id"]) == (200, made["id"])

    one = f"backtests/{made['id']}"
    assert send(program, "post", f"{one}/cancel")[1]["state"] == "cancelled"
    assert send(program, "post", f"{one}/cancel")[0] == 200
    assert send(program, "post", f"{one}/resume")[1]["state"] == "queued"
    assert send(program, "delete", one) == (204, None)
    assert send(program, "delete", one)[0] == 404
    status, told = send(program, "post", "backtests", {"text": BUSY, "version_id": 1})
    assert (status, told["detail"]) == (422, "`body`: give either `version_id` or `text`.")


def test_a_channel_is_added_tried_switched_and_removed(program):
    status, made = send(program, "post", "channels", {"name": "desk", "kind": "log"})
    assert (status, made["name"], made["enabled"]) == (201, "desk", True)
    assert send(program, "post", "channels/desk/test")[1]["sent"] is True
    assert Sending.objects.filter(reason="test").count() == 1
    assert send(program, "post", "channels/desk/disable")[1]["enabled"] is False
    assert send(program, "post", "channels/desk/enable")[1]["enabled"] is True
    assert send(program, "delete", "channels/desk") == (204, None)
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("role", "options", "status"),
    [
        ("operator", {"file": "/tmp/x"}, 403),
        ("operator", {"url": "https://example.com/", "allow_private": ["10.0.0.1"]}, 403),
        ("admin", {"url": "https://example.com/", "secret_env": "DATABASE_URL"}, 422),
        ("admin", {"url": "https://example.com/", "colour": "red"}, 422),
    ],
)
def test_a_channel_reaches_nothing_inside_by_whoever_may_not(role, options, status):
    client = with_token("admin", role=role)
    kind = "log" if "file" in options else "webhook"
    assert send(client, "post", "channels", {"name": "x", "kind": kind, "options": options})[0] == status


def test_a_subscription_is_made_changed_paused_and_ended(world):
    send(with_token("admin"), "post", "channels", {"name": "desk", "kind": "log", "topics": None})
    client, me = with_token("write", role="analyst"), f"person:{person_with('analyst').pk}"
    status, made = send(
        client, "post", "subscriptions", {"channel": "desk", "quiet_from": "22:00", "quiet_until": "07:00"}
    )
    assert (status, made["audience"], made["quiet_from"]) == (201, me, "22:00:00")
    one = f"subscriptions/{made['id']}"
    changed = send(client, "put", one, {"channel": "desk", "side": "long"})[1]
    assert (changed["side"], changed["quiet_from"]) == ("long", None)
    assert send(client, "post", f"{one}/pause")[1]["paused"] is True
    assert send(client, "post", f"{one}/resume")[1]["paused"] is False
    assert send(with_token("write", role="analyst", name="x"), "post", f"{one}/pause")[0] == 200
    assert send(client, "post", "subscriptions", {"channel": "desk", "audience": ""})[0] == 422
    assert send(client, "delete", one) == (204, None)


def test_a_watch_is_paused_resumed_healed_and_ended(program):
    venue = Venue.objects.create(name="kraken", kind="exchange", exchange="kraken")
    instrument = Instrument.objects.create(venue=venue, symbol="BTC/USDT")
    watch = Watch.objects.create(instrument=instrument, timeframe="1h", since=NOW, created_at=NOW, due_at=NOW)
    one = f"watches/{watch.pk}"
    assert send(program, "post", f"{one}/pause")[1]["paused"] is True
    assert send(program, "post", f"{one}/resume")[1]["paused"] is False
    watch.refresh_from_db()
    assert (watch.paused, watch.due_at) == (False, None)
    assert send(program, "post", f"{one}/heal")[0] == 200
    assert send(program, "delete", one) == (204, None)
    assert actions() == ["watch.pause", "watch.resume", "watch.heal", "watch.remove"]


def test_files_are_uploaded_as_a_job(program, settings, tmp_path):
    settings.HELIOGRAPH_UPLOADS = str(tmp_path / "uploads")

    def upload(name, **form):
        files = [SimpleUploadedFile(name, CSV)]
        return program.post("/api/v1/imports", {"files": files, **form}, headers={"Idempotency-Key": name})

    made = upload("BTC_USDT-1h.csv", symbol="BTC/USDT", timeframe="1h")
    again = upload("BTC_USDT-1h.csv", symbol="BTC/USDT", timeframe="1h")
    assert (made.status_code, made.json()["kind"]) == (201, "import")
    assert (again["Idempotency-Replayed"], again.json()["id"]) == ("true", made.json()["id"])
    assert Job.objects.count() == 1
    assert [path.name for path in tmp_path.glob("uploads/*/*")] == ["BTC_USDT-1h.csv"]
    for name, form, word in [
        ("notes.exe", {}, "ending"),
        ("a.csv", {"timeframe": "9x"}, "9x"),
        ("b.csv", {"colour": "red"}, "colour"),
    ]:
        refused = upload(name, **form)
        assert (refused.status_code, word in refused.json()["detail"]) == (422, True), refused.content
    assert len(list(tmp_path.glob("uploads/*/*"))) == 1


def test_an_import_is_taken_back_by_a_job(program, world):
    status, job = send(program, "post", f"imports/{world.batch.pk}/undo")
    assert (status, job["kind"], job["state"]) == (201, "undo", "queued")


def test_a_source_shows_its_secret_once(program, nobody, world):
    status, made = send(program, "post", "sources", {"name": "tv", "venue": world.batch.venue.name})
    assert (status, made["path"], made["stage"]) == (201, "/api/v1/inbound/tv", "shadow")
    listed = send(program, "get", "sources")[1]["items"]
    assert [(one["name"], "secret" in one) for one in listed] == [("tv", False)]
    body = {"secret": made["secret"], "symbol": "BTC/USDT", "action": "buy"}
    assert send(nobody, "post", "inbound/tv", body | {"secret": "wrong"})[0] == 404
    assert send(nobody, "post", "inbound/tv", body)[0] != 404
    assert send(program, "delete", "sources/tv") == (204, None)


def test_a_token_of_less_than_all_scopes_makes_none(as_token):
    status, made = send(as_token("admin"), "post", "tokens", {"name": "bot", "scope": "write"})
    assert (status, made["secret"].startswith("hg_")) == (201, True)
    for scope in ("read", "write"):
        assert send(as_token(scope, name=scope), "post", "tokens", {"name": "x", "scope": "read"})[0] == 403
        assert send(as_token(scope), "delete", f"tokens/{made['id']}")[0] == 403
    assert send(as_token("admin", name="last"), "delete", f"tokens/{made['id']}")[0] == 204


def test_people_are_invited_given_roles_and_let_in_no_more(program):
    status, link = send(program, "post", "invitations", {"name": "ann", "role": "viewer"})
    assert (status, "/account/enter/" in link["address"]) == (201, True)
    invited = send(program, "get", "invitations")[1]["items"]
    assert [one["name"] for one in invited] == ["ann"]
    assert send(program, "delete", f"invitations/{invited[0]['id']}") == (204, None)
    someone = person_with("viewer")
    assert send(program, "post", f"people/{someone.pk}/role", {"role": "analyst"})[1]["role"] == "analyst"
    assert send(program, "post", f"people/{someone.pk}/disable")[1]["active"] is False
    own = person_with("admin")
    status, told = send(program, "post", f"people/{own.pk}/disable")
    assert (status, "only admin" in told["detail"]) == (422, True)


def test_a_team_has_members_and_owns_strategies(program, world):
    team = send(program, "post", "teams", {"name": "Desk"})[1]
    member = person_with("analyst")
    assert send(program, "put", f"teams/{team['id']}/members", {"people": [member.pk]})[1]["members"] == [
        member.name
    ]
    assert send(program, "put", "ownership", {"strategy": "Busy", "team_id": team["id"]}) == (204, None)
    assert send(program, "get", "teams")[1]["items"][0]["strategies"] == ["Busy"]
    assert send(program, "delete", f"teams/{team['id']}")[0] == 422
    assert send(with_token("read", role="viewer"), "get", f"versions/{world.version.pk}")[0] == 404
    assert send(program, "put", "ownership", {"strategy": "Busy"}) == (204, None)


def test_the_trail_is_listed_and_looked_at(program):
    send(program, "post", "teams", {"name": "Desk"})
    entries = send(program, "get", "audit?action=team.")[1]["items"]
    assert [(one["action"], one["subject"]) for one in entries] == [("team.add", "Desk")]
    status, verdict = send(program, "post", "audit/verify", {"expect": entries[0]["digest"]})
    assert (status, verdict["whole"], verdict["entries"]) == (200, True, 1)
    assert send(program, "post", "audit/verify", {"expect": "0" * 64})[1]["whole"] is False


def test_filters_are_ones_own(as_token):
    made = send(as_token("admin"), "post", "filters", {"name": "longs", "query": "side=long"})[1]
    assert SavedFilter.objects.get().query == made["query"]
    assert send(as_token("read", role="viewer"), "get", "filters")[1]["items"] == []
    assert send(as_token("write", role="viewer"), "delete", f"filters/{made['id']}")[0] == 404
    assert send(as_token("write"), "delete", f"filters/{made['id']}") == (204, None)


STRANGE = [
    ("strategies", {"text": "x", "colour": "red"}, 422),
    ("strategies", {"text": 5}, 422),
    ("strategies", {"text": "a\x00b"}, 422),
    ("strategies", {"text": 'name = "a\\u0000"'}, 422),
    ("strategies", {"text": "x" * 300_000}, 422),
    ("strategies", {"text": "x" * 2_000_000}, 413),
    ("strategies", {"text": BUSY, "base": -1}, 422),
    ("strategies", {"text": BUSY, "base": "1"}, 422),
    ("backtests", {"text": BUSY, "start": "0001-01-01"}, 422),
    ("backtests", {"text": BUSY, "start": 20240709}, 422),
    ("backtests", {"text": BUSY, "params": {"a": 1e300}}, 422),
    ("backtests", {"text": BUSY, "overrides": {"execution.fee_pct": "1e999"}}, 422),
    ("watches", {"symbols": [], "timeframe": "1h", "since": "2024-01-01"}, 422),
    ("watches", {"symbols": ["\x1b[31m"], "timeframe": "1h", "since": "2024-01-01"}, 422),
    ("venues", {"exchange": "binance", "per_second": 0}, 422),
    ("channels", {"name": "../etc", "kind": "log"}, 422),
    ("subscriptions", {"channel": "desk", "quiet_from": "25:00"}, 422),
    ("teams", {"name": "a\nb"}, 422),
    ("tokens", {"name": "x", "scope": "all"}, 422),
    ("tokens", {"name": "x", "scope": "read", "expires_at": "2001-01-01"}, 422),
    ("rollouts", {"version_id": 2**63, "share": 10}, 422),
    ("people/9999999/role", {"role": "viewer"}, 404),
]


@pytest.mark.parametrize(("path", "body", "status"), STRANGE)
def test_strange_bodies_are_refused_by_name(program, world, path, body, status):
    found, told = send(program, "post", path, body)
    assert found == status, told
    assert told["status"] == status
    assert actions() == []
