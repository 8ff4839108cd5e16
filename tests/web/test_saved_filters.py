"""Filters that a person keeps are tabs of their own list, and of nobody else's."""

import re

import pytest

from heliograph.accounts.models import AuditEntry, SavedFilter
from heliograph.signals.models import Signal

pytestmark = pytest.mark.django_db
SHORTS = "?state=settled&side=short"


def keep(client, name, query=SHORTS):
    return client.post("/signals/filters", {"name": name, "query": query})


def tabs(client, address="/signals/"):
    page = client.get(address).content.decode()
    return re.findall(r'<a class="chip[^"]*" href="(/signals/[^"]*)"[^>]*><span>([^<]*) <b hx-get', page)


def test_a_kept_filter_is_a_tab_with_its_count(world, client):
    answer = keep(client, "  Settled   shorts ")

    assert answer["Location"] == f"/signals/{SHORTS}"
    assert tabs(client) == [(f"/signals/{SHORTS.replace('&', '&amp;')}", "Settled shorts")]
    count = client.get(f"/signals/filters/{SavedFilter.objects.get().pk}/count").content.decode()
    assert int(count) == Signal.objects.filter(side="short", outcome__state="settled").count() > 0
    told = AuditEntry.objects.filter(action__startswith="filter.")
    assert list(told.values_list("action", "subject")) == [("filter.save", "Settled shorts")]


def test_it_belongs_to_one_person(world, client, as_role):
    keep(client, "Mine")
    kept, other = SavedFilter.objects.get(), as_role("viewer")

    assert tabs(other) == []
    assert other.get(f"/signals/filters/{kept.pk}/count").status_code == 404
    assert other.post(f"/signals/filters/{kept.pk}/remove").status_code == 404
    assert keep(other, "Mine").status_code == 302


def test_it_can_be_kept_no_longer(world, client):
    keep(client, "Mine")

    answer = client.post(f"/signals/filters/{SavedFilter.objects.get().pk}/remove")

    assert answer["Location"] == f"/signals/{SHORTS}"
    assert tabs(client) == []


def test_what_is_not_understood_is_not_kept(world, client):
    keep(client, "Odd", "?side=sideways&state=open&nonsense=1")

    assert SavedFilter.objects.get().query == "?state=open"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "A filter needs a name of 1 to 60 letters."),
        ("x" * 61, "A filter needs a name of 1 to 60 letters."),
        ("a\x00b", "A filter needs a name of 1 to 60 letters."),
        ("Mine", "A filter of yours is named &#x27;Mine&#x27; already; choose another name."),
    ],
)
def test_a_name_that_will_not_do_is_said_and_asked_for_again(world, client, name, sentence):
    keep(client, "Mine")

    answer = keep(client, name)

    page = answer.content.decode()
    assert (answer.status_code, sentence in page) == (422, True)
    assert 'name="query" value="?state=settled&amp;side=short"' in page
    assert SavedFilter.objects.count() == 1


def test_there_is_a_most(world, client):
    for number in range(20):
        keep(client, f"Number {number}")

    assert "You keep 20 filters, which are the most" in keep(client, "One more").content.decode()


def test_the_list_can_be_taken_along_whole(world, client):
    page = client.get("/signals/?state=settled&side=short").content.decode()
    [address] = re.findall(r'href="(/api/v1/signals[^"]*format=csv)"', page)

    answer = client.get(address.replace("&amp;", "&"))

    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert len(rows) - 1 == Signal.objects.filter(side="short", outcome__state="settled").count()
