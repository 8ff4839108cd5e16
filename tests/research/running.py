"""A program that runs the next backtest in small pieces and may be killed at any moment; it counts them."""

import sys

import django


def main() -> None:
    """Works over the database of the environment."""
    django.setup()
    from heliograph.fleet.jobs import run_next
    from heliograph.research import candles
    from heliograph.research.run import run_backtest

    candles.PIECE_BARS = 300
    pieces = []

    def one_more() -> bool:
        pieces.append(None)
        sys.stdout.write(f"{len(pieces)}\n")
        sys.stdout.flush()
        # The next piece begins when this was heard: however busy the machine, there is something to kill.
        sys.stdin.readline()
        return False

    run_next({"backtest": run_backtest}, holder="a program", stop=one_more)


if __name__ == "__main__":
    main()
