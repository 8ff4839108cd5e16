"""All that is to be said of the settings of a home, without starting anything.

`python -m heliograph.config.looked '{"home": "DIR", "deploy": true}'` prints it as JSON, for commands, which
stand beside the settings and know nothing of them.
"""

import json
import os
import sys
from pathlib import Path

import django
from django.core.checks import ERROR, WARNING, CheckMessage, Error, run_checks

from heliograph.config.given import unknown, unreadable
from heliograph.config.production import RULES
from heliograph.errors import UserError
from heliograph.kit.embedded import Home, Servers
from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting

TAGS = ("heliograph", "security")


def findings(home: Path | None, *, deploy: bool) -> list[CheckMessage]:
    """Errors first; with `deploy`, or in production, also what must hold where others can reach it."""
    _stand_in(home)
    environment = Environment()
    try:
        deploy = deploy or environment.flag("HELIOGRAPH_PRODUCTION", default=False)
        django.setup()
    except BadSetting as fault:
        found = _without_settings(environment, str(fault), deploy=deploy)
    else:
        every = run_checks(tags=TAGS if deploy else TAGS[:1], include_deployment_checks=deploy)
        found = [one for one in every if one.level >= WARNING and not one.is_silenced()]
    return sorted(found, key=lambda one: (-one.level, one.id or ""))


def _stand_in(home: Path | None) -> None:
    """What the programs are told by those who start them: where nothing is named, the servers of the home."""
    place = Home.open(home)
    environment, url = Environment(), "{}://heliograph@/heliograph?host={}"
    try:
        database = environment.given("DATABASE_URL")
        redis = environment.given("REDIS_URL")
    except BadSetting:  # told of below
        return
    own = not database
    servers = Servers(
        place,
        database or url.format("postgres", place.servers),
        redis or (f"unix://{place.servers}/valkey.sock" if own else None),
        embedded=own,
    )
    os.environ |= servers.environment() | {"DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}


def _without_settings(environment: Environment, fault: str, *, deploy: bool) -> list[CheckMessage]:
    found = [*unreadable(environment), *unknown(os.environ)]
    if deploy:
        found += [one for rule in RULES for one in rule(environment)]
    if not any(one.msg == fault for one in found):
        found.append(Error(fault, id="heliograph.E010"))
    return found


def _plain(one: CheckMessage) -> dict[str, str | None]:
    return {
        "id": one.id,
        "level": "error" if one.is_serious(ERROR) else "warning",
        "setting": str(one.obj) if one.obj else None,
        "sentence": one.msg,
        "remedy": one.hint,
    }


def main() -> None:
    """Print what is to be said: `findings`, or `refused` with the reason why the home cannot be entered."""
    asked = json.loads(sys.argv[1])
    home = Path(asked["home"]) if asked["home"] else None
    try:
        found = {"findings": [_plain(one) for one in findings(home, deploy=asked["deploy"])]}
    except UserError as fault:
        found = {"refused": str(fault)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
