"""What can go wrong with stored backtests."""

from heliograph.errors import Conflict, NotFound, UserError


class NoSuchBacktest(NotFound):
    """No stored backtest has that number."""

    def __init__(self, backtest_id: int):
        super().__init__(
            f"There is no backtest {backtest_id}; `heliograph backtests list` shows those there are."
        )


class NothingToRun(UserError):
    """There are no stored candles for it."""


class NotFinished(Conflict):
    """The backtest has no result yet."""

    def __init__(self, backtest_id: int, *, job: int, state: str):
        hint = "resume" if state in ("failed", "cancelled") else "wait"
        super().__init__(
            f"Backtest {backtest_id} is {state} and has no result yet: `heliograph jobs {hint} {job}`."
        )


class StillRunning(Conflict):
    """A backtest that runs cannot be deleted."""

    def __init__(self, backtest_id: int, *, job: int):
        super().__init__(f"Backtest {backtest_id} is running; `heliograph jobs cancel {job}` ends it.")
