"""A program that delivers what is due, and may be killed at any moment."""

import django


def main() -> None:
    """Delivers over the database of the environment."""
    django.setup()
    from heliograph.kit.clock import utc_now
    from heliograph.notices.deliver import deliver_due

    deliver_due(at=utc_now())


if __name__ == "__main__":
    main()
