"""What changes of stage would do, in the words of the pages that ask before they are made."""

import re
from html import unescape

import pytest

from heliograph.signals.models import StrategyVersion
from heliograph.signals.strategies import add_strategy, promote
from tests.signals.world import BUSY, NOW
from tests.web.api.test_writes import send
from tests.web.people import give_to, person_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(as_token):
    """A program of an operator."""
    return as_token("write", role="operator")


@pytest.fixture
def versions(world):
    """One that is live, one that was before, and a draft."""
    promote(world.version, at=NOW)
    texts = [BUSY.replace("cooldown = 3", f"cooldown = {number}") for number in (4, 5)]
    second = promote(add_strategy(text=texts[0], at=NOW), at=NOW)
    draft = add_strategy(text=texts[1], stage="draft", at=NOW)
    return {"former": world.version, "live": second, "draft": draft}


def effects(client, version):
    status, told = send(client, "get", f"versions/{version.pk}/effects")
    assert status == 200, told
    return told["items"]


@pytest.mark.parametrize(
    ("which", "acts"),
    [
        ("draft", [("shadow", "analyst"), ("live", "operator"), ("retire", "analyst")]),
        ("live", [("rollback", "operator"), ("retire", "operator")]),
        ("former", []),
    ],
)
def test_each_that_is_possible_is_told_as_its_page_says_it(program, as_role, versions, which, acts):
    stages = list(StrategyVersion.objects.order_by("pk").values_list("stage", flat=True))
    found = effects(program, versions[which])
    assert [(one["act"], one["needs"]) for one in found] == acts
    for one in found:
        number = versions[which].number
        page = as_role("operator").get(f"/strategies/Busy/{one['act']}?version={number}", follow=True)
        assert one["effect"] in unescape(re.sub(r"<[^>]+>", "", page.content.decode()))
    assert list(StrategyVersion.objects.order_by("pk").values_list("stage", flat=True)) == stages


def test_after_it_was_done_others_are_possible(program, versions):
    send(program, "post", f"versions/{versions['draft'].pk}/shadow")
    assert [one["act"] for one in effects(program, versions["draft"])] == ["live", "retire"]


def test_of_the_strategies_of_others_nothing_is_told(as_token, versions):
    give_to(versions["live"].strategy, person_with("analyst", "somebody else"))
    program = as_token("write", role="operator")
    assert send(program, "get", f"versions/{versions['live'].pk}/effects")[0] == 404
    assert send(program, "get", "versions/99999999/effects")[0] == 404
    assert send(as_token("read", role="operator"), "get", f"versions/{versions['live'].pk}/effects")[0] == 403
