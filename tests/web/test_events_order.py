"""Events are told in the order of their commits, each once, whatever transactions do."""

import random
import threading

import psycopg
import pytest
from django.db import connections

from heliograph.web.stream.log import READ

pytestmark = pytest.mark.django_db(transaction=True)
HAPPENS = """
INSERT INTO stream_event (topic, kind, data, at) VALUES ('health', 'test', to_jsonb(%s::int), now())
"""


@pytest.fixture
def link():
    """Opens connections of their own to the database of the test."""
    described = connections["default"].get_connection_params()
    named = {name: value for name, value in described.items() if name not in ("cursor_factory", "context")}
    opened = []

    def connect(*, autocommit=True):
        opened.append(psycopg.connect(**named, autocommit=autocommit))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


class Reader:
    """Follows the log from its beginning, as a listener does."""

    def __init__(self, link):
        self._link = link
        self.position, self.seen, self.positions = 0, [], []

    def place(self):
        self._link.execute("SELECT stream_place_events(3)")

    def read(self):
        for row in self._link.execute(READ, [self.position, 2]).fetchall():
            self.position = row[0]
            self.positions.append(row[0])
            self.seen.append(int(row[6]))


def test_what_was_written_first_and_committed_last_comes_last(link):
    slow, quick, reader = link(autocommit=False), link(), Reader(link())
    slow.execute(HAPPENS, [1])
    quick.execute(HAPPENS, [2])

    reader.place()
    reader.read()
    assert reader.seen == [2]
    slow.commit()
    reader.place()
    reader.read()

    assert (reader.seen, reader.positions) == ([2, 1], [1, 2])


def test_what_was_rolled_back_leaves_no_hole(link):
    undone, kept, reader = link(autocommit=False), link(), Reader(link())
    undone.execute(HAPPENS, [1])
    undone.rollback()
    kept.execute(HAPPENS, [2])

    reader.place()
    reader.read()

    assert (reader.seen, reader.positions) == ([2], [1])


def test_two_who_give_positions_do_it_one_after_the_other(link):
    first, second, reader = link(autocommit=False), link(), Reader(link())
    reader._link.execute(HAPPENS, [1])
    first.execute("SELECT stream_place_events(3)")
    reader._link.execute(HAPPENS, [2])
    waiting = threading.Thread(target=lambda: second.execute("SELECT stream_place_events(3)"))
    waiting.start()

    # The first is not done: whatever the second does meanwhile, nobody may see the event behind the first.
    reader.read()
    assert reader.seen == []
    first.commit()
    waiting.join()
    reader.read()

    assert (reader.seen, reader.positions) == ([1, 2], [1, 2])


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_commits_is_read_without_loss_or_repeat(link, seed):
    dice = random.Random(seed)
    links = [link(autocommit=False) for _ in range(4)]
    readers = [Reader(link()) for _ in range(2)]
    open_ones, committed, written = {}, [], 0
    for _ in range(150):
        act = dice.choice(("write", "write", "commit", "roll back", "place", "read"))
        writer = dice.choice(links)
        if act == "write":
            written += 1
            writer.execute(HAPPENS, [written])
            open_ones.setdefault(writer, []).append(written)
        elif act == "commit":
            writer.commit()
            committed += open_ones.pop(writer, [])
        elif act == "roll back":
            writer.rollback()
            open_ones.pop(writer, None)
        else:
            getattr(dice.choice(readers), act)()
    for writer in links:
        writer.rollback()
    for reader in readers:
        while reader.position < len(committed):
            reader.place()
            reader.read()

    assert [sorted(reader.seen) for reader in readers] == [sorted(committed)] * 2
    assert readers[0].seen == readers[1].seen
    assert readers[0].positions == list(range(1, len(committed) + 1))
