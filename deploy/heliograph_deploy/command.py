"""The command line of `heliograph-deploy`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from heliograph_deploy.gate import Gate
from heliograph_deploy.journal import Entry, Journal
from heliograph_deploy.place import Failed, Place
from heliograph_deploy.programs import Command, Systemd
from heliograph_deploy.upgrade import Upgrade

FINE, FAILED, ROLLED_BACK = 0, 1, 4
TEXT = """Upgrade and roll back Heliograph without losing a request or a signal.

  upgrade RELEASE  take a release: an archive, a folder of sources, or the name of one that is here;
                   one that is not healthy is taken back by itself (exit code 4)
  rollback         take the release before, or take back an upgrade that was cut off
  finish           take away what only the release before needs of the tables; no way back from then on
  status           what is in use, and what became of the newest upgrade
  releases         the releases that are here, the oldest first

A command that was killed goes on when it is run again. docs/operations/upgrade.md tells each step."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "heliograph-deploy", description=TEXT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=("upgrade", "rollback", "finish", "status", "releases"))
    parser.add_argument("release", nargs="?", metavar="RELEASE")
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")
    parser.add_argument("--root", type=Path, default=Path("/opt/heliograph"), help="(%(default)s)")
    parser.add_argument("--etc", type=Path, default=Path("/etc/heliograph"), help="settings (%(default)s)")
    parser.add_argument("--home", type=Path, default=Path("/var/lib/heliograph"), help="(%(default)s)")
    parser.add_argument("--web", default="unix:/run/heliograph/web.sock", help="the pages (%(default)s)")
    parser.add_argument("--control", help="a command in the place of systemctl: names, reload-web, restart")
    parser.add_argument("--good", type=int, default=5, help="good answers in a row (%(default)s)")
    parser.add_argument("--seconds", type=float, default=180, help="within which (%(default)s)")
    parser.add_argument("--keep", type=int, default=3, help="releases that stay (%(default)s)")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """0 where it succeeded, 4 where it was taken back, 1 where it failed with nothing changed."""
    parser = _parser()
    asked = parser.parse_args(words)
    if (asked.verb == "upgrade") != bool(asked.release):
        parser.error("`upgrade` needs a RELEASE, the others take none")
    place = Place(asked.root, asked.etc / "heliograph.env", asked.etc / "secrets", asked.home)
    journal = Journal(asked.root)
    try:
        if asked.verb in ("status", "releases"):
            return _show(asked, place, journal)
        with journal.alone():
            return _act(asked, place, journal)
    except Failed as fault:
        sys.stderr.write(f"heliograph-deploy: {fault}\n")
        return FAILED


def _act(asked: argparse.Namespace, place: Place, journal: Journal) -> int:
    upgrade = Upgrade(
        place,
        journal,
        Command(asked.control) if asked.control else Systemd(),
        Gate(asked.web, asked.good, asked.seconds),
        _say,
        max(asked.keep, 2),
    )
    if asked.verb == "upgrade":
        entry = upgrade.to(place.stage(asked.release))
    else:
        entry = upgrade.back() if asked.verb == "rollback" else upgrade.finish()
    _tell(entry, asked.json)
    if entry.result == "failed":
        return FAILED
    return ROLLED_BACK if entry.result == "rolled back" and asked.verb == "upgrade" else FINE


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _tell(entry: Entry, as_json: bool) -> None:
    why = f": {entry.why}" if entry.why else ""
    text = f"From {entry.before} to {entry.after}: {entry.result or 'cut off'}{why}"
    sys.stdout.write(f"{json.dumps(asdict(entry)) if as_json else text}\n")


def _show(asked: argparse.Namespace, place: Place, journal: Journal) -> int:
    current, entry = place.current(), journal.read()
    if asked.verb == "status":
        if asked.json:
            told = {"current": current, "newest": asdict(entry) if entry else None}
            sys.stdout.write(f"{json.dumps(told)}\n")
            return FINE
        sys.stdout.write(f"{current or 'No release'} is in use\n")
        if entry:
            _tell(entry, False)
        return FINE
    found = place.complete()
    text = json.dumps({"releases": found, "current": current}) if asked.json else "\n".join(found)
    sys.stdout.write(f"{text}\n")
    return FINE
