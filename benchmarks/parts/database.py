"""A database to measure in."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database() -> Iterator[Path]:
    """An embedded PostgreSQL of our own in a folder that is gone afterwards."""
    import django
    from django.core.management import call_command

    from heliograph.kit.embedded import Home
    from heliograph.kit.embedded.connect import embedded
    from heliograph.kit.wait import wait_until

    with tempfile.TemporaryDirectory(prefix="heliograph-bench-") as folder:
        os.chmod(folder, 0o711)
        home = Home.open(Path(folder) / "home")
        with embedded(home) as urls:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
                "DATABASE_URL": urls["database_url"],
                "HELIOGRAPH_SECRET_KEY": "only for benchmarks",
            }
            django.setup()
            call_command("migrate", verbosity=0)
            yield Path(folder)
        # The servers end behind their last user; the folder is theirs until then.
        wait_until(lambda: not home.lock("keeper").is_taken(), seconds=30)
