"""The client against a server with real rows."""

import re
import threading
from pathlib import Path
from textwrap import dedent

import polars as pl
import pytest

from heliograph.accounts.tokens import add_token
from heliograph.client import Client, NoAnswer, Problem
from heliograph.config.asgi import pages
from heliograph.fleet.jobs import run_next
from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.market.models import Candle
from heliograph.notices.models import Channel
from heliograph.reports.forms import FORMS
from heliograph.reports.keep import find_report, run_report
from heliograph.signals.models import Signal
from tests.signals.world import BUSY
from tests.web.people import JOINED, person_with
from tests.web.streaming import served
from tests.web.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "client.md"
CSV = "time,open,high,low,close,volume\n1704067200,1,2,0.5,1.5,10\n1704070800,1.5,2,1,2,7\n"


@pytest.fixture
def world(transactional_db):
    return make_world(symbols=("BTC/USDT",), history=200)


class Gateway:
    """Stands before the application; the answers to its first requests get lost on their way.

    `passes` says whether the application did what was asked before.
    """

    def __init__(self, lost=0, *, passes=False):
        self.lost, self.passes, self.keys, self.lock = lost, passes, [], threading.Lock()

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await pages(scope, receive, send)
            return
        with self.lock:
            self.keys.append(dict(scope["headers"]).get(b"idempotency-key"))
            is_lost, self.lost = self.lost > 0, self.lost - 1
        if not is_lost:
            await pages(scope, receive, send)
            return
        if self.passes:
            await pages(scope, receive, ignored)
        headers = [(b"retry-after", b"1"), (b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"come again"})


async def ignored(message):
    """Nobody hears it."""


@pytest.fixture
def gateway():
    return Gateway()


@pytest.fixture
def client(gateway, transactional_db):
    secret = add_token("client", person=person_with("admin"), scope="admin", at=JOINED).secret
    with (
        served(gateway, heartbeat=0.2, look=0.1, recheck=0.3) as run,
        Client(f"http://127.0.0.1:{run.port}", token=secret) as one,
    ):
        yield one


def test_a_list_is_read_over_several_pages(world, client):
    known = set(Signal.objects.values_list("pk", flat=True))
    pages = list(client.list_signals(state="all", limit=7).pages())
    found = [one.id for page in pages for one in page]
    assert len(pages) == -(-len(known) // 7) > 2
    assert (len(found), set(found)) == (len(known), known)
    assert [one.id for one in client.list_signals(state="all")] == found
    assert client.list_signals(state="all").first().id == found[0]


def test_one_thing_is_read_into_its_type(world, client):
    row = Signal.objects.select_related("instrument", "version").filter(outcome__state="settled").first()
    found = client.get_signal(row.pk)
    assert (found.id, found.symbol, found.side) == (row.pk, row.instrument.symbol, row.side)
    assert (found.version_id, found.created_at) == (row.version_id, row.created_at)


def test_a_report_is_downloaded_in_the_form_that_is_asked_for(world, client):
    report = client.make_report(kind="daily")
    run_next({"report": run_report}, holder="a test")
    told = find_report(report.id).told()
    for form in ("json", "csv", "html"):
        assert client.download_report(report.id, format=form) == FORMS[form].make(told)


def test_a_refusal_is_a_problem_with_its_sentence(world, client):
    with pytest.raises(Problem) as refused:
        client.get_version(999_999)
    assert (refused.value.status, refused.value.title) == (404, "There is no such thing")
    assert refused.value.detail.startswith("There is no version 999999")
    with pytest.raises(Problem) as refused:
        client.save_strategy(text=BUSY, base=1)
    assert refused.value.status == 409


def test_a_bad_token_is_told(client):
    address = client._connection._url
    with Client(address, token="hg_12345678_nonsense") as stranger, pytest.raises(Problem) as refused:
        stranger.get_health()
    assert (refused.value.status, "is not known" in refused.value.detail) == (401, True)


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_a_list_is_saved_as_a_file(world, client, tmp_path, kind):
    path = tmp_path / f"candles.{kind}"
    assert client.list_candles(symbol="BTC/USDT", timeframe="1h", limit=3).save(path) == path.stat().st_size
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "json": pl.read_json}[kind]
    stored = Candle.objects.filter(instrument=world.instruments[0], timeframe="1h")
    closes = list(stored.values_list("close", flat=True))
    assert sorted(read(path)["close"].to_list()) == sorted(closes)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_passing_trouble_is_waited_out(client, gateway):
    gateway.lost = 2
    assert list(client.list_jobs()) == []
    assert len(gateway.keys) == 3


def test_a_write_whose_answer_is_lost_is_done_once(client, gateway):
    gateway.lost, gateway.passes = 1, True
    made = client.add_channel(name="desk", kind="log")
    assert (made.name, Channel.objects.count()) == ("desk", 1)
    assert len(gateway.keys) == 2
    assert gateway.keys[0] == gateway.keys[1] is not None


def test_writes_take_their_fields_by_name(world, client):
    version = client.save_strategy(text=BUSY.replace("cooldown = 3", "cooldown = 4"), base=1)
    assert (version.number, version.stage) == (2, "draft")
    assert client.start_shadow(version.version_id).stage == "shadow"
    made = client.ask_backtest(version_id=version.version_id, venue=world.batch.venue.name)
    assert client.cancel_backtest(made.id).state == "cancelled"
    assert client.delete_stored_backtest(made.id) is None
    assert client.check_strategy(text=BUSY).meant.same_as == 1


def test_files_are_uploaded(client, settings, tmp_path):
    settings.HELIOGRAPH_UPLOADS = str(tmp_path / "uploads")
    path = tmp_path / "BTC_USDT-1h.csv"
    path.write_text(CSV)
    job = client.upload_candles([path], symbol="BTC/USDT", timeframe="1h")
    assert (job.kind, job.state, Job.objects.count()) == ("import", "queued", 1)
    assert next((tmp_path / "uploads").glob("*/*")).read_text() == CSV


def test_events_come_as_they_happen_and_again_from_where_one_was(client):
    for number in range(3):
        Job.objects.create(kind="backtest", title=f"Backtest {number}", created_at=utc_now())
    stream = client.events(after="0")
    first = [next(stream) for _ in range(3)]
    stream.close()
    assert [one.data["data"]["title"] for one in first] == ["Backtest 0", "Backtest 1", "Backtest 2"]
    again = client.events(after=first[0].id)
    assert next(again) == first[1]
    again.close()


def test_the_examples_of_the_how_to_run(world, client, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", HOW_TO.read_text(), re.MULTILINE)
    chosen = [block for block in blocks if "client.list" in block or "client.get_version" in block]
    assert len(chosen) == 3
    for block in chosen:
        exec(compile(dedent(block.strip("\n")), str(HOW_TO), "exec"), {"client": client})
    assert {one.name for one in tmp_path.iterdir()} == {"signals.parquet", "candles.csv"}
    assert "There is no version 4711" in capsys.readouterr().out


def test_nobody_at_the_address_is_told(unused_tcp_address):
    with Client(unused_tcp_address) as one, pytest.raises(NoAnswer, match="did not answer"):
        one.get_health()


@pytest.fixture
def unused_tcp_address():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"
