"""Makes forecasts, and the advice that rests on them, in a process of its own: what they are made with takes
seconds to load and memory that no worker should keep. `python -m heliograph.workers.forecasting`.
"""

import os
import subprocess
import sys
import tempfile
from datetime import datetime

import django

from heliograph.errors import HeliographError
from heliograph.kit.tied import start_tied

PROGRAM = (sys.executable, "-P", "-m", "heliograph.workers.forecasting")
# The task has 100 seconds.
SECONDS = 95.0
# Signals come first.
NICE = 10
# The hour before must have been rolled up, and bars that closed with it evaluated.
AFTER_THE_HOUR = 5


class ForecastsFailed(HeliographError):
    """The process that makes forecasts ended badly."""


def forecast_when_due(*, at: datetime) -> None:
    """Start the process once in each turn, and wait for it; ForecastsFailed with its last line."""
    if not _is_due(at):
        return
    with tempfile.TemporaryFile() as log:
        # One thread each for its arithmetic.
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        process = start_tied(PROGRAM, log=log, env=os.environ | threads)
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise ForecastsFailed(f"It took more than {SECONDS:.0f} s.") from None
        finally:
            process.kill()
            process.wait()
        if code:
            log.seek(0)
            # What is indented belongs to the line before it.
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line[:1].strip()]
            raise ForecastsFailed(lines[-1] if lines else f"It ended with code {code}.")


def _is_due(at: datetime) -> bool:
    from heliograph.monitor.forecasts.history import HOUR, hour_of, turn_of
    from heliograph.monitor.forecasts.models import Forecast
    from heliograph.monitor.models import Hour

    if at.minute < AFTER_THE_HOUR or not Hour.objects.filter(at__gte=hour_of(at) - 2 * HOUR).exists():
        return False
    return not Forecast.objects.filter(made_at__gte=turn_of(at)).exists()


def main() -> int:
    """Make what is due."""
    os.nice(NICE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    django.setup()
    from heliograph.fleet.clock import shared_now
    from heliograph.monitor.advice.look import look_for_advice
    from heliograph.monitor.forecasts.make import make_forecasts

    at = shared_now()
    make_forecasts(at=at)
    look_for_advice(at=at)
    return 0


if __name__ == "__main__":
    sys.exit(main())
