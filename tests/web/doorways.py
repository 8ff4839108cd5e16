"""How each way into the web process is called. A new view or operation needs an entry here.

An address is filled in with names of `house.py`. `foreign` is the same call about what belongs to another.
"""

from dataclasses import dataclass, field

from tests.signals.world import BUSY


@dataclass(frozen=True)
class Call:
    """One call, made by everybody.

    `entries`: how many entries of the audit trail it leaves where it is let through; None where the call is
    refused for another reason than who asks (say which beside it). `body` is a form, or JSON for the API.
    """

    address: str
    body: dict = field(default_factory=dict)
    foreign: str | None = None
    foreign_body: dict | None = None
    entries: int | None = 1
    # What it answers to an admin; a page or a redirect unless said.
    answers: tuple[int, ...] = (200, 302)


def look(address, foreign=None):
    """A page that is looked at."""
    return Call(address, foreign=foreign, entries=0)


# A form that cannot be filled in here, as it asks for a code, a key or a password: it is shown again.
def incomplete(address, *answers):
    return Call(address, entries=0, answers=answers or (200, 302, 400, 403, 404, 422))


NEW = BUSY.replace("Busy", "Quiet")
CHANGED = BUSY.replace("cooldown = 3", "cooldown = 4")
SUBSCRIPTION = {"channel": "desk", "topics": "signal.published", "zone": "UTC", "pace": "once"}


def gone(address, body=None, *answers):
    """About what the house does not have, or what is refused in it for another reason than who asks."""
    return Call(address, body or {}, entries=0, answers=answers or (404,))


def removed(address, foreign=None):
    """Something is taken away."""
    return Call(address, foreign=foreign, answers=(204,))


