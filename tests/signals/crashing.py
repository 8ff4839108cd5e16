"""A program that generates in small steps and may be killed at any moment; it says how far it is."""

import sys
from datetime import UTC, datetime

import django


def main() -> None:
    """Generates over the database of the environment."""
    django.setup()
    from heliograph.signals import block
    from heliograph.signals.generate import generate

    block.BLOCK_CELLS = 60
    at = datetime(2026, 1, 2, tzinfo=UTC)
    generate(at=at, on_step=say)


def say(told) -> None:
    """One line for each stored step; the next begins when it was heard."""
    sys.stdout.write(f"{told.evaluations}\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    main()
