"""The costs of work for capacity planning: from what is stored, else from a calibration of this machine."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F, Sum

from heliograph.fleet.simulate.costs import Costs, line_through
from heliograph.kit.embedded.home import write_whole
from heliograph.signals.models import Evaluation, Outcome, Signal
from heliograph.workers.calibrate import SIZE, TABLES, CannotCalibrate

PROGRAM = (sys.executable, "-P", "-m", "heliograph.workers.calibrate")
FILE = "calibration.json"
LONGEST_SECONDS = 300
RECENT = timedelta(days=1)
# From so many steps, bars and rows on, what is stored says more than a calibration.
ENOUGH_STEPS = 200
ENOUGH_BARS = 100_000
ENOUGH_ROWS = 10_000


def costs_here(home: Path, *, again: bool, at: datetime) -> Costs:
    """Stored evaluations and rows where there are enough; for the rest a calibration, which the home keeps.

    `again` calibrates anew and heeds nothing else.
    """
    costs = _calibrated(home, again=again, at=at)
    return costs if again else _with_rows(_with_steps(costs, at=at))


def _calibrated(home: Path, *, again: bool, at: datetime) -> Costs:
    path = home / FILE
    if again or not path.exists():
        write_whole(path, json.dumps(_calibrate() | {"at": at.isoformat(timespec="seconds")}))
    told = json.loads(path.read_text())
    source = f"Costs, and candidates in made-up prices, were measured on this machine at {told['at']}."
    names = Costs.__dataclass_fields__.keys() & told.keys()
    return Costs(**{name: told[name] for name in names}, sources=(source,))


def _calibrate() -> dict[str, Any]:
    try:
        done = subprocess.run(PROGRAM, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    except subprocess.TimeoutExpired as fault:
        raise CannotCalibrate(f"The calibration took longer than {LONGEST_SECONDS} s.") from fault
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CannotCalibrate(f"The calibration failed: {said[-1] if said else done.returncode}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _with_steps(costs: Costs, *, at: datetime) -> Costs:
    """Steps over one new bar each, of the last day."""
    steps = Evaluation.objects.filter(
        kind=Evaluation.Kind.ADVANCE, started_at__gt=at - RECENT, bars=F("instruments"), bars__gt=0
    )
    found = list(steps.order_by("-started_at").values_list("instruments", "duration_ms")[:5_000])
    if len(found) < ENOUGH_STEPS:
        return costs
    step_s, instrument_s = line_through([size for size, _ in found], [ms / 1000 for _, ms in found])
    source = f"The time of a step is that of the {len(found):,} newest stored evaluations."
    return replace(costs, step_s=step_s, instrument_s=instrument_s, sources=(*costs.sources, source))


def _with_rows(costs: Costs) -> Costs:
    """Candidates for each bar, and bytes for each row, of this database."""
    bars = Evaluation.objects.aggregate(bars=Sum("bars"))["bars"] or 0
    if bars >= ENOUGH_BARS:
        costs = replace(
            costs,
            signals_per_bar=Signal.objects.count() / bars,
            published_per_bar=Outcome.objects.count() / bars,
            sources=(*costs.sources, f"Candidates are those of the {bars:,} bars evaluated here."),
        )
    sizes = _sizes()
    if not sizes:
        return costs
    source = f"Bytes of {', '.join(sorted(sizes))} are those of this database."
    known = {**costs.bytes_per_row, **sizes}
    return replace(costs, bytes_per_row=known, sources=(*costs.sources, source))


def _sizes() -> dict[str, float]:
    """Bytes for each row of the tables that have enough."""
    found = {}
    with connection.cursor() as cursor:
        for name, table in TABLES.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            (count,) = cursor.fetchone()
            if count >= ENOUGH_ROWS:
                cursor.execute(SIZE, {"table": table})
                found[name] = float(cursor.fetchone()[0]) / count
    return found