API = "/api/v1"
API_WRITES = {
    f"GET {API}/filters": look(f"{API}/filters"),
    f"GET {API}/sources": look(f"{API}/sources"),
    f"GET {API}/tokens": look(f"{API}/tokens"),
    f"GET {API}/forecasts": look(f"{API}/forecasts"),
    f"GET {API}/trends": look(f"{API}/trends"),
    f"GET {API}/recommendations": look(f"{API}/recommendations"),
    f"GET {API}/recommendations/<recommendation_id>": look(
        f"{API}/recommendations/{{recommendation}}",
        foreign=f"{API}/recommendations/{{foreign_recommendation}}",
    ),
    **{
        f"POST {API}/recommendations/<recommendation_id>/{act}": Call(
            f"{API}/recommendations/{{recommendation}}/{act}",
            foreign=f"{API}/recommendations/{{foreign_recommendation}}/{act}",
        )
        for act in ("done", "dismiss")
    },
    **{f"GET {API}/{name}": look(f"{API}/{name}") for name in ("people", "teams", "invitations", "audit")},
    f"POST {API}/strategies/check": Call(f"{API}/strategies/check", {"text": NEW}, entries=0),
    f"POST {API}/strategy-preview": Call(f"{API}/strategy-preview", {"text": NEW}, entries=0),
    f"POST {API}/strategies": Call(f"{API}/strategies", {"text": NEW, "stage": "draft"}),
    # None was live before.
    f"POST {API}/strategies/rollback": gone(f"{API}/strategies/rollback", {"strategy": "{strategy}"}, 409),
    **{
        f"POST {API}/versions/<version_id>/{act}": Call(
            f"{API}/versions/{{draft}}/{act}", foreign=f"{API}/versions/{{foreign_version}}/{act}"
        )
        for act in ("shadow", "live", "retire")
    },
    # There is no such version.
    f"POST {API}/rollouts": gone(f"{API}/rollouts", {"version_id": 1000000, "share": 10}),
    f"POST {API}/rollouts/<rollout_id>/share": gone(f"{API}/rollouts/1000000/share", {"share": 20}),
    f"POST {API}/rollouts/<rollout_id>/abort": gone(f"{API}/rollouts/1000000/abort", {"reason": "no"}),
    f"POST {API}/reports": Call(f"{API}/reports", {"kind": "daily"}),
    **{
        f"GET {API}/reports/<report_id>{end}": look(
            f"{API}/reports/{{report}}{end}", foreign=f"{API}/reports/{{foreign_report}}{end}"
        )
        for end in ("", "/file")
    },
    f"DELETE {API}/reports/<report_id>": removed(
        f"{API}/reports/{{report}}", foreign=f"{API}/reports/{{foreign_report}}"
    ),
    f"GET {API}/report-schedules": look(f"{API}/report-schedules"),
    f"POST {API}/report-schedules": Call(
        f"{API}/report-schedules", {"kind": "daily", "audience": "{me}", "channel": "desk"}
    ),
    **{
        f"POST {API}/report-schedules/<schedule_id>/{act}": Call(
            f"{API}/report-schedules/{{my_schedule}}/{act}",
            foreign=f"{API}/report-schedules/{{foreign_schedule}}/{act}",
        )
        for act in ("pause", "resume")
    },
    f"DELETE {API}/report-schedules/<schedule_id>": removed(
        f"{API}/report-schedules/{{my_schedule}}", foreign=f"{API}/report-schedules/{{foreign_schedule}}"
    ),
    f"POST {API}/backtests": Call(f"{API}/backtests", {"text": NEW, "venue": "paper"}),
    f"POST {API}/backtests/<backtest_id>/cancel": Call(
        f"{API}/backtests/{{waiting}}/cancel", foreign=f"{API}/backtests/{{foreign_waiting}}/cancel"
    ),
    # What waits cannot be resumed.
    f"POST {API}/backtests/<backtest_id>/resume": gone(f"{API}/backtests/{{waiting}}/resume", {}, 409),
    f"DELETE {API}/backtests/<backtest_id>": removed(
        f"{API}/backtests/{{waiting}}", foreign=f"{API}/backtests/{{foreign_waiting}}"
    ),
    f"POST {API}/jobs/<job_id>/cancel": Call(
        f"{API}/jobs/{{job}}/cancel", foreign=f"{API}/jobs/{{foreign_job}}/cancel"
    ),
    f"POST {API}/jobs/<job_id>/resume": gone(f"{API}/jobs/{{job}}/resume", {}, 409),
    **{
        f"POST {API}/work/{act}": Call(
            f"{API}/work/{act}", {"key": "{shard}"}, foreign_body={"key": "{foreign_shard}"}
        )
        for act in ("retry", "drop")
    },
    f"POST {API}/nodes/<name>/drain": Call(f"{API}/nodes/{{node}}/drain", {"reason": "a test"}),
    f"POST {API}/nodes/<name>/undrain": Call(f"{API}/nodes/{{node}}/undrain"),
    f"POST {API}/nodes/<name>/weight": Call(f"{API}/nodes/{{node}}/weight", {"weight": 0.5}),
    f"GET {API}/incidents": look(f"{API}/incidents"),
    f"GET {API}/incidents/<incident_id>": look(f"{API}/incidents/{{incident}}"),
    **{
        f"POST {API}/incidents/<incident_id>/{act}": Call(
            f"{API}/incidents/{{incident}}/{act}", {"words": "a"}
        )
        for act in ("acknowledge", "comment", "close")
    },
    f"GET {API}/alert-trends": look(f"{API}/alert-trends"),
    f"GET {API}/alert-rules": look(f"{API}/alert-rules"),
    f"GET {API}/alert-rules/<name>": look(f"{API}/alert-rules/{{rule}}"),
    f"POST {API}/alert-rules": Call(
        f"{API}/alert-rules",
        {
            "name": "mine",
            "kind": "absence",
            "measure": "redis_up",
            "title": "Nothing is known of Redis",
            "says": "It is not known.",
        },
    ),
    f"PATCH {API}/alert-rules/<name>": Call(f"{API}/alert-rules/{{rule}}", {"enabled": False}),
    f"POST {API}/alert-rules/<name>/reset": Call(f"{API}/alert-rules/redis-down/reset"),
    f"DELETE {API}/alert-rules/<name>": removed(f"{API}/alert-rules/{{rule}}"),
    f"GET {API}/silences": look(f"{API}/silences"),
    f"POST {API}/silences": Call(f"{API}/silences", {"ends_at": "{tomorrow}", "why": "a test"}),
    f"POST {API}/silences/<silence_id>/end": Call(f"{API}/silences/{{silence}}/end"),
    f"GET {API}/heartbeat": look(f"{API}/heartbeat"),
    f"PUT {API}/heartbeat": Call(f"{API}/heartbeat", {"url": "https://example.com/ping"}),
    # What is meant is told before, what came of it after.
    f"POST {API}/heartbeat/test": Call(f"{API}/heartbeat/test", entries=2),
    f"DELETE {API}/heartbeat": removed(f"{API}/heartbeat"),
    f"POST {API}/cache/clear": Call(f"{API}/cache/clear", {"tag": "signals"}, answers=(204,)),
    f"POST {API}/channels": Call(f"{API}/channels", {"name": "another", "kind": "log", "audience": "{me}"}),
    **{
        f"POST {API}/channels/<name>/{act}": Call(
            f"{API}/channels/desk/{act}", foreign=f"{API}/channels/theirs/{act}"
        )
        for act in ("enable", "disable")
    },
    # What is meant is told before, what came of it after.
    f"POST {API}/channels/<name>/test": Call(
        f"{API}/channels/desk/test", foreign=f"{API}/channels/theirs/test", entries=2
    ),
    f"GET {API}/channels/<name>": look(f"{API}/channels/desk", foreign=f"{API}/channels/theirs"),
    f"PATCH {API}/channels/<name>": Call(
        f"{API}/channels/desk", {"enabled": False}, foreign=f"{API}/channels/theirs"
    ),
    **{
        f"POST {API}/channels/<name>/secret{end}": Call(
            f"{API}/channels/hook/secret{end}", foreign=f"{API}/channels/their-hook/secret{end}"
        )
        for end in ("", "/end")
    },
    f"DELETE {API}/channels/<name>": removed(f"{API}/channels/desk", foreign=f"{API}/channels/theirs"),
    f"POST {API}/subscriptions": Call(f"{API}/subscriptions", {"channel": "desk", "audience": "{me}"}),
    f"PUT {API}/subscriptions/<subscription_id>": Call(
        f"{API}/subscriptions/{{my_subscription}}",
        {"channel": "desk"},
        foreign=f"{API}/subscriptions/{{foreign_subscription}}",
        foreign_body={"channel": "theirs"},
    ),
    **{
        f"POST {API}/subscriptions/<subscription_id>/{act}": Call(
            f"{API}/subscriptions/{{my_subscription}}/{act}",
            foreign=f"{API}/subscriptions/{{foreign_subscription}}/{act}",
        )
        for act in ("pause", "resume")
    },
    f"DELETE {API}/subscriptions/<subscription_id>": removed(
        f"{API}/subscriptions/{{my_subscription}}", foreign=f"{API}/subscriptions/{{foreign_subscription}}"
    ),
    f"POST {API}/deliveries/<delivery_id>/replay": gone(f"{API}/deliveries/1000000/replay"),
    f"POST {API}/deliveries/replay": Call(
        f"{API}/deliveries/replay", {"channel": "desk"}, foreign_body={"channel": "theirs"}
    ),
    # Nothing is asked of an exchange here.
    f"POST {API}/venues": gone(f"{API}/venues", {"exchange": "nowhere"}, 422),
    # What is meant is told before; that nothing came of it, after.
    f"POST {API}/venues/<name>/sync": Call(f"{API}/venues/{{exchange}}/sync", entries=2, answers=(422,)),
    f"DELETE {API}/venues/<name>": removed(f"{API}/venues/{{exchange}}"),
    f"POST {API}/watches": gone(
        f"{API}/watches",
        {"symbols": ["BTC/USDT"], "timeframe": "1h", "since": "2024-01-01", "venue": "nowhere"},
    ),
    **{
        f"POST {API}/watches/<watch_id>/{act}": Call(f"{API}/watches/{{watch}}/{act}")
        for act in ("pause", "resume", "heal")
    },
    f"DELETE {API}/watches/<watch_id>": removed(f"{API}/watches/{{watch}}"),
    f"POST {API}/replays/<replay_id>/again": Call(f"{API}/replays/{{replay}}/again"),
    # A form with files, which this is not.
    f"POST {API}/imports": gone(f"{API}/imports", {}, 415),
    f"POST {API}/imports/<import_id>/undo": Call(f"{API}/imports/{{batch}}/undo"),
    f"POST {API}/imports/jobs/<job_id>/cancel": Call(f"{API}/imports/jobs/{{upload}}/cancel"),
    # It waits still, and its files were never here.
    f"POST {API}/imports/jobs/<job_id>/resume": gone(f"{API}/imports/jobs/{{upload}}/resume", {}, 409),
    f"POST {API}/imports/jobs/<job_id>/again": gone(f"{API}/imports/jobs/{{upload}}/again", {}, 409),
    f"POST {API}/sources": Call(f"{API}/sources", {"name": "tv"}),
    **{
        f"POST {API}/sources/<name>/secret{end}": Call(
            f"{API}/sources/{{source}}/secret{end}", foreign=f"{API}/sources/{{foreign_source}}/secret{end}"
        )
        for end in ("", "/end")
    },
    f"DELETE {API}/sources/<name>": removed(
        f"{API}/sources/{{source}}", foreign=f"{API}/sources/{{foreign_source}}"
    ),
    f"GET {API}/alerts": look(f"{API}/alerts"),
    f"GET {API}/alerts/<alert_id>": look(
        f"{API}/alerts/{{alert}}", foreign=f"{API}/alerts/{{foreign_alert}}"
    ),
    f"POST {API}/filters": Call(f"{API}/filters", {"name": "longs", "query": "side=long"}),
    f"DELETE {API}/filters/<filter_id>": gone(f"{API}/filters/1000000"),
    f"GET {API}/filters/<filter_id>/count": gone(f"{API}/filters/1000000/count"),
    f"GET {API}/watchlist": look(f"{API}/watchlist"),
    f"PUT {API}/watchlist/<instrument_id>": Call(f"{API}/watchlist/{{instrument}}"),
    # It is on nobody's list.
    f"DELETE {API}/watchlist/<instrument_id>": gone(f"{API}/watchlist/{{instrument}}"),
    f"GET {API}/me": look(f"{API}/me"),
    # A token of less than all scopes may not.
    f"PATCH {API}/me": Call(f"{API}/me", {"candles": "ink"}, entries=None, answers=(200, 403)),
    f"GET {API}/me/sessions": look(f"{API}/me/sessions"),
    f"DELETE {API}/me/sessions/<session_id>": gone(f"{API}/me/sessions/1000000", {}, 404, 403),
    f"POST {API}/subscription-preview": Call(
        f"{API}/subscription-preview", {"channel": "desk", "audience": "{me}"}, entries=0
    ),
    f"POST {API}/backtest-preview": Call(
        f"{API}/backtest-preview", {"text": NEW, "venue": "paper"}, entries=0
    ),
    # A token of less than all scopes may neither make nor revoke one.
    f"POST {API}/tokens": Call(
        f"{API}/tokens", {"name": "bot", "scope": "read"}, entries=None, answers=(201, 403)
    ),
    f"DELETE {API}/tokens/<token_id>": Call(f"{API}/tokens/{{own_token}}", entries=None, answers=(204, 403)),
    f"POST {API}/people/<person_id>/role": Call(f"{API}/people/{{person}}/role", {"role": "operator"}),
    **{
        f"POST {API}/people/<person_id>/{act}": Call(f"{API}/people/{{person}}/{act}")
        for act in ("disable", "enable", "reset", "forget-factors")
    },
    f"POST {API}/invitations": Call(f"{API}/invitations", {"name": "ann", "role": "viewer"}),
    f"DELETE {API}/invitations/<invitation_id>": removed(f"{API}/invitations/{{invitation}}"),
    f"POST {API}/teams": Call(f"{API}/teams", {"name": "Floor"}),
    f"PUT {API}/teams/<team_id>/members": Call(f"{API}/teams/{{team}}/members", {"people": []}),
    f"DELETE {API}/teams/<team_id>": removed(f"{API}/teams/{{team}}"),
    f"PUT {API}/ownership": Call(f"{API}/ownership", {"strategy": "{strategy}"}, answers=(204,)),
    f"POST {API}/audit/verify": Call(f"{API}/audit/verify", entries=0),
}

