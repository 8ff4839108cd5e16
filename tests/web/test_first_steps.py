"""What somebody new reads and is led to: the next step, and nothing that their role may not do."""

import pytest

from heliograph.accounts.models import Person
from heliograph.notices.channels.secrets import secret_of
from heliograph.notices.errors import BadChannel
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW

LEADS = {
    "/strategies/": "New strategy",
    "/strategies/{strategy}/": "Backtest this",
    "/backtests/": "New backtest",
    "/data/": "Upload candles",
}


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def draft(db):
    """A strategy that its author has only just saved."""
    return add_strategy(text=BUSY, stage="draft", at=NOW)


@pytest.mark.parametrize(("address", "word"), LEADS.items())
def test_only_who_may_write_is_led_to_writing(as_role, world, draft, address, word):
    address = address.format(strategy=draft.strategy.name)
    assert f">{word}</a>" not in page(as_role("viewer"), address)
    assert f">{word}</a>" in page(as_role("analyst"), address)


def test_only_who_may_write_is_shown_the_editor_and_the_stages_of_a_strategy(as_role, draft):
    address = f"/strategies/{draft.strategy.name}/"
    for lead in (f"{address}edit", f"{address}shadow"):
        assert lead not in page(as_role("viewer"), address)
        assert lead in page(as_role("analyst"), address)


def test_a_draft_says_that_it_looks_at_no_candles_and_what_comes_next(client, draft):
    text = page(client, f"/strategies/{draft.strategy.name}/?done=saved")
    assert "It looks at no candles yet: backtest it, then promote it to shadow." in text
    assert "A draft looks at no candles." in text
    assert "found nothing in the bars" not in text


def test_without_signals_the_list_leads_to_the_strategies(client, db):
    assert "See which strategies run" in page(client, "/signals/")


def test_who_chose_a_first_password_comes_back_to_where_a_second_factor_is_added(client):
    chosen = "violet kettle orbit 77"
    answer = client.post("/settings/security/password/first/", {"password1": chosen, "password2": chosen})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/security/")
    assert Person.objects.get().check_password(chosen)


def test_a_secret_that_only_another_shell_has_is_asked_for_where_heliograph_starts():
    with pytest.raises(BadChannel, match=r"that Heliograph was started in; .* start it again"):
        secret_of("DESK_SECRET", holds="the secret", environment={})


def test_a_secret_of_a_channel_may_lie_in_a_file(tmp_path):
    (tmp_path / "desk").write_text("hush\n")
    named = {"DESK_SECRET_FILE": str(tmp_path / "desk")}
    assert secret_of("DESK_SECRET", holds="it", environment=named) == "hush"
    with pytest.raises(BadChannel, match="DESK_SECRET_FILE: /nowhere cannot be read"):
        secret_of("DESK_SECRET", holds="it", environment={"DESK_SECRET_FILE": "/nowhere"})
