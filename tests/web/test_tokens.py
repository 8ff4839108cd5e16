"""Tokens at the door of the API: each that opens nothing says why; and how often their use is written."""

from datetime import timedelta

import pytest
from django.test import Client

from heliograph.accounts.models import ApiToken
from heliograph.accounts.people import give_role, set_active
from heliograph.accounts.tokens import add_token, list_tokens, revoke, token_of
from heliograph.kit.clock import utc_now
from tests.web.people import JOINED, person_with, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/signals"


def show(secret, address=ADDRESS, **named):
    return Client(headers={"Authorization": f"Bearer {secret}"}).get(address, **named)


def made(**named):
    at = named.pop("at", utc_now())
    return add_token("bot", **{"person": person_with("admin"), "scope": "read"} | named, at=at)


def refusal(answer):
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == 'Bearer realm="Heliograph", error="invalid_token"'
    return answer.json()["detail"]


def test_a_token_opens_the_api_and_no_page():
    secret = made().secret
    assert show(secret).status_code == 200
    answer = show(secret, "/signals/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=%2Fsignals%2F")


def test_nobody_is_told_how_to_sign_in(nobody):
    answer = nobody.get(ADDRESS)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Heliograph"')
    assert "heliograph token add" in answer.json()["detail"]


def test_an_expired_token_says_when_it_expired():
    expires_at = JOINED + timedelta(days=1)
    token = made(at=JOINED, expires_at=expires_at)
    shown = f"hg_{token.token.prefix}…"
    assert refusal(show(token.secret)) == f"The token {shown} expired on 2 Jan 2024 00:00 UTC."


def test_a_revoked_token_says_so():
    token = made()
    assert revoke(token.token, at=utc_now())
    assert refusal(show(token.secret)) == f"The token hg_{token.token.prefix}… is revoked."
    assert not revoke(token.token, at=utc_now())


def test_living_tokens_come_first_and_those_newest_first():
    person = person_with("viewer")
    for name, days in (("oldest", 1), ("newest", 9), ("revoked", 20)):
        token = add_token(name, person=person, scope="read", at=JOINED + timedelta(days=days)).token
    revoke(token, at=JOINED + timedelta(days=21))
    assert [one.name for one in list_tokens(person)] == ["newest", "oldest", "revoked"]


def test_the_token_of_somebody_who_is_let_in_no_more_opens_nothing():
    person_with("admin")
    token = made(person=person_with("viewer"))
    set_active(token.token.person, active=False)
    assert "belongs to the viewer, who is let in no more" in refusal(show(token.secret))


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "hg_", "hg__", "hg_00000000_", "hg_ÄÄ_x", "hg_00000000_" + "x" * 9000]
)
def test_what_is_no_token_is_refused(wrong):
    refusal(Client(headers={"Authorization": f"Bearer {wrong}"}).get(ADDRESS))


def test_a_token_with_another_ending_is_not_known():
    token = made()
    sentence = refusal(show(token.secret[:-1] + ("a" if token.secret[-1] != "a" else "b")))
    assert sentence == f"The token hg_{token.token.prefix}… is not known."
    assert token.token.digest not in sentence


def test_a_scope_that_is_too_small_is_named(world):
    from heliograph.web.accounts.access import Role
    from heliograph.web.accounts.asker import Asker
    from heliograph.web.accounts.gate import _why_not

    token = made().token
    assert _why_not(Asker(token.person, token), Role.ANALYST) == (
        f"The token hg_{token.prefix}… has scope read; this needs write."
    )
    assert _why_not(Asker(token.person, token), Role.ADMIN).endswith("has scope read; this needs admin.")
    viewer = person_with("viewer")
    assert _why_not(Asker(viewer), Role.OPERATOR) == (
        "This needs the role operator; the viewer has the role viewer. An admin can give it."
    )


def test_a_token_may_no_more_than_its_person_may_now(client):
    person = person_with("operator")
    secret = made(person=person, scope="admin").secret
    person.groups.clear()
    answer = show(secret)
    assert answer.status_code == 403
    assert "has no role" in answer.json()["detail"]
    give_role(person, "viewer")
    assert show(secret).status_code == 200


def test_use_is_written_once_a_minute(django_assert_num_queries):
    token, at = made(), utc_now()
    token_of(token.secret, at=at)
    assert ApiToken.objects.get().last_used_at == at
    with django_assert_num_queries(1):
        token_of(token.secret, at=at + timedelta(seconds=59))
    assert ApiToken.objects.get().last_used_at == at
    token_of(token.secret, at=at + timedelta(seconds=60))
    assert ApiToken.objects.get().last_used_at == at + timedelta(seconds=60)


def test_a_session_needs_the_csrf_token_where_a_program_does_not(world):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(person_with("admin")).cookies
    refused = strict.post("/work/nodes/act", {"act": "drain", "of": "nobody"})
    assert refused.status_code == 403


def test_the_page_shows_a_token_once_and_takes_it_back(client):
    answer = client.post("/settings/tokens/add", {"name": "bot", "scope": "write", "days": "30"})
    token = ApiToken.objects.get()
    page = answer.content.decode()
    assert f"hg_{token.prefix}_" in page
    assert "no-store" in answer["Cache-Control"]
    assert (token.expires_at - token.created_at).days == 30

    listed = client.get("/settings/tokens/").content.decode()
    assert f"hg_{token.prefix}…" in listed
    assert f"hg_{token.prefix}_" not in listed
    client.post(f"/settings/tokens/{token.pk}/revoke")
    assert ApiToken.objects.get().revoked_at is not None
    assert "revoked" in client.get("/settings/tokens/").content.decode()


def test_the_page_says_what_is_wrong(client):
    client.post("/settings/tokens/add", {"name": "bot", "scope": "read", "days": ""})
    for data, sentence in (
        ({"name": "bot", "scope": "read", "days": ""}, "has a token named"),
        ({"name": "", "scope": "read"}, "This field is required"),
        ({"name": "x", "scope": "root"}, "Select a valid choice"),
    ):
        answer = client.post("/settings/tokens/add", data)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert ApiToken.objects.count() == 1


def test_others_tokens_are_for_admins_alone(client, as_role):
    made(person=person_with("analyst"))
    assert "of the analyst" in client.get("/settings/tokens/").content.decode()
    assert "No tokens yet" in as_role("viewer").get("/settings/tokens/").content.decode()
