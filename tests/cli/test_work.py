"""`heliograph work`: what is parked is shown with its traceback, tried again, or left alone."""

import json

import pytest

from heliograph.cli.moments import now
from heliograph.fleet.models import Work
from heliograph.workers.post import BadPost, Post
from tests.cli.conftest import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked():
    return Work.objects.create(
        kind="generate",
        key="shard:12",
        state="parked",
        tries=3,
        node="worker@here",
        started_at=now(),
        error="ValueError: no",
        traceback="Traceback (most recent call last):\n  ...\nValueError: no\n",
    )


def test_where_nothing_failed_the_list_says_so(heliograph):
    assert heliograph("work", "list").err == "Nothing runs, failed or is parked.\n"


def test_parked_work_is_shown_with_its_traceback(heliograph, parked):
    shown = heliograph("work", "list", "--parked").out
    (item,) = json.loads(heliograph("work", "list", "--json").out)

    assert shown.endswith("\ngenerate shard:12\nTraceback (most recent call last):\n  ...\nValueError: no\n")
    assert [item[name] for name in ("key", "state", "tries", "node")] == [
        "shard:12",
        "parked",
        3,
        "worker@here",
    ]


def test_it_is_tried_again_or_left_alone(heliograph, parked):
    assert heliograph("work", "drop", "shard:12").out == (
        "shard:12 is left alone; `heliograph work retry shard:12` takes it up again.\n"
    )
    assert heliograph("work", "retry", "shard:12").out == "1 piece of work will be tried again.\n"
    parked.refresh_from_db()
    assert (parked.state, parked.tries) == ("failed", 0)
    assert json.loads(heliograph("work", "retry", "--all", "--json").out) == {"retried": 0}


def test_work_that_is_not_there_is_one_sentence(heliograph):
    sentence = "No work 'shard:9' failed or is parked; `heliograph work list` shows what there is."
    assert refused(heliograph("work", "retry", "shard:9")) == sentence
    assert refused(heliograph("work", "drop", "shard:9")) == sentence
    assert refused(heliograph("work", "retry")) == (
        "Name the work to be tried again, or say --all for all that is parked."
    )


def test_a_worker_of_unknown_queues_is_refused():
    with pytest.raises(BadPost) as refusal:
        Post(name="night", queues=("generate", "signals"), concurrency=1)

    assert str(refusal.value) == (
        "There is no queue 'signals'; there are ingest, generate, settle, notices, research, upkeep."
    )
