"""`heliograph nodes`: who is there, who drains, and why a shard lies where it does."""

import json

import pytest

from heliograph.cli.moments import now
from heliograph.fleet import nodes
from heliograph.fleet.placement.place import place
from tests.cli.test_quickstart import commands

pytestmark = pytest.mark.django_db
KEYS = [f"shard:{number}" for number in range(10)]


@pytest.fixture
def two():
    for name in ("node-1", "node-2"):
        nodes.register(name, queues=["generate"], capacity=1, at=now())
    return place(KEYS, concern="generate", strategy="rendezvous", at=now())


def test_without_nodes_the_list_says_how_to_get_one(heliograph):
    answer = heliograph("nodes", "list")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "No node has registered; `heliograph up` starts a worker.\n"


def test_a_drained_node_is_listed_with_its_reason_and_loses_its_work(heliograph, two):
    drained = heliograph("nodes", "drain", "node-2", "--reason", "new disk")
    assert (drained.code, drained.err) == (0, "node-2 drains: no more work is placed on it.\n")
    place(KEYS, concern="generate", strategy="rendezvous", at=now())

    items = json.loads(heliograph("nodes", "list", "--json").out)["items"]
    assert [(item["name"], item["state"], item["why"], item["places"]) for item in items] == [
        ("node-1", "alive", "", 10),
        ("node-2", "draining", "new disk", 0),
    ]
    assert "new disk" in heliograph("nodes", "list").out

    assert heliograph("nodes", "undrain", "node-2", "--json").code == 0
    states = json.loads(heliograph("nodes", "list", "--json").out)["items"]
    assert [item["state"] for item in states] == ["alive", "alive"]


def test_a_slow_machine_weighs_less(heliograph, two):
    assert heliograph("nodes", "weigh", "node-2", "0.5").err == "node-2 weighs 0.5 from now on.\n"
    moved = place(KEYS, concern="generate", strategy="rendezvous", at=now())

    # Ten keys, a third of them and a tenth more.
    assert list(moved.values()).count("node-2") <= 4
    assert [item["weight"] for item in json.loads(heliograph("nodes", "list", "--json").out)["items"]] == [
        1,
        0.5,
    ]


def test_a_place_is_explained_with_its_last_decisions(heliograph, two):
    key = next(key for key, node in two.items() if node == "node-2")
    nodes.drain("node-2", reason="new disk")
    place(KEYS, concern="generate", strategy="rendezvous", at=now())

    story = json.loads(heliograph("nodes", "explain", key, "--json").out)

    moves = [(one["before"], one["after"], one["reason"]) for one in story["decisions"]]
    assert (story["node"], story["what"], moves[0]) == (
        "node-1",
        "",
        ("node-2", "node-1", "node-2 is draining: new disk; node-1 ranks first of 1 for it"),
    )
    assert story["ranking"] == [{"node": "node-1", "holds": 10, "most": 11}]
    assert f"{key} lies on node-1: node-2 is draining" in heliograph("nodes", "explain", key).out


def test_the_commands_of_the_page_work(heliograph):
    for name in ("worker-1@lab", "worker-2@lab", "worker-3@lab"):
        nodes.register(name, queues=["generate"], capacity=1, at=now())
    place(["shard:12"], concern="generate", strategy="rendezvous", at=now())

    lines = commands("docs/concepts/placement.md")

    assert [line[0] for line in lines] == ["heliograph"] * 5
    assert [heliograph(*line[1:]).code for line in lines] == [0] * 5


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("drain", "node-9"), "There is no node 'node-9'; registered are node-1, node-2.\n"),
        (
            ("weigh", "node-2", "0"),
            "A weight is more than 0 and at most 100, not 0; to stop, drain the node.\n",
        ),
        (
            ("explain", "shard:99"),
            "'shard:99' is placed nowhere; placed are, for example, shard:0, shard:1, shard:2.\n",
        ),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(heliograph, two, words, says):
    answer = heliograph("nodes", *words)
    assert (answer.code, answer.out, answer.err) == (2, "", says)
