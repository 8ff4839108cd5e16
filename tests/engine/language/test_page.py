"""The pages of the language and of strategy files say what the code does."""

import re
from pathlib import Path

import pytest

from heliograph.engine.functions import FUNCTIONS
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.language.pages import indicators_reference
from heliograph.engine.language.reference import functions_reference
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy.keys import TABLES, VALUES

PAGES = Path(__file__).parents[3] / "docs" / "reference"


def test_the_page_lists_the_functions_that_there_are():
    page = (PAGES / "language.md").read_text()

    listed = re.search(r"<!-- functions:.*?-->\n(.*?)<!-- end -->", page, re.DOTALL)[1]

    assert listed == functions_reference(), "run: make docs"


def test_the_page_of_indicators_is_what_their_entries_say():
    assert (PAGES / "indicators.md").read_text() == indicators_reference(), "run: make docs"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_a_function_can_be_read(name):
    function = FUNCTIONS[name]

    parse(function.example, graph=Graph(), timeframe="1h")

    assert function.example.startswith(f"{name}(")


def test_the_page_of_strategy_files_names_every_key_and_its_example_is_one():
    page = (PAGES / "strategy-file.md").read_text()

    strategy = Strategy.parse(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1])

    assert strategy.name == "EMA pullback"
    keys = {*VALUES, *(key for table in TABLES.values() for key in table)}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
    assert [table for table in (*TABLES, "params") if f"[{table}]" not in page] == []
