"""What tests of workers leave behind."""

import pytest

from heliograph.fleet.vouch import HERE


@pytest.fixture(autouse=True)
def vouch_no_longer():
    """A session that holds a lock would keep the database of the tests from being dropped."""
    yield
    HERE.end()
