import pytest

from heliograph.fleet.models import Job, Node, Work
from heliograph.signals.models import Evaluation
from heliograph.web.views.work import TABS
from tests.web.workshop import make_workshop

EMPTY = {
    "queues": "No message was lost.",
    "nodes": "No worker has registered.",
    "placement": "Nothing is placed.",
    "cache": "Nothing was cached yet.",
    "scaling": "No scaling action yet.",
    "evaluations": "Nothing was evaluated yet.",
    "jobs": "No long work yet.",
}


@pytest.fixture
def workshop(db):
    """Work of every kind."""
    make_workshop()


def body(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def act(client, name, what, of):
    return client.post(f"/work/{name}/act", {"act": what, "of": of})


@pytest.mark.django_db
@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_house_says_what_will_stand_there(client, name):
    assert EMPTY[name] in body(client, f"/work/{name}/")


@pytest.mark.django_db
def test_work_begins_with_the_queues_and_has_no_page_of_another_name(client):
    assert "<h1>Queues</h1>" in body(client, "/work/")
    assert client.get("/work/kitchen/").status_code == 404
    assert client.post("/work/queues/act", {"act": "burn", "of": "shard:9"}).status_code == 404


@pytest.mark.parametrize("name", TABS)
def test_a_page_asks_for_its_live_part_alone(client, workshop, name):
    whole = body(client, f"/work/{name}/")
    part = body(client, f"/work/{name}/", **{"HX-Request": "true"})

    assert f'hx-get="/work/{name}/"' in whole
    assert part.lstrip().startswith('<div id="work" data-live')
    assert "<html" not in part


def test_parked_work_stands_first_with_its_traceback(client, workshop):
    page = body(client, "/work/queues/")

    assert page.index("shard:9") < page.index("shard:7") < page.index("shard:1")
    assert "ZeroDivisionError: division by zero" in page
    assert "3 tries in a row" in page


def test_a_node_says_its_state_and_why(client, workshop):
    page = body(client, "/work/nodes/")

    assert page.index("worker-4") < page.index("worker-3") < page.index("worker-1")
    assert "its heartbeat stopped" in page
    assert "new memory on Friday" in page
    assert "212 MB" in page


def test_a_decision_of_placement_says_why(client, workshop):
    page = body(client, "/work/placement/")

    assert "desk:worker-4 is lost: its last heartbeat was 12 s ago" in page
    assert "desk:worker-1 comes first for it, and holds 0 of at most 7" in page


def test_an_evaluation_shows_its_mode(client, world):
    page = body(client, "/work/evaluations/")

    assert "database" in page
    assert "900" in page


def test_an_evaluation_says_what_its_gates_measured(client, world):
    fresh = {"open": True, "says": "the newest bar is 0 bars behind, less than 2 are allowed"}
    gaps = {"open": False, "says": "9 % of the last 100 bars are missing, 5 % are allowed"}
    Evaluation.objects.update(gates={"freshness": fresh, "gaps": gaps})

    page = body(client, "/work/evaluations/")

    assert f"<b>gaps closed:</b> {gaps['says']} · {fresh['says']}" in page
    assert "{&#x27;" not in page


def test_gates_that_are_all_open_are_a_line_to_be_opened(client, world):
    """Three sentences in each of a hundred rows made a page of them."""
    fresh = {"open": True, "says": "the newest bar is 0 bars behind, less than 2 are allowed"}
    gaps = {"open": True, "says": "0 % of the last 100 bars are missing, 5 % are allowed"}
    Evaluation.objects.update(gates={"freshness": fresh, "gaps": gaps})

    page = body(client, "/work/evaluations/")

    said = "".join(f"{gate['says']} · " for gate in (gaps, fresh)).removesuffix(" · ")
    other = "".join(f"{gate['says']} · " for gate in (fresh, gaps)).removesuffix(" · ")
    shown = "<details><summary>2 of 2 open</summary>"
    assert f"{shown}{said}</details>" in page or f"{shown}{other}</details>" in page


def test_a_job_shows_how_far_it_is(client, workshop):
    page = body(client, "/work/jobs/")

    assert "120,000 of 200,000 bars" in page
    assert "time left: 4 min" in page
    assert '<progress class="progress" value="120000" max="200000">' in page


def test_what_can_be_done_is_done_and_said(client, workshop):
    running = Job.objects.get(state="running")

    assert act(client, "queues", "retry", "shard:9").status_code == 302
    assert act(client, "nodes", "drain", "desk:worker-1").status_code == 302
    assert act(client, "nodes", "undrain", "desk:worker-3").status_code == 302
    assert act(client, "jobs", "cancel", str(running.pk)).status_code == 302

    assert Work.objects.get(key="shard:9").state == "failed"
    assert dict(Node.objects.values_list("name", "draining")) == {
        "desk:worker-1": True,
        "desk:worker-2": False,
        "desk:worker-3": False,
        "desk:worker-4": False,
    }
    assert Job.objects.get(pk=running.pk).cancel_asked


def test_what_cannot_be_done_is_a_sentence_on_the_page(client, workshop):
    answer = act(client, "queues", "drop", "shard:404")

    assert answer.status_code == 409
    assert "No work" in answer.content.decode()
    assert "shard:404" in answer.content.decode()


@pytest.mark.parametrize("act", ["retry", "drop", "drain", "undrain", "cancel"])
def test_a_name_that_no_row_can_have_is_not_found(client, workshop, act):
    assert client.post("/work/queues/act", {"act": act, "of": "a\x00b"}).status_code == 404