CALLS = {
    "GET /": look("/"),
    "GET /overview/lists": look("/overview/lists"),
    "GET /overview/aside": look("/overview/aside"),
    # Nothing starts there: the page is asked for anew.
    "GET /overview/starting": Call("/overview/starting", entries=0, answers=(204,)),
    "GET /signals/": look("/signals/?open={signal}", foreign="/signals/?open={foreign_signal}"),
    "GET /signals/arrivals": look("/signals/arrivals?seen=1"),
    "POST /signals/filters": Call("/signals/filters", {"name": "Mine", "query": "?side=long"}),
    # A filter belongs to one person: to all others it is not there.
    "POST /signals/filters/<int:filter_id>/remove": Call(
        "/signals/filters/999/remove", entries=None, answers=(404,)
    ),
    "GET /signals/filters/<int:filter_id>/count": Call(
        "/signals/filters/999/count", entries=0, answers=(404,)
    ),
    "GET /signals/<int:signal_id>/": look("/signals/{signal}/", foreign="/signals/{foreign_signal}/"),
    "GET /signals/<int:signal_id>/panel": look(
        "/signals/{signal}/panel", foreign="/signals/{foreign_signal}/panel"
    ),
    "GET /signals/<int:signal_id>/chart.png": look(
        "/signals/{signal}/chart.png", foreign="/signals/{foreign_signal}/chart.png"
    ),
    "GET /why-not/": look("/why-not/?version={foreign_version}&instrument={instrument}"),
    "GET /instruments/": look("/instruments/"),
    "GET /instruments/<int:instrument_id>/": look("/instruments/{instrument}/"),
    "POST /instruments/<int:instrument_id>/watchlist": Call("/instruments/{instrument}/watchlist"),
    "GET /strategies/": look("/strategies/"),
    "GET /strategies/<path:name>/": look(
        "/strategies/{strategy}/", foreign="/strategies/{foreign_strategy}/"
    ),
    "GET /analytics/": look("/analytics/", foreign="/analytics/?strategy={foreign_strategy}"),
    "GET /monitoring/": look("/monitoring/"),
    "GET /monitoring/live/<slug:name>": [
        look(f"/monitoring/live/{name}")
        for name in ("now", "incidents", "trends", "coverage", "machine", "advice", "frame")
    ],
    "GET /monitoring/measures/": look("/monitoring/measures/"),
    "GET /monitoring/measures/<slug:name>/": look("/monitoring/measures/redis_up/"),
    "GET /monitoring/incidents/": look("/monitoring/incidents/"),
    "GET /monitoring/incidents/<int:incident_id>/": look("/monitoring/incidents/{incident}/"),
    "POST /monitoring/incidents/<int:incident_id>/act": [
        Call("/monitoring/incidents/{incident}/act", {"act": act, "words": "a"})
        for act in ("acknowledge", "comment", "silence", "close")
    ],
    "GET /monitoring/silences/": look("/monitoring/silences/"),
    "POST /monitoring/silences/add": Call("/monitoring/silences/add", {"minutes": "60", "why": "a test"}),
    "POST /monitoring/silences/<int:silence_id>/end": Call("/monitoring/silences/{silence}/end"),
    "GET /monitoring/advice/": look("/monitoring/advice/"),
    "POST /monitoring/advice/<int:number>/act": [
        Call(
            "/monitoring/advice/{recommendation}/act",
            {"act": act},
            foreign="/monitoring/advice/{foreign_recommendation}/act",
        )
        for act in ("done", "dismiss")
    ],
    "GET /reports/": look("/reports/"),
    "POST /reports/make": Call("/reports/make", {"kind": "daily"}),
    "POST /reports/schedules/add": Call(
        "/reports/schedules/add", {"kind": "daily", "audience": "{me}", "channel": "desk"}
    ),
    "POST /reports/schedules/<int:number>/act": Call(
        "/reports/schedules/{my_schedule}/act",
        {"act": "pause"},
        foreign="/reports/schedules/{foreign_schedule}/act",
    ),
    "GET /reports/<int:report_id>/": look("/reports/{report}/", foreign="/reports/{foreign_report}/"),
    "POST /reports/<int:report_id>/forget": Call(
        "/reports/{report}/forget", foreign="/reports/{foreign_report}/forget"
    ),
    "GET /backtests/": look("/backtests/"),
    "GET /backtests/new": look("/backtests/new", foreign="/backtests/new?again={foreign_backtest}"),
    "POST /backtests/new": Call(
        "/backtests/new", {"act": "run", "version": "{version}", "venue": "paper", "start": "2024-01-02"}
    ),
    "GET /backtests/compare": look(
        "/backtests/compare?a={backtest}&b={backtest}",
        foreign="/backtests/compare?a={backtest}&b={foreign_backtest}",
    ),
    "GET /backtests/<int:backtest_id>/": look(
        "/backtests/{backtest}/", foreign="/backtests/{foreign_backtest}/"
    ),
    "POST /backtests/<int:backtest_id>/act": [
        Call("/backtests/{waiting}/act", {"act": act}, foreign="/backtests/{foreign_waiting}/act")
        for act in ("cancel", "delete")
    ],
    "GET /backtests/<int:backtest_id>/live": look(
        "/backtests/{backtest}/live", foreign="/backtests/{foreign_backtest}/live"
    ),
    "GET /backtests/<int:backtest_id>/trades/": look(
        "/backtests/{backtest}/trades/", foreign="/backtests/{foreign_backtest}/trades/"
    ),
    "GET /backtests/<int:backtest_id>/candles/": look(
        "/backtests/{backtest}/candles/", foreign="/backtests/{foreign_backtest}/candles/"
    ),
    "GET /work/": look("/work/"),
    "GET /work/<slug:name>/": [
        look(f"/work/{name}/")
        for name in ("queues", "nodes", "placement", "cache", "scaling", "evaluations", "jobs")
    ],
    "POST /work/<slug:name>/act": [
        Call(
            "/work/queues/act",
            {"act": act, "of": "{shard}"},
            foreign_body={"act": act, "of": "{foreign_shard}"},
        )
        for act in ("retry", "drop")
    ]
    + [Call("/work/nodes/act", {"act": act, "of": "{node}"}) for act in ("drain", "undrain")]
    + [
        Call(
            "/work/jobs/act",
            {"act": "cancel", "of": "{job}"},
            foreign_body={"act": "cancel", "of": "{foreign_job}"},
        )
    ],
    # Its words are in the answer; nothing of the foreign one is found by them.
    "GET /find/": look("/find/?q={foreign_signal}"),
    "GET /replays/": look("/replays/"),
    "GET /replays/frame": look("/replays/frame"),
    "POST /replays/<int:replay_id>/again": Call("/replays/{replay}/again"),
    "GET /about/": look("/about/"),
    "POST /theme": Call("/theme", {"theme": "dark"}, entries=0),
    "GET /healthz": look("/healthz"),
    "GET /readyz": Call("/readyz", entries=0, answers=(200, 503)),
    "GET /metrics": look("/metrics"),
    "GET /settings/tokens/": look("/settings/tokens/"),
    "POST /settings/tokens/add": Call("/settings/tokens/add", {"name": "bot", "scope": "read", "days": "90"}),
    "POST /settings/tokens/<int:token_id>/revoke": Call(
        "/settings/tokens/{own_token}/revoke", foreign="/settings/tokens/{foreign_token}/revoke"
    ),
    "GET /audit/": look("/audit/"),
    "POST /audit/check": Call("/audit/check", entries=0),
    "GET /audit/entries.jsonl": look("/audit/entries.jsonl"),
    # Coming in.
    "GET /account/enter/<str:secret>": Call("/account/enter/nonsense", entries=0, answers=(410,)),
    "POST /account/enter/<str:secret>": Call("/account/enter/nonsense", entries=0, answers=(410,)),
    "GET /account/login/": look("/account/login/"),
    "POST /account/login/": incomplete("/account/login/"),
    "GET /account/logout/": look("/account/logout/"),
    "POST /account/logout/": Call("/account/logout/", entries=None),
    "GET /account/inactive/": look("/account/inactive/"),
    "GET /account/code/": look("/account/code/"),
    "POST /account/code/": incomplete("/account/code/"),
    "GET /account/passkey/": incomplete("/account/passkey/"),
    "POST /account/passkey/": incomplete("/account/passkey/"),
    # One's own settings.
    "GET /account/again/": incomplete("/account/again/"),
    "POST /account/again/": incomplete("/account/again/"),
    "GET /account/again/code/": incomplete("/account/again/code/"),
    "POST /account/again/code/": incomplete("/account/again/code/"),
    "GET /account/again/passkey/": incomplete("/account/again/passkey/"),
    "POST /account/again/passkey/": incomplete("/account/again/passkey/"),
    "GET /settings/": look("/settings/"),
    "POST /settings/": Call("/settings/", {"name": "{my_name}", "theme": "dark", "candles": "ink"}),
    "GET /settings/security/": look("/settings/security/"),
    "GET /settings/sessions/": look("/settings/sessions/"),
    "POST /settings/sessions/end": Call("/settings/sessions/end"),
    "GET /settings/security/password/": look("/settings/security/password/"),
    "POST /settings/security/password/": incomplete("/settings/security/password/"),
    "GET /settings/security/password/first/": look("/settings/security/password/first/"),
    "POST /settings/security/password/first/": incomplete("/settings/security/password/first/"),
    "GET /settings/security/app/": incomplete("/settings/security/app/"),
    "POST /settings/security/app/": incomplete("/settings/security/app/"),
    "GET /settings/security/app/remove/": incomplete("/settings/security/app/remove/"),
    "POST /settings/security/app/remove/": incomplete("/settings/security/app/remove/"),
    "GET /settings/security/codes/": incomplete("/settings/security/codes/"),
    "GET /settings/security/codes/new/": incomplete("/settings/security/codes/new/"),
    "POST /settings/security/codes/new/": incomplete("/settings/security/codes/new/"),
    "GET /settings/security/codes/file": incomplete("/settings/security/codes/file"),
    "GET /settings/security/passkeys/": look("/settings/security/passkeys/"),
    "GET /settings/security/passkeys/add/": incomplete("/settings/security/passkeys/add/"),
    "POST /settings/security/passkeys/add/": incomplete("/settings/security/passkeys/add/"),
    "GET /settings/security/passkeys/<int:pk>/name/": incomplete("/settings/security/passkeys/1/name/"),
    "POST /settings/security/passkeys/<int:pk>/name/": incomplete("/settings/security/passkeys/1/name/"),
    "GET /settings/security/passkeys/<int:pk>/remove/": incomplete("/settings/security/passkeys/1/remove/"),
    "POST /settings/security/passkeys/<int:pk>/remove/": incomplete("/settings/security/passkeys/1/remove/"),
    # People.
    "GET /people/": look("/people/"),
    "POST /people/invite": Call("/people/invite", {"name": "ann", "role": "viewer"}),
    "POST /people/invitations/<int:invitation_id>/withdraw": Call(
        "/people/invitations/{invitation}/withdraw"
    ),
    "GET /people/<int:person_id>/": look("/people/{person}/"),
    "POST /people/<int:person_id>/<slug:act>": [
        Call("/people/{person}/role", {"role": "operator"}),
        *(Call(f"/people/{{person}}/{act}") for act in ("disable", "enable", "reset", "forget-factors")),
    ],
    "POST /people/teams/new": Call("/people/teams/new", {"name": "Floor"}),
    "GET /people/teams/<int:team_id>/": look("/people/teams/{team}/"),
    "POST /people/teams/<int:team_id>/members": Call("/people/teams/{team}/members", {"person": "{person}"}),
    "POST /people/teams/<int:team_id>/strategies": Call(
        "/people/teams/{team}/strategies", {"strategy": "{strategy_id}"}
    ),
    "POST /people/teams/<int:team_id>/remove": Call("/people/teams/{team}/remove"),
    # Strategies are written, and go through their stages.
    "GET /strategies/new": look("/strategies/new", foreign="/strategies/new?copy={foreign_strategy}"),
    "POST /strategies/new": Call("/strategies/new", {"act": "save", "stage": "draft", "text": NEW}),
    "POST /strategies/check": Call("/strategies/check", {"text": NEW}, entries=0),
    "POST /strategies/would": Call("/strategies/would", {"text": NEW}, entries=0),
    "GET /strategies/language": look("/strategies/language"),
    "GET /strategies/<path:name>/edit": look(
        "/strategies/{strategy}/edit", foreign="/strategies/{foreign_strategy}/edit"
    ),
    "POST /strategies/<path:name>/edit": Call(
        "/strategies/{strategy}/edit",
        {"act": "save", "stage": "draft", "text": CHANGED, "base": "2", "base_of": "{strategy}"},
        foreign="/strategies/{foreign_strategy}/edit",
        foreign_body={"act": "look", "text": CHANGED},
    ),
    "GET /strategies/<path:name>/compare": look(
        "/strategies/{strategy}/compare", foreign="/strategies/{foreign_strategy}/compare"
    ),
    **{
        f"{method} /strategies/<path:name>/{act}": Call(
            f"/strategies/{{strategy}}/{act}?version={number}",
            foreign=f"/strategies/{{foreign_strategy}}/{act}?version={number}",
            entries=1 if method == "POST" else 0,
        )
        for method in ("GET", "POST")
        for act, number in (("shadow", 2), ("live", 1), ("retire", 2), ("end", 1))
    },
    # None was live before: there is nothing to go back to.
    "GET /strategies/<path:name>/rollback": Call(
        "/strategies/{strategy}/rollback", entries=0, answers=(404,)
    ),
    "POST /strategies/<path:name>/rollback": Call(
        "/strategies/{strategy}/rollback", entries=0, answers=(404,)
    ),
    # Data.
    **{
        f"GET /data/{name}": look(f"/data/{name}")
        for name in ("", "gaps/", "quality/", "revisions/", "imports/")
    },
    "GET /data/sources/": look("/data/sources/"),
    "GET /data/universe/": look("/data/universe/"),
    "GET /data/<int:series_id>/": look("/data/{series}/"),
    "POST /data/gaps/heal": Call("/data/gaps/heal", {"watch": "{watch}"}),
    "GET /data/imports/upload": look("/data/imports/upload"),
    # Without a file the form is shown again.
    "POST /data/imports/upload": Call("/data/imports/upload", entries=0, answers=(422,)),
    "GET /data/imports/jobs/<int:job_id>/": look("/data/imports/jobs/{upload}/"),
    # What was uploaded is gone by then.
    "POST /data/imports/jobs/<int:job_id>/again": Call(
        "/data/imports/jobs/{upload}/again", entries=None, answers=(200, 302, 409, 422)
    ),
    "POST /data/imports/jobs/<int:job_id>/act": Call("/data/imports/jobs/{upload}/act", {"act": "cancel"}),
    "GET /data/imports/<int:batch_id>/undo": look("/data/imports/{batch}/undo"),
    "POST /data/imports/<int:batch_id>/undo": Call("/data/imports/{batch}/undo"),
    "POST /data/sources/act": Call("/data/sources/act", {"act": "remove", "venue": "{exchange}"}),
    # Notices.
    "GET /notices/": look("/notices/"),
    "GET /notices/of/": look(
        "/notices/of/?topic=signal.published&subject=signal",
        foreign="/notices/of/?topic=signal.published&subject=foreign_signal",
    ),
    "GET /notices/<slug:name>/": [
        look(f"/notices/{name}/") for name in ("subscriptions", "channels", "log", "inbound")
    ],
    "GET /notices/inbound/new": look("/notices/inbound/new"),
    "POST /notices/inbound/new": Call(
        "/notices/inbound/new",
        {"name": "tv", "timeframe": "1h", "expires": "48", "fee_pct": "0.1", "slippage_bps": "0"},
    ),
    "GET /notices/inbound/<slug:name>/": look(
        "/notices/inbound/{source}/", foreign="/notices/inbound/{foreign_source}/"
    ),
    "POST /notices/inbound/<slug:name>/secret": [
        Call(
            "/notices/inbound/{source}/secret",
            {"act": act},
            foreign="/notices/inbound/{foreign_source}/secret",
        )
        for act in ("renew", "end")
    ],
    "POST /notices/inbound/<slug:name>/remove": Call(
        "/notices/inbound/{source}/remove", foreign="/notices/inbound/{foreign_source}/remove"
    ),
    "GET /notices/subscriptions/new": look("/notices/subscriptions/new"),
    "POST /notices/subscriptions/new": Call(
        "/notices/subscriptions/new", {**SUBSCRIPTION, "audience": "{me}"}
    ),
    "POST /notices/subscriptions/preview": Call("/notices/subscriptions/preview", SUBSCRIPTION, entries=0),
    "GET /notices/subscriptions/<int:number>/": look(
        "/notices/subscriptions/{my_subscription}/", foreign="/notices/subscriptions/{foreign_subscription}/"
    ),
    "POST /notices/subscriptions/<int:number>/": Call(
        "/notices/subscriptions/{my_subscription}/",
        {**SUBSCRIPTION, "audience": "{me}"},
        foreign="/notices/subscriptions/{foreign_subscription}/",
    ),
    "POST /notices/subscriptions/<int:number>/act": [
        Call(
            "/notices/subscriptions/{my_subscription}/act",
            {"act": act},
            foreign="/notices/subscriptions/{foreign_subscription}/act",
        )
        for act in ("pause", "remove")
    ],
    "GET /notices/channels/new": look("/notices/channels/new"),
    "GET /notices/channels/new/<slug:what>/": look("/notices/channels/new/webhook/"),
    "POST /notices/channels/new/<slug:what>/": Call(
        "/notices/channels/new/log/", {"name": "another", "audience": "{me}"}
    ),
    "GET /notices/channels/<str:name>/": look("/notices/channels/desk/", foreign="/notices/channels/theirs/"),
    "GET /notices/channels/<str:name>/change": look(
        "/notices/channels/desk/change", foreign="/notices/channels/theirs/change"
    ),
    "POST /notices/channels/<str:name>/change": Call(
        "/notices/channels/desk/change", foreign="/notices/channels/theirs/change"
    ),
    # A program is not asked who it is, so it is shown none.
    "POST /notices/channels/<str:name>/secret": Call(
        "/notices/channels/desk/secret",
        {"act": "show"},
        foreign="/notices/channels/theirs/secret",
        entries=None,
        answers=(200, 302, 404),
    ),
    "POST /notices/channels/<str:name>/remove": Call(
        "/notices/channels/desk/remove", foreign="/notices/channels/theirs/remove"
    ),
    "POST /notices/channels/act": [
        Call("/notices/channels/act", {"act": act, "of": "desk"}, foreign_body={"act": act, "of": "theirs"})
        for act in ("enable", "disable")
    ],
    "POST /notices/log/act": Call(
        "/notices/log/act", {"channel": "desk"}, foreign_body={"channel": "theirs"}
    ),
    # There is no message of that number.
    "GET /notices/messages/<int:number>/": Call("/notices/messages/1000000/", entries=0, answers=(404,)),
    # The API.
    **{
        f"GET /api/v1/{name}": look(f"/api/v1/{name}")
        for name in (
            *("outcomes", "revisions", "evaluations", "evaluations/postponed", "scoreboard", "rollouts"),
            *("analytics", "reports", "data-quality", "tuning"),
            *(f"analytics/{name}" for name in ("expectation", "correlation", "decay", "regimes", "rejected")),
            *("coverage", "freshness", "imports", "venues", "watches", "replays", "backtests", "jobs"),
            *("work/queues", "work/pieces", "work/timetable", "nodes", "placement/places", "cache"),
            *(
                "placement/decisions",
                "scaling/actions",
                "scaling/looks",
                "channels",
                "subscriptions",
                "notices",
            ),
            *("deliveries", "topics", "indicators", "quality", "messages", "channel-kinds", "overview"),
            *("coverage/days", "gaps", "corrections", "amendments", "listings", "strategies/examples"),
        )
    },
    "GET /api/v1/placement/explanation": look("/api/v1/placement/explanation?key=shard:3"),
    "GET /api/v1/plots": look("/api/v1/plots?symbol=BTC/USDT&plot=ema(close,5)"),
    "GET /api/v1/found": look("/api/v1/found?q={foreign_signal}"),
    # There is no message of that number.
    "GET /api/v1/messages/<message_id>": Call("/api/v1/messages/1000000", entries=0, answers=(404,)),
    "GET /api/v1/health": Call("/api/v1/health", entries=0, answers=(200, 503)),
    **{
        f"GET /api/v1/signals/<signal_id>{part}": look(
            f"/api/v1/signals/{{signal}}{part}", foreign=f"/api/v1/signals/{{foreign_signal}}{part}"
        )
        for part in ("", "/explanation", "/chart", "/chart.png", "/similar")
    },
    "GET /api/v1/explanations": Call(
        "/api/v1/explanations?version_id={version}&instrument_id={instrument}&bar=2024-01-03T00:00:00Z",
        foreign="/api/v1/explanations?version_id={foreign_version}&instrument_id={instrument}"
        "&bar=2024-01-03T00:00:00Z",
        entries=0,
    ),
    **{
        f"GET /api/v1/versions/<version_id>{part}": look(
            f"/api/v1/versions/{{version}}{part}{more}",
            foreign=f"/api/v1/versions/{{foreign_version}}{part}{more}",
        )
        for part, more in (
            ("", ""),
            ("/universe", ""),
            ("/reasons", ""),
            ("/difference", "?other={version}"),
            ("/effects", ""),
        )
    },
    "GET /api/v1/versions/<version_id>/comparison": Call(
        "/api/v1/versions/{version}/comparison?other={draft}", entries=0, answers=(200, 422)
    ),
    # There is no rollout.
    "GET /api/v1/rollouts/<rollout_id>": Call("/api/v1/rollouts/1000000", entries=0, answers=(404,)),
    "GET /api/v1/instruments/<instrument_id>": look("/api/v1/instruments/{instrument}"),
    "GET /api/v1/candles/revisions": look("/api/v1/candles/revisions?symbol=BTC/USDT"),
    "GET /api/v1/imports/<import_id>": look("/api/v1/imports/{batch}"),
    **{
        f"GET /api/v1/backtests/<backtest_id>{part}": look(
            f"/api/v1/backtests/{{backtest}}{part}", foreign=f"/api/v1/backtests/{{foreign_backtest}}{part}"
        )
        for part in ("", "/trades", "/equity", "/breakdown", "/live")
    },
    "GET /api/v1/backtests/<backtest_id>/comparison": look(
        "/api/v1/backtests/{backtest}/comparison?other={backtest}",
        foreign="/api/v1/backtests/{backtest}/comparison?other={foreign_backtest}",
    ),
    "GET /api/v1/jobs/<job_id>": look("/api/v1/jobs/{job}", foreign="/api/v1/jobs/{foreign_job}"),
    "GET /api/v1/notices/<notice_id>": look(
        "/api/v1/notices/{notice}", foreign="/api/v1/notices/{foreign_notice}"
    ),
    "GET /api/v1/indicators/<name>": look("/api/v1/indicators/ema"),
    # Whoever knows the secret of a source may; nobody knows that of none.
    "POST /api/v1/inbound/<source>": Call("/api/v1/inbound/nowhere", entries=0, answers=(401, 403, 404, 422)),
    "GET /api/v1/events": look("/api/v1/events?after=0"),
    **API_WRITES,
    "GET /api/v1/openapi.json": look("/api/v1/openapi.json"),
    "GET /api/v1/signals": look("/api/v1/signals?state=all&limit=500"),
    "GET /api/v1/instruments": look("/api/v1/instruments"),
    "GET /api/v1/candles": look("/api/v1/candles?symbol=BTC/USDT"),
    "GET /api/v1/strategies": look("/api/v1/strategies"),
    "GET /api/v1/": Call("/api/v1/", entries=0, answers=(404,)),
    "GET /api/": Call("/api/", entries=0, answers=(404,)),
    "POST /api/": Call("/api/", entries=0, answers=(404,)),
    "GET /api/<path:rest>": Call("/api/v2/signals", entries=0, answers=(404,)),
    "POST /api/<path:rest>": Call("/api/v2/signals", entries=0, answers=(404,)),
}
