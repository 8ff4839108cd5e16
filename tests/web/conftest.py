import pytest

from tests.web.world import make_world


@pytest.fixture
def world(db):
    """Signals of all kinds."""
    return make_world()
