"""What stands in pages as Python, JSON or a strategy is that. Other tests run what can be run."""

import ast
import importlib
import inspect
import json

import pytest

from heliograph.engine.strategy import Strategy
from tests.documents.samples import PAGES, ROOT, blocks


def pages_with(language):
    """The pages that have such blocks."""
    return [pytest.param(one, id=str(one.relative_to(ROOT))) for one in PAGES if blocks(one, language)]


def imported(tree):
    """What a sample takes of ours, by the name that it uses."""
    return {
        alias.asname or alias.name: getattr(importlib.import_module(node.module), alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "heliograph"
        for alias in node.names
    }


@pytest.mark.parametrize("page", pages_with("python"))
def test_what_a_sample_of_python_takes_of_ours_is_there_and_takes_its_arguments(page):
    for sample in blocks(page, "python"):
        tree = ast.parse(sample)
        ours = imported(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ours:
                plain = [one for one in call.args if not isinstance(one, ast.Starred)]
                named = {one.arg: one.value for one in call.keywords if one.arg}
                inspect.signature(ours[call.func.id]).bind_partial(*plain, **named)


@pytest.mark.parametrize("page", pages_with("json"))
def test_json_can_be_read(page):
    for sample in blocks(page, "json"):
        json.loads(sample)


@pytest.mark.parametrize("page", pages_with("toml"))
def test_a_strategy_of_a_page_has_no_mistake(page):
    for sample in blocks(page, "toml"):
        if "timeframe =" in sample:
            assert Strategy.parse(sample).name
