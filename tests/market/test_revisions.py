import pytest

from heliograph.market.models import Batch, Series
from heliograph.market.revisions import revision_page
from heliograph.market.undo import undo_import
from tests.market.test_quality import changed
from tests.signals.world import NOW, feed, make_venue, walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def corrected():
    """A bar that was corrected twice, and the deliveries that did it."""
    batch, instruments = make_venue()
    bars = walk(1, 10)
    feed(batch, instruments, bars)
    others = []
    for volume in (5.5, 7.5):
        other = Batch.objects.create(venue=batch.venue, kind="file", name=f"v{volume}", started_at=NOW)
        feed(other, instruments, changed(bars, volume={3: volume}))
        others.append(other)
    return batch, bars, others


def test_each_correction_says_what_was_before_and_what_came_after(corrected, django_assert_num_queries):
    batch, bars, (second, third) = corrected
    with django_assert_num_queries(3):
        found, following = revision_page(limit=10)

    assert following is None
    assert [(one.before[4], one.after[4]) for one in found] == [(5.5, 7.5), (float(bars.volume[0, 3]), 5.5)]
    assert [(one.source, one.replaced_by) for one in found] == [(second, third), (batch, second)]


def test_pages_go_on_where_they_ended(corrected):
    first, following = revision_page(limit=1)
    second, end = revision_page(limit=1, before=following)

    assert (first[0].after[4], second[0].after[4], end) == (7.5, 5.5, None)


def test_a_bar_that_was_taken_away_has_nothing_after(corrected):
    batch, _, others = corrected
    for one in (*others[::-1], batch):
        undo_import(one.pk, at=NOW, unfinished=True)

    found, _ = revision_page(series=Series.objects.get(), limit=100)

    assert found[0].undone
    assert {one.after for one in found if one.source == batch} == {None} | {
        one.after for one in found if one.source == batch and one.after
    }
    assert [one.after for one in found][:10] == [None] * 10
