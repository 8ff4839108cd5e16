"""The generated part of the client is what the description of the API gives today."""

import sys
from pathlib import Path

import pytest

from heliograph.client import operations
from heliograph.web.api import api
from heliograph.web.api.routes import operations as operations_of

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "src" / "heliograph" / "client"


@pytest.fixture(scope="module")
def maker():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import make_client

        yield make_client
    finally:
        sys.path.remove(str(ROOT / "scripts"))


def test_the_files_are_those_of_the_description(maker):
    for name, text in maker.files(maker.description()).items():
        assert (CLIENT / name).read_text() == text, "run: make docs"


def test_every_operation_is_a_method():
    named = {one.view_func.__name__.replace("list_of_", "list_") for _, _, one in operations_of(api)}
    # The stream has a method of its own, `events`, and nobody needs the description again.
    missing = {one for one in named if not hasattr(operations.Operations, one)}
    assert missing == {"stream_events", "describe"}
