"""Files that came through a browser, imported as long work."""

import csv
import itertools
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.market.detect import Imported, detect
from heliograph.market.errors import BadFile
from heliograph.market.ingest import import_files
from heliograph.market.long_run import LongRun
from heliograph.market.sources.files import Reading
from heliograph.market.sources.files.folder import SKIPPED
from heliograph.market.upload_files import refuse_oversize

KIND = "import"
UNIT = "bars"
# So many of the rows that were left out are named.
MOST_NAMED = 50


class Gone(UserError):
    """The uploaded files are not there."""

    def __init__(self) -> None:
        super().__init__(
            "The uploaded files are not on this machine any more; upload them again. Where workers run on "
            "several machines, HELIOGRAPH_UPLOADS must name a folder that they share."
        )


class AllRefused(UserError):
    """None of the files was taken; the message holds each one's sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an upload is to become, as the options of `heliograph import`; `look` only says what is there."""

    folder: str
    venue: str = "file"
    format: str = ""
    symbol: str = ""
    timeframe: str = ""
    timezone: str = ""
    calendar: str = ""
    skip_bad: bool = False
    look: bool = False
    most_rows: int = 0

    def reading(self) -> Reading:
        """How to read the files; BadFile names an option that is wrong."""
        return Reading(
            format=self.format or None,
            symbol=self.symbol or None,
            timeframe=self.timeframe or None,
            timezone=self.timezone or None,
            skip_bad=self.skip_bad,
        )


def run_import(run: LongRun) -> dict[str, object]:
    """The runner of jobs of kind `import`: what became of each file, in order.

    Each file goes on behind what is committed. AllRefused where no file was taken.
    """
    asked = Asked(**_known(run.arguments))
    folder = Path(asked.folder)
    if not folder.is_dir():
        raise Gone
    found = list(_looked(run, asked, folder) if asked.look else _imported(run, asked, folder))
    refused = [file.refused for file in found if file.refused]
    if refused and len(refused) == len(found) and not asked.look:
        raise AllRefused("\n".join(told(sentence, folder) for sentence in refused))
    result = {"files": [_plain(file, folder) for file in found], "look": asked.look}
    if not asked.look and not refused:
        shutil.rmtree(folder, ignore_errors=True)
    return result


def told(sentence: str, folder: Path) -> str:
    """A sentence with the file as the uploader calls it."""
    return sentence.replace(f"{folder}/", "")


def _imported(run: LongRun, asked: Asked, folder: Path) -> Iterator[Imported]:
    fits, refused = _fitting(folder, asked)
    said = _Said(run, len(fits))
    yield from refused
    # Together, so that files which contradict each other do not correct each other to and fro.
    yield from import_files(
        fits,
        at=utc_now(),
        venue=asked.venue,
        reading=asked.reading(),
        calendar=asked.calendar or None,
        progress=said.hear,
    )


def _looked(run: LongRun, asked: Asked, folder: Path) -> Iterator[Imported]:
    fits, refused = _fitting(folder, asked)
    reading = replace(asked.reading(), now=int(utc_now().timestamp() * 1000))
    yield from refused
    for number, path in enumerate(fits):
        run.report(number, total=len(fits), unit="files")
        yield from detect([path], reading=reading)
    run.report(len(fits), total=len(fits), unit="files")


def _fitting(folder: Path, asked: Asked) -> tuple[list[Path], list[Imported]]:
    """The files that are not too large, and what is said of the others."""
    fits, refused = list[Path](), list[Imported]()
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.endswith(SKIPPED):
            continue
        try:
            refuse_oversize(path, most_rows=asked.most_rows or 1 << 62)
            fits.append(path)
        except BadFile as fault:
            refused.append(Imported(str(path), refused=str(fault)))
    return fits, refused


@dataclass
class _Said:
    """Adds up the bars of the files; of those to come nothing is known yet."""

    run: LongRun
    files: int
    bars: dict[str, tuple[int, int]] = field(default_factory=dict)

    def hear(self, file: str, done: int, total: int) -> None:
        self.bars[file] = done, total
        begun, known = (sum(column) for column in zip(*self.bars.values(), strict=True))
        # The length of a run is told once all its files have been looked into.
        whole = known if len(self.bars) == self.files else None
        self.run.report(begun, total=whole, unit=UNIT, cursor={"bars": begun})


def _known(arguments: Mapping[str, object]) -> dict[str, object]:
    return {name: arguments[name] for name in Asked.__dataclass_fields__ if name in arguments}


def _plain(file: Imported, folder: Path) -> dict[str, object]:
    plain = asdict(file) | {"file": Path(file.file).name, "skipped_file": None}
    recognised = file.recognised.isoformat() if file.recognised else None
    return plain | {
        "refused": file.refused and told(file.refused, folder),
        "recognised": recognised,
        "skipped_rows": _skipped(file),
    }


def _skipped(file: Imported) -> list[str]:
    """The first rows that were left out, each with its reason."""
    if not file.skipped_file:
        return []
    with Path(file.skipped_file).open(encoding="utf-8", newline="") as listed:
        rows = itertools.islice(csv.reader(listed), 1, 1 + MOST_NAMED)
        return [f"row {line}: {reason}" for _, line, reason in rows]
