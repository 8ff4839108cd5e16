"""The example for Python on the page of events does what the page says."""

from itertools import islice
from pathlib import Path

import pytest

from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from tests.web.streaming import new_secret, served

PAGE = Path(__file__).parents[2] / "docs/how-to/events.md"


@pytest.mark.django_db(transaction=True)
def test_the_example_hears_what_happened_and_goes_on_where_it_was():
    code = PAGE.read_text().split("```python\n")[1].split("```")[0]
    function = code.split("\nfor number")[0]
    known = {}
    exec(function, known)
    for count in range(4):
        Job.objects.create(kind="backtest", title=f"Backtest {count}", created_at=utc_now())
    with served(look=0.1) as run:
        address, secret = f"http://127.0.0.1:{run.port}/api/v1/events", new_secret("viewer")
        first = list(islice(known["events"](address, secret), 2))
        rest = list(islice(known["events"](address, secret, after=first[-1][0]), 2))

    assert [number for number, _, _ in first + rest] == [1, 2, 3, 4]
    assert [told["data"]["title"] for _, _, told in first + rest] == [f"Backtest {n}" for n in range(4)]
