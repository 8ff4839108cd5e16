"""The functions that an expression can call."""

import math
from functools import cache
from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.engine.functions import FUNCTIONS, Function
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.lengths import lengths
from heliograph.errors import NotFound
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import MOST, Chosen, Name, Paging
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.lists import Listed

router = Router(tags=["language"])
# Some settle by the clock, so that their figures need a timeframe.
TIMEFRAME = "1h"


class ParameterShape(Schema):
    """An argument of a function; it is required where `default` is null."""

    name: str
    kind: Literal["series", "period", "number", "timeframe"]
    default: float | None
    least: float
    most: float


class IndicatorShape(Schema):
    """A function of the language. Of its example: bars until it is known, and until where one began no longer
    matters (null: it always does)."""

    name: str
    signature: str
    group: str
    summary: str
    reference: str
    example: str
    parameters: list[ParameterShape]
    warmup: int
    settle: int | None


class IndicatorList(Listed[IndicatorShape]):
    """A page of functions."""


class AskedIndicators(Paging):
    """Which functions."""

    shape: ClassVar[type] = IndicatorShape
    limit: int = Field(MOST, ge=1, le=MOST, description="How many at most.")
    group: Name | None = None


class AskedIndicator(Chosen):
    """What of one function."""

    shape: ClassVar[type] = IndicatorShape


@router.get("indicators", response=IndicatorList, summary="What an expression can call")
@answers()
@needs("viewer")
def list_indicators(request: HttpRequest, asked: Query[AskedIndicators]) -> Page:
    """By name, with parameters, definition and example."""
    found = [indicator(one) for one in FUNCTIONS.values() if asked.group in (None, one.group)]
    return part_of(found, asked, name="indicators", key=lambda one: (str(one["name"]),))


@router.get("indicators/{name}", response=IndicatorShape, summary="One function")
@answers()
@needs("viewer")
def get_indicator(request: HttpRequest, name: Name, asked: Query[AskedIndicator]) -> dict[str, object]:
    """How it is called, what it gives and whose definition it follows."""
    if name not in FUNCTIONS:
        raise NotFound(f"There is no function `{name}`; /api/v1/indicators lists all.")
    return indicator(FUNCTIONS[name])


@cache
def indicator(function: Function) -> dict[str, object]:
    """The function as plain values."""
    (found,) = lengths([parse(function.example, graph=Graph(), timeframe=TIMEFRAME)], TIMEFRAME)
    named = ("name", "signature", "group", "summary", "reference", "example")
    parameters = ("name", "kind", "default", "least", "most")
    return {name: getattr(function, name) for name in named} | {
        "parameters": [{name: getattr(one, name) for name in parameters} for one in function.parameters],
        "warmup": found.warmup,
        "settle": math.ceil(found.settle) if math.isfinite(found.settle) else None,
    }
