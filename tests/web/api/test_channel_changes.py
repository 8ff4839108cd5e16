"""Channels by the API: their secrets are shown once, and what they are is changed."""

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.notices.channel import add_channel, made_secrets
from heliograph.notices.channels.offers import OFFERS
from heliograph.notices.models import Channel
from heliograph.web.models import KeptAnswer
from tests.signals.world import NOW
from tests.web.api.test_writes import send
from tests.web.people import with_token

pytestmark = pytest.mark.django_db
HOOK = {"name": "desk", "kind": "webhook", "options": {"url": "https://hooks.example/x"}}


@pytest.fixture
def program(as_token):
    """A program of an operator."""
    return as_token("write", role="operator")


def actions():
    rows = AuditEntry.objects.order_by("pk")
    return [(one.action, one.details.get("act") or one.details.get("options")) for one in rows]


def test_a_secret_is_shown_once_to_whoever_adds_the_channel(program):
    status, made = send(program, "post", "channels", HOOK)

    assert (status, made["secret"], made["secrets"]) == (201, *made_secrets("desk"), 1)
    assert made["secret"].startswith("whsec_")
    assert made["options"] == {"url": "https://hooks.example/x"}
    for path in ("channels/desk", "channels"):
        assert made["secret"] not in str(send(program, "get", path)[1])
    assert "own_secret" not in str(send(program, "get", "channels/desk")[1])
    assert send(program, "post", "channels", {"name": "lines", "kind": "log"})[1]["secret"] is None


def test_a_repeated_answer_holds_no_secret(program):
    first, again = (send(program, "post", "channels", HOOK, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first[0], again[0], again[1]) == (201, 201, first[1] | {"secret": None})
    assert first[1]["secret"] not in str([bytes(one.body) for one in KeptAnswer.objects.all()])
    assert Channel.objects.count() == 1


def test_a_secret_is_replaced_in_two_steps(program):
    first = send(program, "post", "channels", HOOK)[1]["secret"]
    status, renewed = send(program, "post", "channels/desk/secret")

    assert (status, renewed["secrets"]) == (200, 2)
    assert renewed["secret"] != first
    assert made_secrets("desk") == [renewed["secret"], first]
    assert send(program, "post", "channels/desk/secret/end")[1]["secrets"] == 1
    assert made_secrets("desk") == [renewed["secret"]]
    assert actions()[1:] == [("channel.secret", "renew"), ("channel.secret", "end")]
    send(program, "post", "channels", {"name": "lines", "kind": "log"})
    status, told = send(program, "post", "channels/lines/secret")
    assert (status, told["detail"]) == (422, "The channel lines has no secret that was made for it.")


def test_a_change_says_only_what_is_to_be_other(program):
    send(program, "post", "channels", HOOK)
    (secret,) = made_secrets("desk")
    status, changed = send(
        program,
        "patch",
        "channels/desk",
        {"options": {"url": "https://hooks.example/y", "preset": "freqtrade", "format": "json"}},
    )
    assert (status, changed["options"]["url"], changed["secrets"]) == (200, "https://hooks.example/y", 0)
    status, back = send(
        program, "patch", "channels/desk", {"options": {"preset": None, "format": None}, "enabled": False}
    )
    # It was signed no more, so the secret that is made now is another one.
    assert (status, back["enabled"], back["options"]) == (200, False, {"url": "https://hooks.example/y"})
    assert (back["secret"], back["secret"] != secret) == (*made_secrets("desk"), True)
    assert send(program, "patch", "channels/desk", {"enabled": True})[1]["secret"] is None
    assert Channel.objects.get().enabled is True
    assert [told for action, told in actions() if action == "channel.change"] == [
        ["format", "preset", "url"],
        ["format", "preset"],
        [],
    ]


@pytest.mark.parametrize(
    ("role", "told", "status"),
    [
        ("operator", {"options": {"allow_private": ["10.0.0.7"]}}, 403),
        ("operator", {"options": {"url": "https://10.0.0.7/x"}}, 422),
        ("admin", {"options": {"secret_env": "DATABASE_URL"}}, 422),
        ("admin", {"options": {"colour": "red"}}, 422),
        ("admin", {"options": {"url": None}}, 422),
        ("admin", {"colour": "red"}, 422),
        ("admin", {"enabled": "yes"}, 422),
    ],
)
def test_what_a_channel_may_not_become_is_refused_and_nothing_changes(role, told, status):
    add_channel("desk", kind="webhook", options=HOOK["options"], topics=None, at=NOW)
    before = Channel.objects.get().options
    assert send(with_token("admin", role=role), "patch", "channels/desk", told)[0] == status
    assert (Channel.objects.get().options, actions()) == (before, [])


def test_a_channel_of_others_is_not_there(program):
    add_channel("theirs", kind="log", options={}, at=NOW)
    Channel.objects.update(audience="person:999")
    assert send(program, "get", "channels/theirs")[0] == 404
    assert send(program, "patch", "channels/theirs", {"enabled": False})[0] == 404
    assert Channel.objects.get().enabled is True


def test_what_a_channel_can_be_is_listed_with_its_options(as_token):
    kinds = send(as_token("read"), "get", "channel-kinds?limit=100")[1]["items"]
    assert {one["name"] for one in kinds} == {name for name, one in OFFERS.items() if one.group}
    telegram = next(one for one in kinds if one["name"] == "telegram")
    assert (telegram["kind"], telegram["fixed"]) == ("apprise", {"service": "telegram"})
    token = next(one for one in telegram["options"] if one["name"] == "token_env")
    assert (token["needed"], token["holds_secret"], token["inside"]) == (True, True, False)
