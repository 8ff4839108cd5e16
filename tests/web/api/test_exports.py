"""Whole lists as files."""

import asyncio
import csv
import io
import json
import threading
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient

from heliograph.accounts.tokens import add_token
from heliograph.kit.wait import wait_until
from heliograph.market.models import Candle, Instrument
from heliograph.web.api.exports.csv_form import CsvForm
from heliograph.web.api.exports.json_form import JsonForm
from heliograph.web.api.exports.parquet_form import ParquetForm
from heliograph.web.api.exports.stream import in_a_thread
from heliograph.web.api.exports.table import Column, Table
from tests.web.api.test_lists import pages
from tests.web.people import JOINED, person_with


def got(client, address):
    """The bytes of an export."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["signals?state=all", "signals?state=settled&side=long", "outcomes?state=settled"]
)
def test_the_file_of_a_list_holds_its_pages(client, world, query):
    expected = pages(client, f"/api/v1/{query}&limit=100")
    assert len(expected) > 10

    assert json.loads(got(client, f"/api/v1/{query}&format=json")) == expected
    lines = list(csv.DictReader(io.StringIO(got(client, f"/api/v1/{query}&format=csv").decode(), newline="")))
    assert [list(line) for line in lines] == [list(expected[0])] * len(expected)
    assert [line["r"] for line in lines] == ["" if one["r"] is None else repr(one["r"]) for one in expected]
    table = pq.read_table(io.BytesIO(got(client, f"/api/v1/{query}&format=parquet")))
    assert table.column_names == list(expected[0])
    assert table["return_pct"].to_pylist() == [one["return_pct"] for one in expected]
    times = [one["exit_time"] for one in expected]
    assert table["exit_time"].to_pylist() == [time and datetime.fromisoformat(time) for time in times]


@pytest.mark.django_db
def test_candles_are_exported_to_the_last_digit(client, world):
    whole = got(client, "/api/v1/candles?symbol=ETH/USDT&format=csv").decode()

    rows = Candle.objects.filter(instrument=world.instruments[1]).order_by("-open_time")
    expected = [
        f"{row.open_time:%Y-%m-%dT%H:%M:%SZ},{row.open!r},{row.high!r},{row.low!r},{row.close!r},{row.volume!r}"
        for row in rows
    ]
    assert whole.split("\r\n") == ["open_time,open,high,low,close,volume", *expected, ""]


@pytest.mark.django_db
def test_evaluations_and_empty_lists_are_exported(client, world):
    [one] = json.loads(got(client, "/api/v1/evaluations?format=json&fields=strategy,bars,gates"))
    assert (one["strategy"], one["bars"], one["gates"]) == ("Busy", 900, {})
    assert got(client, "/api/v1/signals?symbol=NONE&format=json") == b"[]"
    assert got(client, "/api/v1/signals?symbol=NONE&format=csv&fields=id,r") == b"id,r\r\n"
    empty = pq.read_table(io.BytesIO(got(client, "/api/v1/signals?symbol=NONE&format=parquet")))
    assert (empty.num_rows, empty.schema.field("created_at").type) == (0, pa.timestamp("us", tz="UTC"))


@pytest.mark.django_db
def test_a_file_has_a_name_with_a_date(client, world):
    answer = client.get("/api/v1/candles?symbol=BTC/USDT&format=csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="candles-BTC-USDT-1h-20')
    assert answer["Content-Disposition"].endswith('.csv"')
    head = client.head("/api/v1/candles?symbol=BTC/USDT&format=csv")
    assert (head["Content-Disposition"], head.content) == (answer["Content-Disposition"], b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["format=csv&limit=5", "format=json&cursor=x", "format=xml", "format=csv&fields=nope"]
)
def test_what_does_not_go_with_a_file_is_refused_by_name(client, world, query):
    answer = client.get(f"/api/v1/signals?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["name"] in ("limit", "cursor", "format", "fields")


@pytest.mark.django_db
def test_a_formula_in_a_name_becomes_text(client, world):
    for place, symbol in enumerate(("=cmd|' /C calc'!A0", "@SUM(1)", '+1,"2"')):
        Instrument.objects.filter(pk=world.instruments[place].pk).update(symbol=symbol)
    whole = got(client, "/api/v1/signals?state=all&format=csv&fields=symbol,mae_r").decode()

    lines = list(csv.DictReader(io.StringIO(whole, newline="")))
    assert {line["symbol"] for line in lines} == {"'=cmd|' /C calc'!A0", "'@SUM(1)", '\'+1,"2"'}
    assert any(line["mae_r"].startswith("-") for line in lines)


COLUMNS = (Column("when", "moment"), Column("n", "whole"), Column("x", "number"), Column("is", "flag"))
COLUMNS += (Column("text", "text"), Column("levels", "numbers"), Column("parts", "tree"))
NOON = datetime.fromisoformat("2024-03-05T12:00:00.250+00:00")
ROWS = [
    (NOON, -7, -0.1, True, 'a "b",\r\nc', [1.5, 2.0], [{"p": 1}]),
    (None, None, float("nan"), None, None, None, None),
    (NOON, 2**53, 1e-9, False, "\t=x", [], {}),
]


def made(form):
    return form.begin() + form.rows(ROWS[:2]) + form.rows(ROWS[2:]) + form.end()


def test_csv_keeps_numbers_and_quotes_texts():
    assert made(CsvForm(COLUMNS)).decode() == (
        "when,n,x,is,text,levels,parts\r\n"
        '2024-03-05T12:00:00.250000Z,-7,-0.1,true,"a ""b"",\r\nc","[1.5,2.0]","[{""p"":1}]"\r\n'
        ",,,,,,\r\n"
        "2024-03-05T12:00:00.250000Z,9007199254740992,1e-09,false,'\t=x,[],{}\r\n"
    )


def test_json_and_parquet_have_unknown_as_null():
    told = json.loads(made(JsonForm(COLUMNS)))
    assert told[1] == dict.fromkeys(["when", "n", "x", "is", "text", "levels", "parts"])
    assert told[2] | {"when": None} == {
        **{"when": None, "n": 2**53, "x": 1e-9, "is": False, "text": "\t=x", "levels": [], "parts": {}}
    }
    table = pq.read_table(io.BytesIO(made(ParquetForm(COLUMNS))))
    assert table["x"].to_pylist() == [-0.1, None, 1e-9]
    assert table["when"].to_pylist() == [NOON, None, NOON]
    assert table["levels"].to_pylist() == [[1.5, 2.0], None, []]
    assert table["parts"].to_pylist() == ['[{"p":1}]', None, "{}"]


def test_columns_come_in_the_order_in_which_they_are_named():
    table = Table("t", COLUMNS, iter([ROWS])).only(["n", "when"])

    assert [column.name for column in table.columns] == ["n", "when"]
    assert next(table.chunks) == [[-7, NOON], [None, None], [2**53, NOON]]


@pytest.mark.django_db(transaction=True)
def test_under_asgi_parts_are_made_in_another_thread():
    made = add_token("program", person=person_with("viewer"), scope="read", at=JOINED)
    headers = {"Authorization": f"Bearer {made.secret}"}

    async def read():
        answer = await AsyncClient().get("/api/v1/signals?format=csv&fields=id", headers=headers)
        assert answer.status_code == 200, answer.content
        parts = [part async for part in answer.streaming_content]
        # The view ran in a thread of this loop, which the test client leaves connected.
        await sync_to_async(connections.close_all)()
        return parts

    assert asyncio.run(read()) == [b"id\r\n", b""]
    wait_until(lambda: not any(one.name.startswith("export") for one in threading.enumerate()), seconds=60)


@pytest.mark.django_db(transaction=True)
def test_who_stops_reading_ends_the_query():
    begun = threading.Event()

    def parts():
        yield b"first"
        with connection.cursor() as cursor:
            begun.set()
            cursor.execute("SELECT pg_sleep(120)")
        yield b"never"

    async def leave():
        stream = in_a_thread(parts())
        assert await anext(stream) == b"first"
        reading = asyncio.ensure_future(anext(stream))
        assert await asyncio.to_thread(begun.wait, 20)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    asyncio.run(asyncio.wait_for(leave(), 30))

    def sleeping():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(120)%'")
            return cursor.fetchone()[0]

    assert wait_until(lambda: not sleeping(), seconds=60)
    wait_until(lambda: not any(one.name.startswith("export") for one in threading.enumerate()), seconds=60)
