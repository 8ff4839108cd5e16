"""The addresses of the pages and of the API."""

from django.urls import include, path

from heliograph.web.accounts.access import mark_all, operations_of
from heliograph.web.api import api
from heliograph.web.api.problems import nowhere
from heliograph.web.views import (
    about,
    audit,
    backtest,
    backtest_compare,
    backtests,
    find,
    health,
    instruments,
    overview,
    replays,
    signal,
    signals,
    strategies,
    why_not,
    work,
)
from heliograph.web.views.account import tokens

api_urls = api.urls
# What the library adds to our operations: an address that says nothing.
mark_all((one for one in api_urls[0] if not operations_of(one.callback)), for_all=("api-root",))

urlpatterns = [
    path("", overview.overview_page, name="overview"),
    path("overview/lists", overview.overview_lists, name="overview-lists"),
    path("overview/aside", overview.overview_aside, name="overview-aside"),
    path("signals/", signals.signals_page, name="signals"),
    path("signals/arrivals", signals.arrivals, name="arrivals"),
    path("signals/<int:signal_id>/", signal.signal_page, name="signal"),
    path("signals/<int:signal_id>/panel", signal.signal_panel, name="signal-panel"),
    path("signals/<int:signal_id>/chart.png", signal.signal_png, name="signal-png"),
    path("why-not/", why_not.why_not_page, name="why-not"),
    path("instruments/", instruments.instruments_page, name="instruments"),
    path("instruments/<int:instrument_id>/", instruments.instrument_page, name="instrument"),
    path("strategies/", strategies.strategies_page, name="strategies"),
    path("strategies/<path:name>/", strategies.strategy_page, name="strategy"),
    path("backtests/", backtests.backtests_page, name="backtests"),
    path("backtests/new", backtests.backtest_new, name="backtest-new"),
    path("backtests/compare", backtest_compare.backtest_compare, name="backtest-compare"),
    path("backtests/<int:backtest_id>/", backtest.backtest_page, name="backtest"),
    path("backtests/<int:backtest_id>/act", backtests.backtest_act, name="backtest-act"),
    path("backtests/<int:backtest_id>/live", backtest.backtest_live, name="backtest-live"),
    path("backtests/<int:backtest_id>/trades/", backtest.backtest_trades, name="backtest-trades"),
    path("backtests/<int:backtest_id>/candles/", backtest.backtest_candles, name="backtest-candles"),
    path("work/", work.work_page, name="work-home"),
    path("work/<slug:name>/", work.work_page, name="work"),
    path("work/<slug:name>/act", work.work_act, name="work-act"),
    path("find/", find.find_page, name="find"),
    path("replays/", replays.replays_page, name="replays"),
    path("replays/frame", replays.frame_live, name="frame-live"),
    path("replays/<int:replay_id>/again", replays.replay_again, name="replay-again"),
    path("about/", about.about_page, name="about"),
    path("", include("heliograph.web.accounts.urls")),
    path("settings/tokens/", tokens.tokens_page, name="tokens"),
    path("settings/tokens/add", tokens.add_token, name="add-token"),
    path("settings/tokens/<int:token_id>/revoke", tokens.revoke_token, name="revoke-token"),
    path("audit/", audit.audit_page, name="audit"),
    path("audit/check", audit.audit_check, name="audit-check"),
    path("audit/entries.jsonl", audit.audit_export, name="audit-export"),
    path("theme", about.choose_theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", api_urls),
    path("api/", nowhere),
    path("api/<path:rest>", nowhere),
]
