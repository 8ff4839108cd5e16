"""Expressions that are typed are drawn over the candles of an instrument."""

import json
import re

import numpy as np
import pytest
import talib

from heliograph.market.models import Candle

pytestmark = pytest.mark.django_db


def chart_of(answer):
    page = answer.content.decode()
    return json.loads(re.search(r'id="chart-data" type="application/json">(.*?)</script>', page, re.S)[1])


def address(world, place=0):
    return f"/instruments/{world.instruments[place].pk}/"


def closes(world):
    rows = Candle.objects.filter(instrument_id=world.instruments[0].pk).order_by("open_time")
    return np.array(rows.values_list("close", flat=True))


def test_a_price_lies_among_the_candles_and_what_is_none_has_a_pane(world, client):
    found = chart_of(client.get(address(world), {"plot": ["ema(close, 20)", "rsi(close, 14)"]}))

    assert [(line["name"], line["pane"]) for line in found["lines"]] == [
        ("ema(close, 20)", 0),
        ("rsi(close, 14)", 1),
    ]
    values = closes(world)
    for line, expected in zip(found["lines"], (talib.EMA(values, 20), talib.RSI(values, 14)), strict=True):
        known = expected[np.isfinite(expected)]
        assert [value for _, value in line["points"]] == pytest.approx(known.tolist())
    assert found["panes"] == 1


def test_a_condition_is_a_step_between_nothing_and_one(world, client):
    found = chart_of(client.get(address(world), {"plot": "close > open"}))

    rows = Candle.objects.filter(instrument_id=world.instruments[0].pk).order_by("open_time")
    expected = [float(close > opened) for opened, close in rows.values_list("open", "close")]
    assert [value for _, value in found["lines"][0]["points"]] == expected


def test_what_cannot_be_read_is_said_with_its_column_and_the_rest_is_drawn(world, client):
    answer = client.get(address(world), {"plot": ["emaa(close, 3)", "ema(close, 3)"]})

    page = answer.content.decode()
    assert "<b>column 1:</b>" in page
    assert "Did you mean <code>ema</code>?" in page
    assert [line["name"] for line in chart_of(answer)["lines"]] == ["ema(close, 3)"]


def test_more_than_there_is_room_for_is_said(world, client):
    texts = [f"rsi(close, {length})" for length in range(2, 10)]

    answer = client.get(address(world), {"plot": texts})

    assert [line["pane"] for line in chart_of(answer)["lines"]] == [1, 2, 3]
    page = answer.content.decode()
    assert "There is room for 3 panes below" in page
    assert "6 expressions are the most" in page
    assert "It has 600 letters" in client.get(address(world), {"plot": "1" * 600}).content.decode()


def test_typing_brings_the_chart_alone_and_no_newer_bar_brings_nothing(world, client):
    part = client.get(address(world), {"plot": "ema(close, 3)"}, headers={"HX-Request": "true"})
    newest = re.search(r'data-newest="(\d+)"', part.content.decode())[1]

    assert part.content.decode().lstrip().startswith('<div id="plot-chart"')
    asked = {"newest": newest, "plot": "ema(close, 3)"}
    assert client.get(address(world), asked, headers={"HX-Request": "true"}).status_code == 204
    world.play(300, 301)
    assert client.get(address(world), asked, headers={"HX-Request": "true"}).status_code == 200


def test_each_drawn_expression_can_be_taken_away(world, client):
    page = client.get(address(world), {"plot": ["ema(close, 3)", "atr(5)"]}).content.decode()

    assert 'href="?plot=atr%285%29" aria-label="Remove ema(close, 3)"' in page
    assert 'href="?plot=ema%28close%2C+3%29" aria-label="Remove atr(5)"' in page
