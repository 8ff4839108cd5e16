"""Refusing to start with settings that would lose work or, in production, let others in."""

import logging
import os
import subprocess
import sys
from collections.abc import Mapping

from heliograph.errors import UserError
from heliograph.kit.env import Environment

PROGRAM = (sys.executable, "-P", "-m", "heliograph.workers.refusing")
# Gunicorn's code for a process that cannot start however often it is tried.
BOOT_ERROR = 3
log = logging.getLogger(__name__)


class Unsafe(UserError):
    """The settings are unsafe."""


def refuse_here(tag: str, *, code: int = 1) -> None:
    """End this process if a rule of that tag is broken, with a line for each; log what is doubtful."""
    from django.conf import settings
    from django.core.checks import ERROR, run_checks

    found = run_checks(tags=[tag], include_deployment_checks=settings.HELIOGRAPH_PRODUCTION)
    found.sort(key=lambda one: one.id or "")
    for one in found:
        if not one.is_serious(ERROR):
            log.warning("%s %s", one.msg, one.hint or "")
    if wrong := [" ".join(filter(None, (one.msg, one.hint))) for one in found if one.is_serious(ERROR)]:
        sys.stderr.write("\n".join([*wrong, ""]))
        sys.exit(code)


def refuse_unsafe(env: Mapping[str, str]) -> None:
    """Unsafe, with a line for each rule that is broken, where that environment is one of production.

    Looked at in a process of its own: who starts others is to stay small.
    """
    if Environment(env).flag("HELIOGRAPH_PRODUCTION", default=False):
        done = subprocess.run(PROGRAM, env=dict(env), capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unsafe(done.stderr.strip().removesuffix(".") + ".")


def main() -> int:
    """Look at the settings of this environment."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    try:
        django.setup()
    except UserError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    refuse_here("settings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
