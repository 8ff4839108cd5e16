"""A text becomes a new version, unless it says nothing new or another one was faster."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from heliograph.engine.strategy import BadStrategy
from heliograph.signals.errors import SameText, SavedMeanwhile
from heliograph.signals.models import StrategyVersion
from heliograph.signals.save import save_version
from tests.signals.world import BUSY, NOW, later

SECOND = BUSY.replace("cooldown = 3", "cooldown = 2")


def save(text, **given):
    return save_version(**{"text": text, "stage": "draft", "base": 0, "at": NOW} | given)


@pytest.mark.django_db
def test_a_text_becomes_the_next_version_with_its_author():
    first = save(BUSY, author="person:7")
    second = save(SECOND, base=1, stage="shadow", at=later(1))

    told = [(one.number, one.stage, one.author, one.text) for one in (first, second)]
    assert told == [(1, "draft", "person:7", BUSY), (2, "shadow", "", SECOND)]
    with pytest.raises(IntegrityError), transaction.atomic():
        StrategyVersion.objects.filter(pk=first.pk).update(author="person:8")


@pytest.mark.django_db
def test_a_text_that_means_the_same_is_refused_kindly():
    save(BUSY)
    with pytest.raises(SameText) as caught:
        save("# mine\n" + BUSY, base=1)

    assert str(caught.value) == (
        "Busy v1 means the same already (comments and layout do not count): nothing was saved."
    )
    assert StrategyVersion.objects.count() == 1


@pytest.mark.django_db
def test_who_was_slower_is_told_of_the_newer_version():
    save(BUSY)
    save(SECOND, base=1)
    third = BUSY.replace("cooldown = 3", "cooldown = 9")
    for base, begun in ((1, "Since you began with v1, "), (0, "")):
        with pytest.raises(SavedMeanwhile) as caught:
            save(third, base=base)
        assert str(caught.value) == (f"{begun}v2 of Busy was saved: look at what differs, then save again.")

    assert save(third, base=2).number == 3


@pytest.mark.django_db
def test_a_wrong_text_leaves_nothing_behind():
    with pytest.raises(BadStrategy):
        save('name = "Busy"')

    assert StrategyVersion.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_that_begin_one_strategy_at_once_one_is_told():
    start, told = threading.Barrier(2), []

    def write(text):
        start.wait()
        try:
            told.append(save(text).number)
        except SavedMeanwhile as fault:
            told.append(fault.newest)
        connections.close_all()

    writers = [threading.Thread(target=write, args=(text,)) for text in (BUSY, SECOND)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert told == [1, 1]
    assert StrategyVersion.objects.count() == 1
