"""The commands of the quickstart and of the README work as they stand there."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

import heliograph as package

ROOT = Path(__file__).parents[2]
SAMPLES = Path(package.__file__).parent / "samples"


def commands(page):
    """The command lines of a page, without their comments."""
    text = (ROOT / page).read_text()
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line[2:], comments=True) for block in blocks for line in block.splitlines()]


@pytest.fixture
def started(heliograph, tmp_path, monkeypatch):
    """A database with the sample, as `make run` leaves it, and a folder with files of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "src/heliograph").mkdir(parents=True)
    (tmp_path / "src/heliograph/samples").symlink_to(SAMPLES)
    for name in ("candles/eurusd_1h.parquet", "btc.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(SAMPLES / ("us_shares_1d.parquet" if name == "btc.csv" else "eurusd_1h.parquet"), name)
    heliograph("import", SAMPLES / "us_shares_1d.parquet")
    heliograph("strategy", "add", SAMPLES / "strategies/trend.toml")
    heliograph("generate")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_each_command_of_the_page_works(heliograph, started, page):
    found = [words for words in commands(page) if words[0] == "heliograph"]
    assert found
    for words in found:
        spelled = [word.replace("~", str(Path.cwd())) for word in words[1:]]
        answer = heliograph(*spelled)
        assert (answer.code, words) == (0, words), answer.err
